import type { RunningStatement, TapStatement } from '../../providers/postgres/tap/tap.ts';
import { isBookkeeping } from './bookkeeping.ts';

/** A statement of a migration. */
export type SeenStatement = Pick<
  TapStatement,
  'number' | 'session' | 'backendPid' | 'sql' | 'tag' | 'rows' | 'error' | 'notices' | 'transaction' | 'batch'
>;

/** One that was sent. */
export type StartedStatement = Pick<RunningStatement, 'number' | 'session' | 'backendPid' | 'sql'>;

/** What is known of the statements of one attempt. */
export interface StatementLog {
  readonly onStart: (statement: StartedStatement) => void;
  readonly onStatement: (statement: SeenStatement) => void;
  /** Of the sessions that said anything. */
  readonly pids: ReadonlySet<number>;
  /** What the transaction of a session has been sent so far, but for what only touches rows; in order. */
  openOf(backendPid: number): readonly string[];
  /** How many have run to their end. */
  readonly completed: number;
  /** The oldest that a session waits for; null when none does. */
  readonly running: Pick<StartedStatement, 'sql'> | null;
  /** The last that failed; those refused only because one before them had failed do not count. */
  readonly failed: SeenStatement | null;
  /** What was committed since the tool last wrote down how far it is: if it fails now, these stay and are run again. */
  readonly pending: readonly SeenStatement[];
  /** Indexes that were to be made only if there was none of that name, without their schemas. */
  readonly guardedIndexes: ReadonlySet<string>;
}

/** What a session has done in the transaction that is open. */
interface SessionState {
  isOpen: boolean;
  batch: number;
  changes: SeenStatement[];
}

/** More statements of one transaction are not kept: they are kept to name the one that locked a table. */
const OPEN_MAX = 1_000;
/** None of these locks a table against readers or writers. */
const ROWS_ONLY = /^\s*(insert|update|delete|merge|copy|values|begin|start|commit|savepoint|release)\b/i;

/** `current transaction is aborted, commands ignored until end of transaction block`. */
const AFTER_FAILURE = '25P02';

/** Follows the statements of an attempt, over all its sessions. */
export function createStatementLog(): StatementLog {
  const sessions = new Map<number, SessionState>();
  const pids = new Set<number>();
  let pending: SeenStatement[] = [];
  let failed: SeenStatement | null = null;
  const started = new Map<number, StartedStatement>();
  const guardedIndexes = new Set<string>();
  const open = new Map<number, StartedStatement[]>();
  let completed = 0;
  const commit = (changes: readonly SeenStatement[]): void => {
    const last = changes.findLastIndex((statement) => isBookkeeping(statement.sql));
    pending = last === -1 ? [...pending, ...changes] : changes.slice(last + 1);
  };
  return {
    pids,
    guardedIndexes,
    openOf: (backendPid) => (open.get(backendPid) ?? []).map(({ sql }) => sql),
    get completed() {
      return completed;
    },
    get running() {
      const [oldest] = [...started.values()].toSorted((one, other) => one.number - other.number);
      return oldest ?? null;
    },
    get failed() {
      return failed;
    },
    get pending() {
      // A session that is in no transaction has committed what it did last.
      for (const state of sessions.values()) if (!state.isOpen) commit(state.changes.splice(0));
      return pending;
    },
    onStart(statement) {
      pids.add(statement.backendPid);
      started.set(statement.session, statement);
      const sent = open.get(statement.backendPid) ?? [];
      open.set(statement.backendPid, sent);
      if (sent.length < OPEN_MAX && !ROWS_ONLY.test(statement.sql)) sent.push(statement);
    },
    onStatement(statement) {
      const { error, session, transaction, batch, tag } = statement;
      if ((started.get(session)?.number ?? Infinity) <= statement.number) started.delete(session);
      const state = sessions.get(session) ?? { isOpen: false, batch, changes: [] };
      sessions.set(session, state);
      // What was sent at once before, outside a transaction, has been committed by now.
      if (batch !== state.batch && !state.isOpen) commit(state.changes.splice(0));
      state.batch = batch;
      if (error !== null) {
        if (error.sqlState !== AFTER_FAILURE) failed = statement;
        state.changes = [];
      } else {
        completed += 1;
        const index = guardedIndexOf(statement);
        if (index !== null) guardedIndexes.add(index);
        if (tag === 'ROLLBACK') state.changes = [];
        else if (tag === 'COMMIT') commit(state.changes.splice(0));
        else if (isChange(statement)) state.changes.push(statement);
      }
      state.isOpen = transaction !== 'idle';
      if (!state.isOpen)
        open.set(
          statement.backendPid,
          (open.get(statement.backendPid) ?? []).filter(({ number }) => number > statement.number),
        );
      // The last of what was sent at once cannot be told yet from one before it: what fails takes all of them back.
      if (!state.isOpen && error === null && isAlone(statement)) commit(state.changes.splice(0));
    },
  };
}

/** Whether a statement cannot be taken back by a transaction: an index that is built beside the traffic, a VACUUM. */
export function isAlone({ sql }: Pick<SeenStatement, 'sql'>): boolean {
  return /\bconcurrently\b|^\s*(vacuum|create\s+database|drop\s+database|alter\s+system)\b/i.test(sql);
}

const GUARDED_INDEX =
  /\bcreate\s+(?:unique\s+)?index\s+(?:concurrently\s+)?if\s+not\s+exists\s+(?:"((?:[^"]|"")+)"|([\w$]+))/i;

function guardedIndexOf({ sql }: SeenStatement): string | null {
  const [, quoted, plain] = GUARDED_INDEX.exec(sql) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? null;
}

/** What leaves nothing behind, or nothing that a second time would meet. */
const HARMLESS =
  /^(SELECT|SHOW|SET|RESET|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN|NOTIFY|FETCH|MOVE|DECLARE CURSOR|CLOSE CURSOR|LOCK TABLE|EXPLAIN|CHECKPOINT|ANALYZE|VACUUM)\b/;

/** As many tools begin: run again it finds what it made, and makes nothing. Not a table `as` a query, nor an index. */
const IF_MISSING =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*create\s+(?:(?:unlogged\s+)?table|schema|extension|sequence)\s+if\s+not\s+exists\b(?![\s\S]*\bas\b)/i;
/** `relation "member" already exists, skipping`, and what is not there to be dropped. */
const SKIPPED = /, skipping$/;

function isChange({ sql, tag, rows, notices }: SeenStatement): boolean {
  if (tag === null || HARMLESS.test(tag) || IF_MISSING.test(sql)) return false;
  // One word of several may have been skipped: drop table if exists a, b.
  if (notices.some(({ message }) => SKIPPED.test(message)) && !sql.includes(',')) return false;
  return !(rows === 0 && /^(INSERT|UPDATE|DELETE|MERGE|COPY)/.test(tag));
}
