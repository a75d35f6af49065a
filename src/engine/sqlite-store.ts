import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { ToolError } from '../diagnostics/tool-error.ts';
import { assert, unreachable } from '../util/assert.ts';
import type { RunRecord } from './engine.ts';
import type { RunEvent } from './events.ts';
import type {
  Decide,
  DecisionRow,
  InsertDecision,
  JournalStore,
  JournalWrite,
  NewRun,
  OnceRow,
  QueueAhead,
  RunFilter,
  RunState,
  RunTarget,
  Snapshot,
  StepRow,
} from './journal-store.ts';
import { isUniqueBreach, sqliteError } from './sqlite-error.ts';
import type { SqlRow } from './sqlite-rows.ts';
import {
  STATE_COLUMNS,
  stateValues,
  stepValues,
  toDecisionRow,
  toOnceRow,
  toRunEvent,
  toRunRecord,
  toSnapshot,
  toStepRow,
} from './sqlite-rows.ts';
import { ACTIVE_SQL, openStateDatabase } from './state-database.ts';

/** What may be set of an SQLite store. */
export interface SqliteStoreOptions {
  /** The store's clock, milliseconds since the epoch. Default: SQLite's own; given by simulations. */
  readonly now?: () => number;
}

/**
 * The journal in an SQLite file, or in a connection from `openStateDatabase` that is shared with other tables.
 * `close` closes only what this opened.
 */
export function openSqliteStore(
  source: string | DatabaseSync,
  options: SqliteStoreOptions = {},
): JournalStore {
  const isOwn = typeof source === 'string';
  return new SqliteStore(isOwn ? openStateDatabase(source) : source, isOwn, options.now);
}

/** SQLite is in the process: every method works at once and only the signatures are asynchronous. */
class SqliteStore implements JournalStore {
  readonly #db: DatabaseSync;
  readonly #isOwn: boolean;
  readonly #now: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, isOwn: boolean, now: (() => number) | undefined) {
    this.#db = db;
    this.#isOwn = isOwn;
    this.#now = now === undefined ? `cast(round(unixepoch('subsec') * 1000) as integer)` : 'glidepath_now()';
    if (now !== undefined) db.function('glidepath_now', () => Math.trunc(now()));
  }

  async insert(run: NewRun, decide: (ahead: QueueAhead, now: number) => InsertDecision): Promise<RunRecord> {
    return this.#transaction(() => {
      const stored = this.#record(run.id);
      if (stored !== null) return stored;
      const now = Number(this.#one(`select ${this.#now} as now`)?.['now']);
      const ahead = this.#ahead(run);
      const decision = decide(ahead, now);
      for (const id of ahead.superseded) this.#changeRun(id, () => decision.superseded);
      this.#run(
        `insert into run (id, lock_key, kind, title, submitted_by, graph_hash, created_at, status, attended_until)
         values (?, ?, ?, ?, ?, ?, ?, 'queued', ?)`,
        [run.id, run.lockKey, run.kind, run.title, run.by, run.graphHash, now, decision.attendedUntil],
      );
      this.#run('insert into run_content (run_id, graph, input) values (?, ?, ?)', [
        run.id,
        run.graph,
        JSON.stringify(run.input),
      ]);
      for (const body of decision.events) this.#event(run.id, now, body);
      const inserted = this.#record(run.id);
      assert(inserted !== null, 'a run that was just inserted is there');
      return inserted;
    });
  }

  async transact(target: RunTarget, decide: Decide): Promise<Snapshot | null> {
    return this.#transaction(() => {
      const found = this.#find(target);
      return found === null ? null : this.#apply(found, decide);
    });
  }

  async peek(target: RunTarget): Promise<Snapshot | null> {
    return this.#guarded(() => this.#find(target));
  }

  async run(id: string): Promise<RunRecord | null> {
    return this.#guarded(() => this.#record(id));
  }

  async runs(filter: RunFilter): Promise<RunRecord[]> {
    return this.#all(
      `select run.*, graph, input from run join run_content on run_id = id
       where (?1 is null or lock_key = ?1) and (?2 is null or status in (select value from json_each(?2)))
       order by seq desc limit ?3`,
      [filter.lockKey, filter.statuses === null ? null : JSON.stringify(filter.statuses), filter.limit],
    ).map(toRunRecord);
  }

  async steps(id: string): Promise<StepRow[]> {
    return this.#all('select * from step where run_id = ?', [id]).map(toStepRow);
  }

  async onceRows(id: string): Promise<OnceRow[]> {
    return this.#all('select * from once where run_id = ?', [id]).map(toOnceRow);
  }

  async decisions(id: string): Promise<DecisionRow[]> {
    return this.#all('select * from decision where run_id = ?', [id]).map(toDecisionRow);
  }

  async events(id: string, afterSeq: number, limit: number): Promise<RunEvent[]> {
    return this.#all('select * from event where run_id = ? and seq > ? order by seq limit ?', [
      id,
      afterSeq,
      limit,
    ]).map(toRunEvent);
  }

  async close(): Promise<void> {
    this.#statements.clear();
    if (this.#isOwn && this.#db.isOpen) this.#db.close();
  }

  #ahead(run: NewRun): QueueAhead {
    const unstarted = `lock_key = ?1 and kind = ?2 and started_at is null and status in ('queued', 'interrupted')`;
    const superseded = run.supersede
      ? this.#all(`select id from run where ${unstarted} order by seq`, [run.lockKey, run.kind])
      : [];
    const behind = this.#one(
      `select id from run where lock_key = ?1 and (status = 'queued' or ${ACTIVE_SQL}) and not (?3 and ${unstarted})
       order by seq desc limit 1`,
      [run.lockKey, run.kind, run.supersede ? 1 : 0],
    );
    return {
      superseded: superseded.map((row) => String(row['id'])),
      behind: behind === undefined ? null : String(behind['id']),
    };
  }

  #find(target: RunTarget): Snapshot | null {
    const columns = `select ${STATE_COLUMNS}, ${this.#now} as now from run`;
    const row =
      'id' in target
        ? this.#one(`${columns} where id = ?`, [target.id])
        : this.#one(
            `${columns} where seq = coalesce(
               (select seq from run where lock_key = ?1 and ${ACTIVE_SQL}),
               (select min(seq) from run where lock_key = ?1 and status = 'queued'))`,
            [target.headOf],
          );
    return row === undefined ? null : toSnapshot(row);
  }

  #changeRun(id: string, decide: Decide): void {
    const found = this.#find({ id });
    assert(found !== null, `run "${id}" was just read`);
    this.#apply(found, decide);
  }

  #apply(found: Snapshot, decide: Decide): Snapshot {
    const { now } = found;
    let state = found.state;
    for (const write of decide(state, now)) {
      if (write.table === 'run') state = { ...state, ...write.set };
      else this.#write(state.id, now, write);
    }
    if (state !== found.state) this.#updateRun(state);
    return { state, now };
  }

  #write(runId: string, now: number, write: Exclude<JournalWrite, { table: 'run' }>): void {
    switch (write.table) {
      case 'event':
        return this.#event(runId, now, write.body);
      case 'step':
        return this.#run(
          'insert or replace into step values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          stepValues(runId, write.row),
        );
      case 'once':
        return this.#run('insert or replace into once values (?, ?, ?, ?)', [
          runId,
          write.row.stepId,
          write.row.key,
          JSON.stringify(write.row.value),
        ]);
      case 'decision':
        return this.#run('insert into decision values (?, ?, ?, ?)', [
          runId,
          write.row.stepId,
          write.row.decision,
          write.row.by,
        ]);
      default:
        return unreachable(write);
    }
  }

  #event(runId: string, now: number, body: Extract<JournalWrite, { table: 'event' }>['body']): void {
    this.#run('insert into event (run_id, at, body) values (?, ?, ?)', [runId, now, JSON.stringify(body)]);
  }

  #updateRun(state: RunState): void {
    try {
      this.#run(
        `update run set status = ?, started_at = ?, finished_at = ?, error = ?, cancel_requested = ?, fence = ?,
           lease_until = ?, owner = ?, wake_at = ?, attended_until = ?, signals = ?, undo_status = ? where id = ?`,
        [...stateValues(state), state.id],
      );
    } catch (error) {
      if (!isUniqueBreach(error)) throw error;
      throw new ToolError('RUN_LOCKED', `Another run holds "${state.lockKey}".`, {
        hint: 'Find the run that holds it: glidepath runs',
        cause: error,
      });
    }
  }

  #record(id: string): RunRecord | null {
    const row = this.#one(
      'select run.*, graph, input from run join run_content on run_id = id where id = ?',
      [id],
    );
    return row === undefined ? null : toRunRecord(row);
  }

  #transaction<T>(work: () => T): T {
    return this.#guarded(() => {
      this.#run('begin immediate');
      try {
        const result = work();
        this.#run('commit');
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#run('rollback');
        throw error;
      }
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, this.#db.location() ?? 'the journal in memory');
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, values: SQLInputValue[] = []): void {
    this.#prepare(sql).run(...values);
  }

  #one(sql: string, values: SQLInputValue[] = []): SqlRow | undefined {
    return this.#prepare(sql).get(...values);
  }

  #all(sql: string, values: SQLInputValue[] = []): SqlRow[] {
    return this.#guarded(() => this.#prepare(sql).all(...values));
  }
}
