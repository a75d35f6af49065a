import type { Engine, RunRecord } from '../../engine/engine.ts';
import type { Clock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { renderRunFrame } from './run-frame.ts';
import { renderEventLine } from './run-lines.ts';
import { initialModel, reduceEvent, type RunModel } from './run-model.ts';

/** How often the picture is drawn again: spinners turn, times count. */
const FRAME_MS = 120;

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
  const state = { model: initialModel(options.run) };
  const stop = new AbortController();
  const screen = output.isTty ? drawFrames(context, options.clock, state, stop.signal) : null;
  const follow = (async () => {
    for await (const event of engine.follow(options.run.id, {
      afterSeq: options.afterSeq ?? 0,
      signal: stop.signal,
    })) {
      state.model = reduceEvent(state.model, event);
      if (output.json) writeJson(output, event, true);
      else if (!output.isTty) {
        output.write(
          renderEventLine(event, state.model, { color: output.color, isVerbose: context.isVerbose }),
        );
      }
    }
  })();
  await Promise.race([options.done.catch(() => undefined), follow]);
  await options.done.catch(() => undefined);
  // What was written by now is still to be read: the rest is caught up with, then following ends.
  await catchUp(engine, options.run.id, state, follow, stop);
  await screen;
  return state.model;
}

/** Ends the following once every stored event was shown. */
async function catchUp(
  engine: Engine,
  runId: string,
  state: { model: RunModel },
  follow: Promise<void>,
  stop: AbortController,
): Promise<void> {
  const run = await engine.get(runId);
  const isOver = run !== null && !['running', 'queued', 'waiting'].includes(run.status);
  if (!isOver) stop.abort();
  await follow.catch(() => undefined);
  stop.abort();
  if (run !== null && isOver && state.model.status !== run.status) {
    state.model = (await engine.events(runId)).reduce(reduceEvent, initialModel(run));
  }
}

async function drawFrames(
  context: CommandContext,
  clock: Clock,
  state: { readonly model: RunModel },
  signal: AbortSignal,
): Promise<void> {
  const { output } = context;
  let drawn = 0;
  for (let tick = 0; ; tick++) {
    const isLast = signal.aborted;
    const frame = renderRunFrame(state.model, {
      now: clock.now(),
      width: output.width,
      color: output.color,
      tick,
    });
    // Up over the last picture, and clear what is below the cursor.
    output.write(`${drawn === 0 ? '' : `\u001B[${drawn}A\u001B[0J`}${frame}`);
    drawn = frame.split('\n').length - 1;
    if (isLast) return;
    await clock.sleep(FRAME_MS, signal).catch(() => undefined);
  }
}
