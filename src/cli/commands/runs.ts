import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { RunRecord } from '../../engine/engine.ts';
import { workAndShow } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { tableWidth, writeJson } from '../output.ts';
import { renderOutcome } from '../views/run/outcome.ts';
import { paint } from '../views/text/paint.ts';
import { localHint } from '../views/problem.ts';
import { isLeftBehind } from '../views/run/queue-note.ts';
import { renderRunFrame, statusColor } from '../views/run/run-frame.ts';
import { initialModel, reduceEvent } from '../views/run/run-model.ts';
import { renderTable } from '../views/text/table.ts';
import { formatAgo, formatDuration } from '../views/text/time.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** How many runs `glidepath runs` shows. */
const RUNS_SHOWN = 30;
/** How many are named when an id fits several. */
const MATCHES_SHOWN = 3;

/** `glidepath runs`: newest first. */
export async function runs(context: CommandContext): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  const found = await bench.engine.list({ limit: RUNS_SHOWN });
  const { output } = context;
  if (output.json) {
    writeJson(output, { runs: found.map(summaryOf) });
  } else if (found.length === 0) {
    output.write(`No run yet. Start one: ${localHint('glidepath deploy <environment>', context.isLocal)}\n`);
  } else {
    output.write(
      renderRuns(found, { color: output.color, width: tableWidth(output), now: bench.clock.now() }),
    );
  }
  return EXIT.ok;
}

/** Runs as a table; shared with `history`. */
export function renderRuns(
  found: readonly RunRecord[],
  options: { color: boolean; width: number; now: number },
): string {
  const colors = paint(options.color);
  return renderTable(
    ['run', 'what', 'status', 'took', 'when', 'by'].map(colors.dim),
    found.map((run) => [
      run.id,
      run.title,
      isLeftBehind(run, options.now) ? colors.yellow('left behind') : statusColor(run.status, colors),
      run.startedAt === null ? '' : formatDuration((run.finishedAt ?? options.now) - run.startedAt),
      formatAgo(run.createdAt, options.now),
      run.by,
    ]),
    options.width,
  );
}

/** A run for `--json`: without its graph and input, which `run show` prints. */
export function summaryOf(run: RunRecord): Record<string, unknown> {
  const { graph: _graph, input: _input, ...rest } = run;
  return rest;
}

/** `glidepath run show ID`: the picture of a run, and every line its steps printed with `--verbose`. */
export async function runShow(context: CommandContext, id: string): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  const run = await requireRun(bench, id);
  const events = await bench.engine.events(run.id);
  const { output } = context;
  const steps = await bench.engine.steps(run.id);
  if (output.json) {
    writeJson(output, { run, steps, events });
    return EXIT.ok;
  }
  const model = events.reduce(reduceEvent, initialModel(run));
  const now = run.finishedAt ?? bench.clock.now();
  output.write(
    renderRunFrame(model, {
      now,
      width: output.width,
      rows: null,
      color: output.color,
      tick: 0,
      notes: [],
      isErrorTold: run.error !== null,
    }),
  );
  // Also what is to be done: a terminal is closed sooner than a run is looked into.
  if (run.error !== null)
    output.write(
      renderOutcome(run, steps, {
        color: output.color,
        isLocal: context.isLocal,
        interrupted: false,
        isShown: true,
      }),
    );
  if (!context.isVerbose) return EXIT.ok;
  output.write('\n');
  for (const event of events) {
    if (event.type === 'step.output') output.write(`  ${event.step.padEnd(24)} ${event.line}\n`);
  }
  return EXIT.ok;
}

/** `glidepath run resume ID`: goes on with an interrupted run, or one whose process died. */
export async function runResume(context: CommandContext, id: string): Promise<ExitCode> {
  await using bench = await openBench(context);
  const run = await requireRun(bench, id);
  if (isOver(run)) {
    throw new ToolError(
      'RUN_NOT_RESUMABLE',
      `${run.id} has already ended: it ${run.status === 'succeeded' ? 'succeeded' : `is ${run.status}`}.`,
      {
        hint: `See what it did: glidepath run show ${run.id}`,
      },
    );
  }
  const afterSeq = (await bench.engine.events(run.id)).at(-1)?.seq ?? 0;
  if (run.status === 'interrupted') await bench.engine.resume(run.id);
  return await workAndShow(context, bench, run, afterSeq);
}

/** `glidepath run cancel ID`: stops a run; what it changed is put back, here if no other process holds it. */
export async function runCancel(context: CommandContext, id: string): Promise<ExitCode> {
  await using bench = await openBench(context);
  const run = await requireRun(bench, id);
  if (isOver(run)) {
    throw new ToolError('RUN_NOT_RESUMABLE', `${run.id} has ended already: it is ${run.status}.`, {
      hint: `See what it did: glidepath run show ${run.id}`,
    });
  }
  const afterSeq = (await bench.engine.events(run.id)).at(-1)?.seq ?? 0;
  await bench.engine.cancel(run.id, context.by);
  await workAndShow(context, bench, run, afterSeq);
  const after = await bench.engine.get(run.id);
  return after?.status === 'cancelled' ? EXIT.ok : EXIT.failed;
}

/** The run of that id, or of a unique beginning of it; throws RUN_UNKNOWN. */
export async function requireRun(bench: Workbench, id: string): Promise<RunRecord> {
  const exact = await bench.engine.get(id);
  if (exact !== null) return exact;
  const all = await bench.engine.list({ limit: 1000 });
  const matches = all.filter((run) => run.id.startsWith(id));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (matches.length > 1) {
    const ids = matches.slice(0, MATCHES_SHOWN).map((run) => run.id);
    throw new ToolError(
      'RUN_UNKNOWN',
      `"${id}" matches ${matches.length} runs: ${ids.join(', ')}${matches.length > ids.length ? ', …' : ''}.`,
      {
        hint: 'Type more of the id. See all runs: glidepath runs',
      },
    );
  }
  throw new ToolError('RUN_UNKNOWN', `There is no run "${id}".`, { hint: 'See them: glidepath runs' });
}

function isOver(run: RunRecord): boolean {
  return ['succeeded', 'failed', 'cancelled', 'superseded'].includes(run.status);
}
