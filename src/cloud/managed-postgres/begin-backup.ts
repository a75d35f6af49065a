import type { ManagedBackup, ManagedBackupType } from './managed-cluster.ts';

/** As pgBackRest ends its labels. */
const LETTERS: Readonly<Record<ManagedBackupType, string>> = { full: 'F', incr: 'I', diff: 'D' };

/** A backup that begins now. Labels are told by the second: one that is taken gets the next free second. */
export function beginBackup(
  others: readonly ManagedBackup[],
  type: ManagedBackupType,
  startedAt: number,
): ManagedBackup {
  const taken = new Set(others.map(({ id }) => id.slice(0, -1)));
  let second = startedAt;
  while (taken.has(labelOf(second))) second += 1_000;
  const id = `${labelOf(second)}${LETTERS[type]}`;
  return { id, type, status: 'running', startedAt, finishedAt: null, sizeBytes: 0 };
}

/** `20261122-013000`, in UTC. */
function labelOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
