import { join } from 'node:path';
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
import { problemDocument, renderProblem } from '../views/problem.ts';
import { watchPlaces } from '../checks/watch-places.ts';
import type { CiRun } from '../checks/ci-run.ts';
import { openCiRun, type OpenedCiRun } from '../checks/open-ci-run.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { closingWords, failedError } from '../checks/closing-words.ts';

/** Takes everything off a terminal, and what was rolled off its top. */
const CLEAR = '\u001B[2J\u001B[3J\u001B[H';
/** Paths that the line before a run names. */
const PATHS_NAMED = 3;

/**
 * `glidepath ci --watch`: the checks, and again whenever a file changes on which one may depend, until Ctrl-C. What git
 * ignores and what checks make is no such file. A config that changed is loaded again. With `--json`, each event is a line, and each run ends with its document.
 */
export async function watchChecks(typed: CommandContext, run: OpenedCiRun): Promise<ExitCode> {
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

async function watchUntil(context: CommandContext, first: OpenedCiRun): Promise<ExitCode> {
  const { interrupt } = context;
  let run = first;
  let isLoaded = true;
  let changed: readonly string[] = [];
  let byItself = 0;
  using places = watchPlaces(() => run.deps.reader.watched()?.directories ?? []);
  for (let isFirst = true; !interrupt.aborted; isFirst = false) {
    places.begin();
    const before = await run.deps.reader.read(interrupt);
    // After the look: what changes while it is loaded is seen once more.
    if (!isLoaded || isAboutConfig(run, changed)) {
      const again = await loadAgain(context, run, changed);
      isLoaded = again !== null;
      run = again ?? run;
    }
    if (isLoaded) await runAgain(context, run, { changed, isFirst });
    const isMade = madeByChecks(run.project.checks);
    const { reader } = run.deps;
    const next = await changeAfter(before, { reader, places, isMade, interrupt, byItself });
    if (next === null) return EXIT.ok;
    changed = next.paths;
    byItself = next.isMeanwhile ? byItself + 1 : 0;
  }
  return EXIT.interrupted;
}

function isAboutConfig({ loaded, root }: OpenedCiRun, changed: readonly string[]): boolean {
  return changed.some((path) => loaded.files.includes(join(root, path)));
}

/** Null where the config cannot be used, which is said: the next change may mend it. */
async function loadAgain(
  context: CommandContext,
  { typed }: OpenedCiRun,
  changed: readonly string[],
): Promise<OpenedCiRun | null> {
  try {
    return await openCiRun(context, typed, { isFresh: true });
  } catch (error) {
    showChanged(context, changed);
    showProblem(context, error, changed);
    return null;
  }
}

/** A mistake does not end the watch: whoever sees it mends it. Throws everything else. */
function showProblem({ output }: CommandContext, error: unknown, changed: readonly string[]): void {
  if (!(error instanceof ToolError)) throw error;
  if (output.json) writeJson(output, { type: 'problem', changed, ...problemDocument(error, false) }, true);
  else output.write(renderProblem(error, { color: output.color, isLocal: false }) + waitingLine(output));
}

function showChanged({ output }: CommandContext, changed: readonly string[]): void {
  if (output.isTty) output.write(CLEAR);
  if (changed.length > 0 && !output.json) output.write(paint(output.color).dim(`${changedWords(changed)}\n`));
}

function waitingLine({ color }: CommandContext['output']): string {
  return paint(color).dim('Waiting for changes. Press Ctrl-C to stop.\n');
}

async function runAgain(
  context: CommandContext,
  run: CiRun,
  { changed, isFirst }: { readonly changed: readonly string[]; readonly isFirst: boolean },
): Promise<void> {
  showChanged(context, changed);
  try {
    await runChanged(context, run, changed);
  } catch (error) {
    if (isFirst || context.interrupt.aborted) throw error;
    showProblem(context, error, changed);
  }
}

async function runChanged(context: CommandContext, run: CiRun, changed: readonly string[]): Promise<void> {
  const { output } = context;
  const { project, root, typed } = run;
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
  output.write(waitingLine(output));
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
