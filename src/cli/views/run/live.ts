import type { Engine, RunRecord } from '../../../engine/engine.ts';
import type { Clock } from '../../../util/clock.ts';
import type { CommandContext } from '../../command-context.ts';
import { writeJson } from '../../output.ts';
import { overwrite } from '../text/overwrite.ts';
import { localHint } from '../problem.ts';
import { queueNote } from './queue-note.ts';
import { foldedLines } from '../text/folded-lines.ts';
import { renderRunFrame } from './run-frame.ts';
import { renderEventLine } from './run-lines.ts';
import { initialModel, reduceEvent, type RunModel } from './run-model.ts';

/** How often the picture is drawn again: spinners turn, times count. */
const FRAME_MS = 120;
/** How often a queued run looks who is in its way. */
const QUEUE_LOOK_MS = 500;

interface ShownRun {
  model: RunModel;
  queue: string | null;
  interrupt: string | null;
}

/**
 * Shows a run while it goes on, until `done` settles: a picture that is redrawn on a terminal, lines elsewhere, NDJSON
 * with `--json`. Returns the last model.
 */
export async function showRun(
  context: CommandContext,
  engine: Engine,
  options: { run: RunRecord; clock: Clock; done: Promise<unknown>; afterSeq?: number },
): Promise<RunModel> {
  const { output } = context;
  const state: ShownRun = { model: initialModel(options.run), queue: null, interrupt: null };
  const stop = new AbortController();
  const screen = output.isTty ? drawFrames(context, options.clock, state, stop.signal) : null;
  const queue = watchQueue(context, engine, { ...options, state, signal: stop.signal });
  const unsubscribe = sayInterrupt(context, options.run.id, state);
  let shownAt = options.clock.now();
  const folded =
    context.env['GITHUB_ACTIONS'] === 'true' && !output.isTty ? foldedLines({ color: output.color }) : null;
  const follow = (async () => {
    for await (const event of engine.follow(options.run.id, {
      afterSeq: options.afterSeq ?? 0,
      signal: stop.signal,
    })) {
      state.model = reduceEvent(state.model, event);
      if (output.json) writeJson(output, event, true);
      else if (folded !== null) output.write(folded(event, state.model));
      else if (!output.isTty) {
        const { isVerbose } = context;
        const quietMs = event.at - shownAt;
        const line = renderEventLine(event, state.model, { color: output.color, isVerbose, quietMs });
        if (line !== '') shownAt = event.at;
        output.write(line);
      }
    }
  })();
  await Promise.race([options.done.catch(() => undefined), follow]);
  await options.done.catch(() => undefined);
  // What was written by now is still to be read: the rest is caught up with, then following ends.
  await catchUp(engine, options.run.id, state, follow, stop);
  unsubscribe();
  await queue;
  await screen;
  return state.model;
}

/** Ends the following once every stored event was shown. */
async function catchUp(
  engine: Engine,
  runId: string,
  state: ShownRun,
  follow: Promise<void>,
  stop: AbortController,
): Promise<void> {
  const run = await engine.get(runId);
  const isOver = run !== null && !['running', 'queued', 'waiting'].includes(run.status);
  if (!isOver) stop.abort();
  await follow.catch(() => undefined);
  if (run !== null && isOver && state.model.status !== run.status) {
    state.model = (await engine.events(runId)).reduce(reduceEvent, initialModel(run));
  }
  stop.abort();
}

/** Says who is in the way of a queued run, each time that changes. */
async function watchQueue(
  context: CommandContext,
  engine: Engine,
  options: { run: RunRecord; clock: Clock; state: ShownRun; signal: AbortSignal },
): Promise<void> {
  const { state, clock, signal, run } = options;
  while (!signal.aborted) {
    const isQueued = state.model.status === 'queued';
    const others = isQueued ? await openRuns(engine, run.lockKey) : [];
    const found = isQueued ? queueNote(run, others, clock.now()) : null;
    const note = found === null ? null : localHint(found, context.isLocal);
    if (note !== state.queue && note !== null && !context.output.isTty) sayLine(context, `${note}\n`);
    state.queue = note;
    await clock.sleep(QUEUE_LOOK_MS, signal).catch(() => undefined);
  }
}

/** More than ever wait for one environment. */
const OPEN_RUNS_MAX = 1_000;

function openRuns(engine: Engine, lockKey: string): Promise<RunRecord[]> {
  const statuses = ['queued', 'running', 'waiting', 'interrupted'] as const;
  return engine.list({ lockKey, statuses, limit: OPEN_RUNS_MAX });
}

/** Tells what Ctrl-C does, once it was pressed; returns what ends the listening. */
function sayInterrupt(context: CommandContext, runId: string, state: ShownRun): () => void {
  const onAbort = (): void => {
    const resume = localHint(`glidepath run resume ${runId}`, context.isLocal);
    state.interrupt = `Interrupted: what runs is finished first. Ctrl-C again leaves at once; go on with ${resume}`;
    if (!context.output.isTty) context.output.error(`${state.interrupt}\n`);
  };
  context.interrupt.addEventListener('abort', onAbort, { once: true });
  if (context.interrupt.aborted) onAbort();
  return () => context.interrupt.removeEventListener('abort', onAbort);
}

/** A line beside the events: apart from them where they are NDJSON. */
function sayLine(context: CommandContext, line: string): void {
  if (context.output.json) context.output.error(line);
  else context.output.write(line);
}

async function drawFrames(
  context: CommandContext,
  clock: Clock,
  state: Readonly<ShownRun>,
  signal: AbortSignal,
): Promise<void> {
  const { output } = context;
  let drawn = 0;
  for (let tick = 0; ; tick++) {
    const isLast = signal.aborted;
    const notes = isLast ? [] : [state.queue, state.interrupt].filter((note) => note !== null);
    const frame = renderRunFrame(state.model, {
      now: clock.now(),
      width: output.width,
      // The last picture is not drawn over: it may be longer than the screen.
      rows: isLast ? null : output.rows,
      color: output.color,
      tick,
      notes,
      isErrorTold: isLast,
    });
    output.write(overwrite(frame, drawn));
    drawn = frame.split('\n').length - 1;
    if (isLast) return;
    await clock.sleep(FRAME_MS, signal).catch(() => undefined);
  }
}
