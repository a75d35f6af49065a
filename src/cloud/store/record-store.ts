import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Changes only with what is in the tables. */
const SCHEMA_VERSION = 1;

/** A record of a service, as it is kept. */
export interface KeptRecord {
  readonly id: string | number;
}

/** Where records are kept, and which. */
export interface RecordStoreOptions<Tables> {
  /** Made where it is missing. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
  readonly tables: readonly (keyof Tables & string)[];
  /** The first number that `nextId` gives. */
  readonly firstId: number;
}

/** The state of a service on disk, one SQLite file: changes that belong together are written together, before they are answered. */
export class RecordStore<Tables extends Record<keyof Tables, KeptRecord>> {
  readonly #db: DatabaseSync;
  readonly #firstId: number;
  #depth = 0;

  constructor({ dir, file, tables, firstId }: RecordStoreOptions<Tables>) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#firstId = firstId;
    this.#db = new DatabaseSync(join(dir, file));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    for (const table of tables)
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
      );
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
       PRAGMA user_version = ${SCHEMA_VERSION};`,
    );
  }

  /** A number that was never given before, not even to what was deleted since. */
  nextId(): number {
    const row = this.#db
      .prepare(
        `INSERT INTO counters VALUES ('id', ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
      )
      .get(this.#firstId);
    return Number(row?.['value']);
  }

  /** All records of a table, in the order in which they were first written. */
  load<Table extends keyof Tables & string>(table: Table): Tables[Table][] {
    const rows = this.#db.prepare(`SELECT record FROM ${table} ORDER BY rowid`).all();
    return rows.map((row) => JSON.parse(String(row['record'])) as Tables[Table]);
  }

  save<Table extends keyof Tables & string>(table: Table, record: Tables[Table]): void {
    this.#db
      .prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`)
      .run(String(record.id), JSON.stringify(record));
  }

  remove(table: keyof Tables & string, id: string): void {
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
