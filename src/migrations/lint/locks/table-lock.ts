import { LOCK_ORDER, type LockedWork, type LockMode } from '../finding.ts';
import type { SchemaHistory } from '../history/schema-history.ts';
import type { SqlName } from '../parse/names.ts';

/** What a statement does to one table, by name. */
export interface TableLock {
  readonly table: SqlName;
  readonly lock: LockMode;
  readonly work: LockedWork;
}

/** What decides, apart from the statement, what is locked and what is done. */
export interface LockKnowledge {
  readonly history: SchemaHistory;
  readonly postgresVersion: number;
}

/** Whether a lock is at least as strong as another. */
export function isAtLeastLock(lock: LockMode, other: LockMode): boolean {
  return LOCK_ORDER.indexOf(lock) >= LOCK_ORDER.indexOf(other);
}

/** By the number that `LOCK TABLE` has for it in the tree. */
export function lockModeOf(mode: number): LockMode {
  return LOCK_ORDER[mode - 1] ?? 'AccessExclusive';
}
