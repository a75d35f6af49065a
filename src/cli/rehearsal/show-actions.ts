import type { Clock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { renderActionsFrame } from '../views/github/actions-frame.ts';
import { renderNewsLines } from '../views/github/actions-lines.ts';
import { overwrite } from '../views/text/overwrite.ts';
import { NO_ACTIONS, reduceNews, type ActionsModel, type ShownRun } from './actions-model.ts';
import type { ActionsFeed } from './follow-actions.ts';
import { isHeldBack, isSettled, type ExpectedEvents } from './rehearsal-end.ts';

/** How often the picture is drawn again: spinners turn, times count. */
const FRAME_MS = 120;
/**
 * After everything came to its end, how long is waited for what may follow from it: a job may have started another
 * GitHub workflow with its last step.
 */
const AFTERMATH_MS = 400;

/**
 * Shows what the GitHub workflows do until nothing more happens by itself: a picture that is redrawn on a terminal,
 * lines elsewhere, NDJSON with `--json`. Returns the last model.
 */
export async function showActions(
  context: CommandContext,
  feed: ActionsFeed,
  options: {
    readonly clock: Clock;
    readonly expected: ExpectedEvents;
    readonly repository: string;
    /** Lets a run of a stranger's pull request begin. */
    readonly letBegin: (run: ShownRun) => Promise<void>;
  },
): Promise<ActionsModel> {
  const { output, isVerbose } = context;
  const { clock } = options;
  const startedAt = clock.now();
  const stop = new AbortController();
  const shown = { model: NO_ACTIONS };
  const screen = output.isTty && !output.json ? drawFrames(context, clock, shown, stop.signal) : null;
  const isOver = (): boolean => isSettled(shown.model, options.expected);
  try {
    for await (const news of untilSettled(feed.news, clock, isOver)) {
      if (news.kind === 'event' && news.repository !== options.repository) continue;
      const before = shown.model;
      const now = clock.now();
      shown.model = reduceNews(before, news, now);
      for (const run of heldBackAnew(before, shown.model)) await options.letBegin(run);
      if (output.json) writeJson(output, news, true);
      else if (screen === null) {
        const elapsedMs = now - startedAt;
        const line = { color: output.color, isVerbose, elapsedMs };
        output.write(renderNewsLines(news, before, shown.model, line));
      }
    }
  } finally {
    stop.abort();
    await screen;
  }
  return shown.model;
}

function heldBackAnew(before: ActionsModel, after: ActionsModel): readonly ShownRun[] {
  const known = new Set(before.runs.filter(isHeldBack).map(({ id }) => id));
  return after.runs.filter((run) => isHeldBack(run) && !known.has(run.id));
}

/** Hands news on until a condition has held for a moment without any more of them. */
async function* untilSettled<T>(
  news: AsyncIterable<T>,
  clock: Clock,
  isOver: () => boolean,
): AsyncGenerator<T, void, undefined> {
  const iterator = news[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const pause = new AbortController();
    const quiet = clock.sleep(AFTERMATH_MS, pause.signal).then(
      () => null,
      () => null,
    );
    const item = await (isOver() ? Promise.race([next, quiet]) : next);
    pause.abort();
    if (item === null) {
      // Nobody reads what it would have been.
      next.catch(() => undefined);
      return;
    }
    if (item.done === true) return;
    yield item.value;
    next = iterator.next();
  }
}

async function drawFrames(
  { output }: CommandContext,
  clock: Clock,
  shown: { readonly model: ActionsModel },
  signal: AbortSignal,
): Promise<void> {
  let drawn = 0;
  for (let tick = 0; ; tick++) {
    const isLast = signal.aborted;
    const frame = renderActionsFrame(shown.model, {
      now: clock.now(),
      width: output.width,
      // The last picture is not drawn over: it may be longer than the screen.
      rows: isLast ? null : output.rows,
      color: output.color,
      tick,
    });
    output.write(overwrite(frame, drawn));
    drawn = frame.split('\n').length - 1;
    if (isLast) return;
    await clock.sleep(FRAME_MS, signal).catch(() => undefined);
  }
}
