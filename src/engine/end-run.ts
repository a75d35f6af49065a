import type { RunStatus, StoredError } from './events.ts';
import type { RunLedger } from './run-ledger.ts';

/** How an execution of a run ended: for good, or given back to be claimed again later. */
export type RunEnd = 'finished' | 'waiting' | 'interrupted';

/** What every end of an execution has in common: nobody holds the run any more. */
const RELEASED = { owner: null, leaseUntil: null } as const;

/**
 * Ends the run: the last thing written of it, and what gives the lock free. A success is not stored when a cancel came
 * in before it; then false is returned and the caller has something to put back.
 */
export async function finishRun(
  ledger: RunLedger,
  status: Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled'>,
  error: StoredError | null,
): Promise<boolean> {
  const { state } = await ledger.commit([], (state, now) =>
    status === 'succeeded' && state.cancelRequested
      ? []
      : [
          { table: 'run', set: { ...RELEASED, status, error, finishedAt: now, wakeAt: null } },
          { table: 'event', body: { type: 'run.finished', status, error } },
        ],
  );
  return state.status === status;
}

/**
 * Gives the process free while the run waits, until `wakeAt` or a decision. One that came in since the run was last
 * read (`signals`), or a cancel, wakes it at once: otherwise it would be lost between looking and lying down.
 */
export async function suspendRun(ledger: RunLedger, wakeAt: number | null, signals: number): Promise<void> {
  await ledger.commit([], (state, now) => {
    const isStirred = state.cancelRequested || state.signals !== signals;
    return [{ table: 'run', set: { ...RELEASED, status: 'waiting', wakeAt: isStirred ? now : wakeAt } }];
  });
}

/** Leaves the run where it stands; it keeps the lock until it is resumed or cancelled. */
export async function interruptRun(ledger: RunLedger): Promise<void> {
  await ledger.commit([], () => [
    { table: 'run', set: { ...RELEASED, status: 'interrupted', wakeAt: null, attendedUntil: null } },
    { table: 'event', body: { type: 'run.interrupted' } },
  ]);
}
