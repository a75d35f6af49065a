import type { Client } from 'pg';
import { cancelWait, lockWaits, type LockWait } from '../../providers/postgres/lock-waits.ts';
import { sessionWords } from '../../providers/postgres/postgres-session.ts';
import { watchHeldUp, type HeldUpOptions, type HeldUpWatch, type Overheld } from './watch-held-up.ts';

/** Between two looks at who waits. A look itself takes some milliseconds. */
export const LOOK_MS = 100;
/**
 * So long may others wait behind a migration that waits itself; then it lets them go first. Whoever reads is held up
 * for this and one look at most, well under a second.
 */
const QUEUE_MS = 500;

/** What is watched. */
export interface WatchOptions extends HeldUpOptions {
  readonly pids: (client: Client) => Promise<readonly number[]>;
  /** Who waits longer is cancelled: for clients that were not told when to give up. Null: they were. */
  readonly lockTimeoutMs: number | null;
}

/** What was seen of an attempt. */
export interface WatchReport {
  /** Sessions whose wait was ended from here. */
  readonly cancelled: ReadonlySet<number>;
  /** The last wait that was seen; null when it never waited. */
  readonly lastWait: LockWait | null;
  /** When it was last seen to wait, in milliseconds since the Unix epoch; null when it never did. */
  readonly waitedAt: number | null;
  /** For how long, in all, others waited for what it had locked, in milliseconds; to a look. */
  readonly heldUpMs: number;
  /** What was ended because they waited for too long; null: nothing was. */
  readonly overheld: Overheld | null;
  /** Its sessions, as far as they were seen. */
  readonly pids: readonly number[];
}

/** An eye on an attempt. */
export interface Watch {
  /** Ends it; may be called again. */
  stop(): Promise<WatchReport>;
}

/** Looks at an attempt until it is stopped: says who blocks it, and ends a wait that holds up others for too long. */
export function watchAttempt(options: WatchOptions): Watch {
  const done = new AbortController();
  const state: WatchState = {
    cancelled: new Set(),
    told: new Set(),
    since: new Map(),
    pids: [],
    lastWait: null,
    waitedAt: null,
    heldUp: watchHeldUp(options),
  };
  const ended = lookUntil(options, state, done.signal);
  return {
    async stop() {
      done.abort();
      await ended;
      const { cancelled, lastWait, waitedAt, heldUp, pids } = state;
      return { cancelled, lastWait, waitedAt, pids, ...heldUp.end() };
    },
  };
}

interface WatchState {
  readonly cancelled: Set<number>;
  /** Blockers that were named already. */
  readonly told: Set<number>;
  /** `pid waiting` or `pid queue` → since when. */
  readonly since: Map<string, number>;
  pids: readonly number[];
  lastWait: LockWait | null;
  waitedAt: number | null;
  readonly heldUp: HeldUpWatch;
}

async function lookUntil(options: WatchOptions, state: WatchState, signal: AbortSignal): Promise<void> {
  try {
    while (!signal.aborted) {
      await look(options, state);
      await options.clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.log(`! lost sight of who waits for whom: ${reason}`);
  }
}

async function look(options: WatchOptions, state: WatchState): Promise<void> {
  const { client, clock } = options;
  state.pids = await options.pids(client);
  const waits = await lockWaits(client, state.pids);
  const now = clock.now();
  const seen = new Set<string>();
  for (const wait of waits) {
    if (wait.blockers.length > 0) [state.lastWait, state.waitedAt] = [wait, now];
    tell(options, state, wait);
    const waitsFor = sinceWhen(state, seen, `${wait.pid} waiting`, now);
    const queues = wait.behind === 0 ? 0 : sinceWhen(state, seen, `${wait.pid} queue`, now);
    const isTooLong = options.lockTimeoutMs !== null && waitsFor >= options.lockTimeoutMs;
    if (queues < QUEUE_MS && !isTooLong) continue;
    if (!(await cancelWait(client, wait.pid))) continue;
    state.cancelled.add(wait.pid);
    options.log(
      queues >= QUEUE_MS
        ? `${wait.behind === 1 ? 'one session waits' : `${wait.behind} sessions wait`} behind the migration: it lets them go first`
        : `no lock after ${waitsFor} ms: given up`,
    );
  }
  for (const key of state.since.keys()) if (!seen.has(key)) state.since.delete(key);
  await state.heldUp.look(state.pids, waits.length > 0);
}

/** How long that has been so, in milliseconds. */
function sinceWhen(state: WatchState, seen: Set<string>, key: string, now: number): number {
  seen.add(key);
  const since = state.since.get(key) ?? now;
  state.since.set(key, since);
  return now - since;
}

function tell({ log }: WatchOptions, { told }: WatchState, wait: LockWait): void {
  for (const blocker of wait.blockers) {
    if (told.has(blocker.pid)) continue;
    told.add(blocker.pid);
    log(`waits for ${wait.lock}, held by ${sessionWords(blocker)}`);
  }
}
