import { unreachable } from '../util/assert.ts';
import type { RunStatus } from './events.ts';
import type { RunState } from './journal-store.ts';

/**
 * The states of a run:
 *
 *   queued ──claim──► running ──► succeeded | failed | cancelled
 *     │ │               │ ▲ ▲
 *     │ │       suspend ▼ │ └──resume── interrupted ◄──(signal aborted)── running
 *     │ │             waiting
 *     │ └─(signal aborted)─► interrupted, never started ──resume──► queued
 *     └─► superseded | cancelled
 *
 * A running run whose lease has ended is claimed again by whoever comes first; each claim raises the fence.
 */
const FINISHED: ReadonlySet<RunStatus> = new Set(['succeeded', 'failed', 'cancelled', 'superseded']);

/** Whether nothing will ever happen to the run again. */
export function isFinished(status: RunStatus): boolean {
  return FINISHED.has(status);
}

/** Whether a worker may claim the run now; `own` when it was asked for this very run. */
export function isClaimable(state: RunState, now: number, own: boolean): boolean {
  if (!own && state.attendedUntil !== null && state.attendedUntil > now) return false;
  switch (state.status) {
    case 'queued':
      return true;
    case 'running':
      return state.leaseUntil === null || state.leaseUntil <= now;
    case 'waiting':
      return state.wakeAt !== null && state.wakeAt <= now;
    case 'interrupted':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'superseded':
      return false;
    default:
      return unreachable(state.status);
  }
}
