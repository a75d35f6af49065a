/** The strongest lock that a statement takes on a table, in Postgres' own names (docs, 13.3 Explicit Locking). */
export type LockMode =
  | 'AccessShare'
  | 'RowShare'
  | 'RowExclusive'
  | 'ShareUpdateExclusive'
  | 'Share'
  | 'ShareRowExclusive'
  | 'Exclusive'
  | 'AccessExclusive';

/** From the weakest to the strongest. */
export const LOCK_ORDER: readonly LockMode[] = [
  'AccessShare',
  'RowShare',
  'RowExclusive',
  'ShareUpdateExclusive',
  'Share',
  'ShareRowExclusive',
  'Exclusive',
  'AccessExclusive',
];

/** What Postgres does while it holds the lock: `none` is over in milliseconds, whatever the size of the table. */
export type LockedWork = 'none' | 'scan' | 'index-build' | 'rewrite' | 'rows';

/** What a statement does to one table. */
export interface LockEffect {
  /** As it is written: `orders`, `shop.orders`. */
  readonly table: string;
  readonly lock: LockMode;
  readonly work: LockedWork;
}

/** What is known of a table where the statement will run; nothing of one that nobody looked at. */
export interface TableFacts {
  readonly exists: boolean;
  /** Estimated, as `pg_class.reltuples`; null where nothing was counted yet. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** Rows read and written per second, from `pg_stat_user_tables` over time; null where that is not known. */
  readonly accessesPerSecond: number | null;
  /** Its columns, by name; none: nobody asked, and what a change of type costs can only be guessed. */
  readonly columns?: Readonly<Record<string, ColumnFacts>>;
  /** Those of the table itself. */
  readonly foreignKeys?: readonly ForeignKeyFacts[];
  /** By name, in the schema of the table. */
  readonly indexes?: Readonly<Record<string, IndexFacts>>;
  /** Those that read the table. */
  readonly views?: readonly ViewFacts[];
}

/** A column as it is on the server. */
export interface ColumnFacts {
  /** As `format_type` says it: `character varying(20)`. */
  readonly type: string;
  readonly isNotNull: boolean;
}

/** A foreign key as it is on the server. */
export interface ForeignKeyFacts {
  readonly name: string;
  readonly columns: readonly string[];
  /** The other table: `shop.customers`. */
  readonly references: string;
}

/** An index as it is on the server. */
export interface IndexFacts {
  /** None where it is over expressions. */
  readonly columns: readonly string[];
  readonly isUnique: boolean;
}

/** A view as it is on the server. */
export interface ViewFacts {
  /** `shop.open_orders`. */
  readonly name: string;
  /** Those of the table that it reads. */
  readonly columns: readonly string[];
  readonly isMaterialized: boolean;
  /** Its query, as `pg_get_viewdef` says it; null: not asked. */
  readonly definition: string | null;
}

/** How grave: `error` stops people or loses data; `warning` may; `advice` is a matter of taste or of later trouble. */
export type Severity = 'error' | 'warning' | 'advice';

/** One thing that is wrong with one statement. */
export interface Finding {
  /** `create-index-not-concurrent`: kebab-case, what an ignore directive names. */
  readonly rule: string;
  readonly severity: Severity;
  /** As given to the linter; null for a statement that is in no file. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** The statement, as written, without its comments in front. */
  readonly statement: string;
  /** What is wrong, one sentence with the table's name. */
  readonly message: string;
  /** Who waits, for how long and why; null where no lock is the matter. */
  readonly why: string | null;
  readonly locks: readonly LockEffect[];
  /** SQL for this very statement that does the same without harm, or words where there is no such SQL; null: none is known. */
  readonly safeForm: string | null;
}
