import type { LockEffect, LockMode, LockedWork } from '../lint/finding.ts';

/** Who waits for a lock: each of these also keeps out those after it. */
export type Blocked = 'readers' | 'writers' | 'same-rows' | 'schema-changes' | 'nobody';

/** What one statement does to one relation. */
export interface ProbedEffect extends LockEffect {
  /** An index or a sequence is named for itself where its lock is more than its table's. */
  readonly kind: 'table' | 'index' | 'sequence' | 'view';
  readonly lock: LockMode;
  readonly work: LockedWork;
  /** False: an earlier statement of the transaction has the lock already. */
  readonly isFresh: boolean;
  /** Nobody saw it: the lock is the one that Postgres documents for a statement that was over too soon. */
  readonly isAssumed: boolean;
  readonly blocks: Blocked;
  /** From the statement's beginning to the end of its transaction, on the branch. Milliseconds. */
  readonly heldMs: number;
  /** The same with the rows that there are in the target. */
  readonly estimatedMs: number;
}

/** A statement that a migration ran, and what it did to others. */
export interface ProbedStatement {
  /** From 1, in the order in which they were sent. */
  readonly number: number;
  /** Without the values in it: `UPDATE users SET name = $1`. */
  readonly sql: string;
  /** The same number: the same transaction. */
  readonly transaction: number;
  readonly tookMs: number;
  readonly rows: number | null;
  readonly error: { readonly sqlState: string; readonly message: string } | null;
  /** Only what there was before the migration: nobody waits for what it made itself. */
  readonly effects: readonly ProbedEffect[];
}
