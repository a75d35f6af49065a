import type { RunEvent } from './events.ts';
import type { Hints } from './hints.ts';
import { eventsTopic } from './hints.ts';
import type { JournalStore } from './journal-store.ts';
import { isFinished } from './run-status.ts';
import { unknownRun } from './work-run.ts';

/** Events read at once. */
const PAGE = 500;

/** What following needs. */
export interface FollowOptions {
  readonly store: JournalStore;
  readonly hints: Hints;
  readonly pollMs: number;
  readonly runId: string;
  readonly afterSeq: number;
  readonly signal: AbortSignal;
}

/** The events of a run as they come, by polling; see `Engine.follow`. Throws RUN_UNKNOWN. */
export async function* followEvents(options: FollowOptions): AsyncIterable<RunEvent> {
  const { store, hints, pollMs, runId, signal } = options;
  if ((await store.peek({ id: runId })) === null) throw unknownRun(runId);
  let afterSeq = options.afterSeq;
  while (!signal.aborted) {
    const isOver = isFinished((await store.peek({ id: runId }))?.state.status ?? 'failed');
    const page = await store.events(runId, afterSeq, PAGE);
    yield* page;
    const last = page.at(-1);
    afterSeq = last?.seq ?? afterSeq;
    // An interruption in the middle is history: the run was resumed after it.
    if (page.length === PAGE) continue;
    if (isOver || last?.type === 'run.finished' || last?.type === 'run.interrupted') return;
    await hints.wait([eventsTopic(runId)], pollMs, signal);
  }
}

/** Every stored event of a run after `afterSeq`. */
export async function allEvents(store: JournalStore, runId: string, afterSeq: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const page = await store.events(runId, events.at(-1)?.seq ?? afterSeq, PAGE);
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}
