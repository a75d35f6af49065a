import type { LockMode } from '../lint/finding.ts';

/** A lock of a session on a relation, as `pg_locks` shows it. */
export interface RelationLock {
  /** Of `pg_class`. */
  readonly oid: number;
  readonly mode: LockMode;
  /** When it was first seen, milliseconds since the Unix epoch, where it was seen while the statement ran. */
  readonly since?: number;
}

/** A statement as it ran, and what the server said and locked for it. */
export interface ObservedStatement {
  /** From 1, in the order in which they were sent. */
  readonly number: number;
  readonly session: number;
  /** As sent: may hold data. */
  readonly sql: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** When its session was let on; between, nothing but the observation took time. */
  readonly releasedAt: number;
  readonly error: { readonly sqlState: string; readonly message: string } | null;
  /** `ALTER TABLE`, `INSERT`; null when it failed. */
  readonly tag: string | null;
  readonly rows: number | null;
  /** What the server said besides, at DEBUG1 and above. */
  readonly notices: readonly string[];
  /** Whether its locks went with it. */
  readonly isAutocommit: boolean;
  /** Whether a transaction goes on after it. */
  readonly isInTransaction: boolean;
  /** All that its transaction held when it had run; null: it ran alone, and held nothing any more. */
  readonly held: readonly RelationLock[] | null;
  /** What was seen while it ran. */
  readonly sampled: readonly RelationLock[];
  /** Relations that have other files after its transaction than before. */
  readonly rewritten: readonly number[];
}

/** What a relation is, in the words of `pg_class.relkind`. */
export type RelationKind = 'table' | 'index' | 'sequence' | 'view' | 'other';

/** A relation that there was before the migration. */
export interface KnownRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  /** Of an index: its table. */
  readonly table: number | null;
  readonly rows: number | null;
  readonly bytes: number | null;
}
