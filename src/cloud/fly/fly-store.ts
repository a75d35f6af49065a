import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AppRecord, MachineRecord } from './records.ts';

const SCHEMA_VERSION = 1;

/** The state on disk: one SQLite file, each change written before it is answered, so that a kill -9 loses nothing. */
export class FlyStore {
  readonly #db: DatabaseSync;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(dir, 'fly.db'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 200;');
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS apps (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS machines (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
  }

  loadApps(): AppRecord[] {
    return this.#load('apps') as AppRecord[];
  }

  loadMachines(): MachineRecord[] {
    return this.#load('machines') as MachineRecord[];
  }

  saveApp(app: AppRecord): void {
    this.#db.prepare('INSERT OR REPLACE INTO apps VALUES (?, ?)').run(app.name, JSON.stringify(app));
  }

  saveMachine(machine: MachineRecord): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO machines VALUES (?, ?)')
      .run(machine.id, JSON.stringify(machine));
  }

  removeApp(name: string): void {
    this.#db.prepare('DELETE FROM apps WHERE name = ?').run(name);
  }

  removeMachine(id: string): void {
    this.#db.prepare('DELETE FROM machines WHERE id = ?').run(id);
  }

  close(): void {
    this.#db.close();
  }

  #load(table: 'apps' | 'machines'): unknown[] {
    const rows = this.#db.prepare(`SELECT record FROM ${table}`).all();
    return rows.map((row): unknown => JSON.parse(String(row['record'])));
  }
}
