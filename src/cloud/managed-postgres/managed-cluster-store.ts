import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ManagedCluster } from './managed-cluster.ts';

const SCHEMA_VERSION = 1;

/** The clusters on disk; a change is written before it is answered, so that a kill -9 loses none. */
export class ManagedClusterStore {
  readonly #db: DatabaseSync;

  constructor(stateDir: string) {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(stateDir, 'managed-postgres.db'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS clusters (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
  }

  load(): ManagedCluster[] {
    const rows = this.#db.prepare('SELECT record FROM clusters').all();
    return rows.map((row) => JSON.parse(String(row['record'])) as ManagedCluster);
  }

  save(cluster: ManagedCluster): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO clusters VALUES (?, ?)')
      .run(cluster.id, JSON.stringify(cluster));
  }

  close(): void {
    this.#db.close();
  }
}
