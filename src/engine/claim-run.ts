import { ToolError } from '../diagnostics/tool-error.ts';
import type { JournalStore, Snapshot } from './journal-store.ts';
import { isClaimable } from './run-status.ts';

/** Who claims. */
export interface ClaimOptions {
  readonly store: JournalStore;
  readonly lockKey: string;
  /** The run that the caller was asked for; others are only claimed when nobody attends to them. */
  readonly ownId: string;
  readonly workerId: string;
  readonly leaseMs: number;
}

/**
 * Claims the run whose turn it is on the key, if it can be: raises its fence and starts its lease. Null when it is held
 * by somebody alive, waits, was interrupted, or is somebody else's to begin.
 */
export async function claimRun(options: ClaimOptions): Promise<Snapshot | null> {
  const { store, lockKey, ownId, workerId, leaseMs } = options;
  const head = await store.peek({ headOf: lockKey });
  if (head === null || !isClaimable(head.state, head.now, head.state.id === ownId)) return null;
  let isClaimed = false;
  try {
    const claimed = await store.transact({ headOf: lockKey }, (state, now) => {
      isClaimed = isClaimable(state, now, state.id === ownId);
      if (!isClaimed) return [];
      const fence = state.fence + 1;
      const set = {
        status: 'running',
        owner: workerId,
        fence,
        leaseUntil: now + leaseMs,
        startedAt: state.startedAt ?? now,
        wakeAt: null,
        attendedUntil: null,
      } as const;
      return [
        { table: 'run', set },
        { table: 'event', body: { type: 'run.started', fence, resumed: state.startedAt !== null } },
      ];
    });
    return isClaimed ? claimed : null;
  } catch (error) {
    // The claim was wrong, or another process was quicker: the store let only one of them through.
    if (error instanceof ToolError && error.code === 'RUN_LOCKED') return null;
    throw error;
  }
}
