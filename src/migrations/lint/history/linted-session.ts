import type { LintSettings } from '../lint-input.ts';
import type { HeldLock, LintContext, LintedFile } from '../lint-context.ts';
import type { TableLock } from '../locks/table-lock.ts';
import { locksOf } from '../lock-facts.ts';
import type { SqlName } from '../parse/names.ts';
import type { SqlParser } from '../parse/sql-parser.ts';
import type { Statement } from '../parse/statement.ts';
import { applyStatement } from './apply-statement.ts';
import { historyOfFacts } from './history-of-facts.ts';
import type { Moment } from './schema-history.ts';
import { keyOf } from './schema-history.ts';
import type { SessionSetting } from './setting-of.ts';
import { settingOf } from './setting-of.ts';

interface Transaction {
  readonly id: number;
  readonly begunBy: Statement | null;
  readonly locks: HeldLock[];
}

/** What statements do to the schema and to their session, one after the other; what rules see of it is its `context`. */
export interface LintedSession {
  readonly context: LintContext;
  startFile(file: { readonly name: string | null; readonly inTransaction: boolean }): void;
  /** Now this statement is looked at. */
  look(statement: Statement): void;
  /** Now it has run. */
  run(statement: Statement): void;
}

/** A session with nothing run yet. */
export function createLintedSession(settings: LintSettings, parser: SqlParser): LintedSession {
  const state = new SessionState(settings, parser);
  return {
    context: state,
    startFile: (file) => state.startFile(file),
    look: (statement) => state.look(statement),
    run: (statement) => state.run(statement),
  };
}

interface LocalSettings {
  readonly hasLockTimeout: boolean;
  readonly hasStatementTimeout: boolean;
  readonly timezone: string | null;
}

class SessionState implements LintContext {
  readonly settings: LintSettings;
  readonly parser: SqlParser;
  readonly history: LintContext['history'];
  file: LintedFile & { readonly statements: Statement[] } = {
    number: -1,
    name: null,
    inTransaction: false,
    statements: [],
  };
  fileLocks: HeldLock[] = [];
  transaction: Transaction | null = null;
  hasLockTimeout = false;
  hasStatementTimeout = false;
  #transactions = 0;
  /** What holds again when the transaction ends. */
  #beforeLocal: LocalSettings | null = null;
  #statement: Statement | null = null;
  #locks: readonly TableLock[] | null = null;

  constructor(settings: LintSettings, parser: SqlParser) {
    this.settings = settings;
    this.parser = parser;
    this.history = historyOfFacts(settings, parser);
  }

  get transactionId(): number {
    return this.transaction?.id ?? this.#transactions;
  }

  get locks(): readonly TableLock[] {
    if (this.#statement === null) return [];
    const { postgresVersion } = this.settings;
    this.#locks ??= locksOf(this.#statement.node, { history: this.history, postgresVersion });
    return this.#locks;
  }

  table(name: SqlName): ReturnType<LintContext['table']> {
    return this.history.tables.get(keyOf(this.history, name)) ?? null;
  }

  facts(name: SqlName): ReturnType<LintContext['facts']> {
    return this.settings.tables[keyOf(this.history, name)] ?? null;
  }

  isNew(name: SqlName): boolean {
    const [table, facts] = [this.table(name), this.facts(name)];
    if (table !== null && table.isTemporary) return true;
    if (facts !== null && !facts.exists) return true;
    if (table === null || table.madeIn?.file !== this.file.number) return false;
    return !(table.isPerhapsOlder && facts !== null);
  }

  startFile({
    name,
    inTransaction,
  }: {
    readonly name: string | null;
    readonly inTransaction: boolean;
  }): void {
    this.file = { number: this.file.number + 1, name, inTransaction, statements: [] };
    // Each file is run by a session of its own, as far as anybody can tell.
    this.history.schema = 'public';
    this.history.timezone = null;
    this.hasLockTimeout = this.settings.hasLockTimeout;
    this.hasStatementTimeout = false;
    this.#beforeLocal = null;
    this.transaction = inTransaction ? this.#begin(null) : null;
    this.#statement = null;
    this.fileLocks = [];
  }

  look(statement: Statement): void {
    this.file.statements.push(statement);
    this.#statement = statement;
    this.#locks = null;
    // A block of code runs in the transaction of the statement that it stands in.
    if (this.transaction === null && statement.within === null) this.#transactions += 1;
  }

  run(statement: Statement): void {
    const moment: Moment = { file: this.file.number, transaction: this.transactionId };
    const held = this.locks.map((lock) => ({ ...lock, statement, transaction: this.transactionId }));
    this.fileLocks.push(...held);
    this.transaction?.locks.push(...held);
    const setting = settingOf(statement.node);
    if (setting !== null) this.#set(setting);
    if ('TransactionStmt' in statement.node) this.#control(statement, statement.node.TransactionStmt.kind);
    else applyStatement(this.history, statement, moment);
  }

  #set({ name, value, isSet, isLocal }: SessionSetting): void {
    if (isLocal) {
      // Outside a transaction it does nothing but warn; inside one it ends with it.
      if (this.transaction === null) return;
      const { hasLockTimeout, hasStatementTimeout } = this;
      this.#beforeLocal ??= { hasLockTimeout, hasStatementTimeout, timezone: this.history.timezone };
    }
    if (name === 'lock_timeout') this.hasLockTimeout = isSet;
    if (name === 'statement_timeout') this.hasStatementTimeout = isSet;
    if (name === 'timezone') this.history.timezone = value;
  }

  #endLocal(): void {
    if (this.#beforeLocal === null) return;
    this.hasLockTimeout = this.#beforeLocal.hasLockTimeout;
    this.hasStatementTimeout = this.#beforeLocal.hasStatementTimeout;
    this.history.timezone = this.#beforeLocal.timezone;
    this.#beforeLocal = null;
  }

  #control(statement: Statement, kind: string | undefined): void {
    if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') {
      // Within a transaction it is but a warning.
      this.transaction ??= this.#begin(statement);
    }
    if (kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' || kind === 'TRANS_STMT_PREPARE') {
      this.#endLocal();
      const isChained = 'TransactionStmt' in statement.node && statement.node.TransactionStmt.chain === true;
      this.transaction = isChained ? this.#begin(statement) : null;
    }
  }

  #begin(begunBy: Statement | null): Transaction {
    this.#transactions += 1;
    return { id: this.#transactions, begunBy, locks: [] };
  }
}
