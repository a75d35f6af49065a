import { LOCK_ORDER, type LockMode } from '../lint/finding.ts';
import type { RelationKind } from './observed-statement.ts';
import type { Blocked } from './probed-statement.ts';

/** How strong a lock is, for comparing. */
export function lockRank(mode: LockMode): number {
  return LOCK_ORDER.indexOf(mode);
}

/** From `pg_locks.mode`: `AccessExclusiveLock`; null for modes that relations do not have. */
export function lockModeOf(mode: string): LockMode | null {
  return LOCK_ORDER.find((known) => `${known}Lock` === mode) ?? null;
}

/**
 * Who is kept out by a lock (Postgres docs, 13.3, table 13.2): SELECT takes AccessShare, INSERT, UPDATE and DELETE take
 * RowExclusive, and changes of the schema, VACUUM and ANALYZE take ShareUpdateExclusive or more.
 */
export function blockedBy(mode: LockMode, kind: RelationKind, changesRows: boolean): Blocked {
  switch (mode) {
    case 'AccessExclusive':
      return 'readers';
    case 'Exclusive':
    case 'ShareRowExclusive':
    case 'Share':
      // Who reads plans with every index of the table, by AccessShare; who takes a number writes the sequence.
      return 'writers';
    case 'ShareUpdateExclusive':
      return 'schema-changes';
    case 'RowExclusive':
      return changesRows && kind === 'table' ? 'same-rows' : 'nobody';
    default:
      return 'nobody';
  }
}
