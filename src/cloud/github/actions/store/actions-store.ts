import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  ArtifactRecord,
  AttemptRecord,
  CacheRecord,
  GroupsRecord,
  JobRecord,
  RunRecord,
  SeenEventRecord,
  SettingsRecord,
  WorkflowRecord,
} from './records.ts';

const SCHEMA_VERSION = 1;

/** What is kept, by the table it is in. */
export interface ActionsTables {
  readonly workflows: WorkflowRecord;
  readonly runs: RunRecord;
  readonly attempts: AttemptRecord;
  readonly jobs: JobRecord;
  readonly groups: GroupsRecord;
  readonly artifacts: ArtifactRecord;
  readonly caches: CacheRecord;
  readonly seen_events: SeenEventRecord;
  readonly settings: SettingsRecord;
}

const TABLES: readonly (keyof ActionsTables)[] = [
  'workflows',
  'runs',
  'attempts',
  'jobs',
  'groups',
  'artifacts',
  'caches',
  'seen_events',
  'settings',
];

type Maps = { readonly [Table in keyof ActionsTables]: Map<string, ActionsTables[Table]> };

/**
 * What Actions knows: one SQLite file, with all of it in memory. Every change is written before anybody is told of it;
 * changes that belong together are written together.
 */
export class ActionsStore {
  readonly #db: DatabaseSync;
  readonly #maps: Maps;
  #depth = 0;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(dir, 'actions.db'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    for (const table of TABLES)
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
      );
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
       PRAGMA user_version = ${SCHEMA_VERSION};`,
    );
    this.#maps = Object.fromEntries(TABLES.map((table) => [table, this.#load(table)])) as Maps;
  }

  /** A number that was never given before. */
  nextId(): number {
    const row = this.#db
      .prepare(
        `INSERT INTO counters VALUES ('id', 100001) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
      )
      .get();
    return Number(row?.['value']);
  }

  /** The record of that id; null when there is none. */
  find<Table extends keyof ActionsTables>(table: Table, id: string | number): ActionsTables[Table] | null {
    return this.#maps[table].get(String(id)) ?? null;
  }

  /** All records of a table, oldest first. */
  all<Table extends keyof ActionsTables>(table: Table): readonly ActionsTables[Table][] {
    return [...this.#maps[table].values()];
  }

  save<Table extends keyof ActionsTables>(table: Table, record: ActionsTables[Table]): ActionsTables[Table] {
    this.#db
      .prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`)
      .run(String(record.id), JSON.stringify(record));
    this.#maps[table].set(String(record.id), record);
    return record;
  }

  /** A record that is there. */
  get<Table extends keyof ActionsTables>(table: Table, id: string | number): ActionsTables[Table] {
    const record = this.find(table, id);
    if (record === null) throw new Error(`${table} has no ${id}`);
    return record;
  }

  /** Changes some fields of a record that is there. */
  change<Table extends keyof ActionsTables>(
    table: Table,
    id: string | number,
    change: Partial<ActionsTables[Table]>,
  ): ActionsTables[Table] {
    return this.save(table, { ...this.get(table, id), ...change });
  }

  remove(table: keyof ActionsTables, id: string | number): void {
    this.#db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(String(id));
    this.#maps[table].delete(String(id));
  }

  /** What `work` writes gets to the disk as one change. A `work` that throws is a bug: the memory keeps what it wrote. */
  together<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#depth += 1;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.together(() => {
      for (const table of TABLES) for (const id of this.#maps[table].keys()) this.remove(table, id);
    });
  }

  close(): void {
    this.#db.close();
  }

  #load(table: keyof ActionsTables): Map<string, unknown> {
    const rows = this.#db.prepare(`SELECT id, record FROM ${table} ORDER BY rowid`).all();
    return new Map(rows.map((row) => [String(row['id']), JSON.parse(String(row['record'])) as unknown]));
  }
}
