import type { TableFacts } from './finding.ts';
import type { SchemaHistory, TableState } from './history/schema-history.ts';
import type { LintSettings } from './lint-input.ts';
import type { TableLock } from './locks/table-lock.ts';
import type { SqlName } from './parse/names.ts';
import type { SqlParser } from './parse/sql-parser.ts';
import type { Statement } from './parse/statement.ts';

/** A transaction that is open while a statement runs. */
export interface OpenTransaction {
  readonly id: number;
  /** What began it; null: the tool does, for the whole file. */
  readonly begunBy: Statement | null;
  /** What its statements have locked so far. */
  readonly locks: readonly HeldLock[];
}

/** A lock that a transaction keeps until it ends. */
export interface HeldLock extends TableLock {
  readonly statement: Statement;
  /** Number of the transaction. */
  readonly transaction: number;
}

/** The file that is looked at. */
export interface LintedFile {
  /** Position among all. */
  readonly number: number;
  readonly name: string | null;
  readonly inTransaction: boolean;
  /** All of its statements, those within blocks of code among them once they are reached. */
  readonly statements: readonly Statement[];
}

/** What a rule may know when it looks at a statement: all that came before it, nothing of what it does itself. */
export interface LintContext {
  readonly settings: LintSettings;
  readonly parser: SqlParser;
  readonly history: SchemaHistory;
  readonly file: LintedFile;
  /** Null: the statement is a transaction of its own. */
  readonly transaction: OpenTransaction | null;
  /** Number of the transaction that the statement is in, its own where it is alone. */
  readonly transactionId: number;
  /** Whether a statement before, or the tool, bounds how long one may wait for a lock, or run. */
  readonly hasLockTimeout: boolean;
  readonly hasStatementTimeout: boolean;
  /** What the statement looked at locks. */
  readonly locks: readonly TableLock[];
  /** What the statements of this file so far have locked. */
  readonly fileLocks: readonly HeldLock[];
  /** What statements so far have said of a table, or what the server says. */
  table(name: SqlName): TableState | null;
  facts(name: SqlName): TableFacts | null;
  /** Whether nobody else can use the table yet: this file makes it, or it is not there where the file will run. */
  isNew(name: SqlName): boolean;
}
