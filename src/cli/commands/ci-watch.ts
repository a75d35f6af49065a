import type { CheckEvent } from '../../checks/check-event.ts';
import { madeByChecks } from '../../checks/inputs/made-by-checks.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { changeAfter } from '../checks/change-after.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { planChecks } from '../checks/plan-checks.ts';
import { showChecks } from '../checks/show-checks.ts';
import { checkDocument, checksDocument } from '../views/checks/checks-document.ts';
import { paint } from '../views/text/paint.ts';
import { renderProblem } from '../views/problem.ts';
import { watchPlaces } from '../checks/watch-places.ts';
import type { CiRun } from '../checks/ci-run.ts';
import { closingWords, failedError } from '../checks/closing-words.ts';

/** Takes everything off a terminal, and what was rolled off its top. */
const CLEAR = '\u001B[2J\u001B[3J\u001B[H';
/** Paths that the line before a run names. */
const PATHS_NAMED = 3;

/**
 * `glidepath ci --watch`: the checks, and again whenever a file changes on which one may depend, until Ctrl-C. What git
 * ignores and what checks make is no such file. With `--json`, each event is a line, and each run ends with its document.
 */
export async function watchChecks(typed: CommandContext, run: CiRun): Promise<ExitCode> {
  const gone = new AbortController();
  typed.output.outliveReader(() => gone.abort(new Error('nobody reads any more')));
  const interrupt = AbortSignal.any([typed.interrupt, gone.signal]);
  try {
    return await watchUntil({ ...typed, interrupt }, run);
  } catch (error) {
    if (gone.signal.aborted) return EXIT.ok;
    throw error;
  }
}

async function watchUntil(context: CommandContext, run: CiRun): Promise<ExitCode> {
  const { interrupt } = context;
  const { deps, project } = run;
  const isMade = madeByChecks(project.checks);
  using places = watchPlaces(() => deps.reader.watched()?.directories ?? []);
  let changed: readonly string[] = [];
  let byItself = 0;
  while (!interrupt.aborted) {
    places.begin();
    const before = await deps.reader.read(interrupt);
    await runAgain(context, run, changed);
    const next = await changeAfter(before, { reader: deps.reader, places, isMade, interrupt, byItself });
    if (next === null) return EXIT.ok;
    changed = next.paths;
    byItself = next.isMeanwhile ? byItself + 1 : 0;
  }
  return EXIT.interrupted;
}

async function runAgain(context: CommandContext, run: CiRun, changed: readonly string[]): Promise<void> {
  const { output } = context;
  const { project, root, typed } = run;
  if (output.isTty) output.write(CLEAR);
  if (changed.length > 0 && !output.json) output.write(paint(output.color).dim(`${changedWords(changed)}\n`));
  const plan = await planChecks({ project, root }, typed);
  const onEvent = (event: CheckEvent): void => {
    if (output.json) writeJson(output, eventDocument(event), true);
  };
  const shown = await showChecks(context, { ...run, plan, onEvent });
  const { outcome } = shown;
  if (output.json) {
    writeJson(
      output,
      { type: 'outcome', changed, ...checksDocument(plan, outcome), reports: shown.reports },
      true,
    );
    return;
  }
  output.write(run.vault.redact(await closingWords(context, plan, shown)));
  const [failure] = outcome.failures;
  if (failure !== undefined)
    output.write(renderProblem(failedError(failure), { color: output.color, isLocal: false }));
  output.write(paint(output.color).dim('Waiting for changes. Press Ctrl-C to stop.\n'));
}

function changedWords(changed: readonly string[]): string {
  const rest = changed.length - PATHS_NAMED;
  return `changed: ${changed.slice(0, PATHS_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function eventDocument(event: CheckEvent): object {
  switch (event.type) {
    case 'planned': {
      const { type, at, plan, capacity } = event;
      return {
        type,
        at,
        capacity,
        checks: plan.selected.map(({ check }) => check.name),
        leftOut: plan.leftOut,
      };
    }
    case 'started':
      return { type: event.type, at: event.at, name: event.check.name, reason: event.reason };
    case 'ended':
      return {
        type: event.type,
        at: event.at,
        ...checkDocument({ check: event.check, preparesFor: [], after: [] }, event.result),
      };
    default:
      return event;
  }
}
