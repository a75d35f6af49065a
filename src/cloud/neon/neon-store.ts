import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  NeonApiKey,
  NeonBranch,
  NeonEndpoint,
  NeonOperation,
  NeonProject,
  NeonSnapshot,
} from './records.ts';

const SCHEMA_VERSION = 1;

/** What is kept, by the table it is in. */
export interface NeonTables {
  readonly projects: NeonProject;
  readonly branches: NeonBranch;
  readonly endpoints: NeonEndpoint;
  readonly operations: NeonOperation;
  readonly snapshots: NeonSnapshot;
  readonly api_keys: NeonApiKey;
}

/** The tables there are. */
export const NEON_TABLES: readonly (keyof NeonTables)[] = [
  'projects',
  'branches',
  'endpoints',
  'operations',
  'snapshots',
  'api_keys',
];

/** The state on disk, one SQLite file: changes that belong together are written together, before they are answered. */
export class NeonStore {
  readonly #db: DatabaseSync;
  #depth = 0;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(dir, 'neon.db'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    for (const table of NEON_TABLES)
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
      );
    this.#db.exec(`PRAGMA user_version = ${SCHEMA_VERSION};`);
  }

  /** All records of a table, in the order in which they were first written. */
  load<Table extends keyof NeonTables>(table: Table): NeonTables[Table][] {
    const rows = this.#db.prepare(`SELECT record FROM ${table} ORDER BY rowid`).all();
    return rows.map((row) => JSON.parse(String(row['record'])) as NeonTables[Table]);
  }

  save<Table extends keyof NeonTables>(table: Table, record: NeonTables[Table]): void {
    this.#db
      .prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`)
      .run(String(record.id), JSON.stringify(record));
  }

  remove(table: keyof NeonTables, id: string): void {
    this.#db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
  }

  /** Everything that `work` writes, or nothing of it. May be nested. */
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

  close(): void {
    this.#db.close();
  }
}
