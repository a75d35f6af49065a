import type { RunRecord } from '../../../engine/engine.ts';

/**
 * Why a queued run does not begin yet, and the commands that change it; null when nothing is in its way. `ahead` are
 * the runs of its key that have not ended, in any order. Pure.
 */
export function queueNote(run: RunRecord, ahead: readonly RunRecord[], now: number): string | null {
  const holder = ahead
    .filter((other) => other.id !== run.id && isBefore(other, run))
    // One that was interrupted before it began lets others pass.
    .filter((other) => other.status !== 'interrupted' || other.startedAt !== null)
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1))[0];
  if (holder === undefined) return null;
  const who = `${holder.id} (${holder.title})`;
  if (holder.status === 'interrupted') {
    return `held by ${who}, which was interrupted: glidepath run resume ${holder.id}, or glidepath run cancel ${holder.id}`;
  }
  if (holder.status === 'waiting') {
    return `behind ${who}, which waits for an approval: glidepath approve ${holder.id}, or glidepath reject ${holder.id}`;
  }
  if (isLeftBehind(holder, now)) return `behind ${who}, whose process died: that run is resumed first`;
  return `queued behind ${who}`;
}

/** Whether a run counts as running although the process that ran it has not been heard of for a whole lease. */
export function isLeftBehind(run: RunRecord, now: number): boolean {
  return run.status === 'running' && run.leaseUntil !== null && run.leaseUntil < now;
}

/** Queue order is the order of submission; ids rise with time where two came in the same millisecond. */
function isBefore(a: RunRecord, b: RunRecord): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}
