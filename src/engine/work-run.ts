import { ToolError } from '../diagnostics/tool-error.ts';
import type { CarryOutDeps } from './carry-out.ts';
import { carryOut } from './carry-out.ts';
import { claimRun } from './claim-run.ts';
import { controlTopic, lockTopic } from './hints.ts';
import type { JournalStore, RunState, Snapshot } from './journal-store.ts';
import { isFinished } from './run-status.ts';

/** Polls in a row that may find the store locked, each after the store's own wait of 5 s, before it is an error. */
const BUSY_POLLS_MAX = 12;

/** Works on one run until it ended; see `Engine.work`. Throws RUN_UNKNOWN. */
export async function workRun(
  deps: CarryOutDeps & { readonly workerId: string },
  id: string,
  { signal, untilWaiting }: { signal: AbortSignal; untilWaiting: boolean },
): Promise<void> {
  let busyPolls = 0;
  for (;;) {
    try {
      const found = await deps.store.peek({ id });
      if (found === null) throw unknownRun(id);
      const { state } = found;
      if (isFinished(state.status) || state.status === 'interrupted') return;
      if (signal.aborted) return await leaveQueue(deps.store, id);
      if (untilWaiting && state.status === 'waiting' && !(await goesOnByItself(deps.store, found))) return;
      const claim = await claimRun({ ...deps, lockKey: state.lockKey, ownId: id });
      busyPolls = 0;
      if (claim !== null) await carryOut(deps, claim, signal);
      else await awaitTurn(deps, found, signal);
    } catch (error) {
      const isBusy = error instanceof ToolError && error.code === 'STORE_BUSY';
      busyPolls += 1;
      if (!isBusy || busyPolls > BUSY_POLLS_MAX) throw error;
    }
  }
}

/** No such run, with the command that lists those there are. */
export function unknownRun(id: string): ToolError {
  return new ToolError('RUN_UNKNOWN', `There is no run "${id}".`, { hint: 'glidepath runs' });
}

/** Whether a waiting run goes on by itself: it is due, or waits for a timer and not only for people. */
async function goesOnByItself(store: JournalStore, { state, now }: Snapshot): Promise<boolean> {
  if (state.wakeAt !== null && state.wakeAt <= now) return true;
  const [record, rows] = await Promise.all([store.run(state.id), store.steps(state.id)]);
  const timers = new Set(record?.graph.nodes.flatMap((node) => (node.kind === 'timer' ? [node.id] : [])));
  return rows.some((row) => row.status === 'waiting' && timers.has(row.stepId));
}

/** Says that somebody waits for the run, so that no other process begins it meanwhile, and sleeps until the next poll. */
async function awaitTurn(deps: CarryOutDeps, found: Snapshot, signal: AbortSignal): Promise<void> {
  const { store, hints, leaseMs, pollMs } = deps;
  const { state, now } = found;
  if (needsAttendance(state, now, leaseMs)) {
    await store.transact({ id: state.id }, (state, now) =>
      needsAttendance(state, now, leaseMs) ? [{ table: 'run', set: { attendedUntil: now + leaseMs } }] : [],
    );
  }
  await hints.wait([lockTopic(state.lockKey), controlTopic(state.id)], pollMs, signal);
}

/** Renewed at half time: often enough that one missed poll does not matter, and seldom enough to cost nothing. */
function needsAttendance(state: RunState, now: number, leaseMs: number): boolean {
  const isOpen = state.status === 'queued' || state.status === 'waiting';
  return isOpen && (state.attendedUntil === null || state.attendedUntil - now < leaseMs / 2);
}

/**
 * A run that never started is left `interrupted`, so that nobody begins what its submitter turned away from; those
 * behind it pass. A run that waits goes on waiting, and one that another process holds goes on there.
 */
async function leaveQueue(store: JournalStore, id: string): Promise<void> {
  await store.transact({ id }, (state) =>
    state.status === 'queued'
      ? [
          { table: 'run', set: { status: 'interrupted', attendedUntil: null } },
          { table: 'event', body: { type: 'run.interrupted' } },
        ]
      : [],
  );
}
