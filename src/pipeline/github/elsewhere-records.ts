import type { DatabaseSync } from 'node:sqlite';
import type { ResolvedEnvironment } from '../../config/resolved.ts';

/** What is remembered of runs elsewhere: their journals are not here. */
export interface ElsewhereRecords {
  /** Whether what a run did to databases is put in for the first time: from then on it is known. */
  firstImport(runId: string): boolean;
  saveSettings(runId: string, environment: ResolvedEnvironment): void;
  /** Null where they are not known; those of a run of this journal are in its input. */
  settingsOf(runId: string): ResolvedEnvironment | null;
}

const SCHEMA = `
  create table if not exists run_settings (run text primary key, body text not null) strict;
  create table if not exists run_imported (run text primary key) strict;
`;

/** The records in the same file as the journal. */
export function createElsewhereRecords(db: DatabaseSync): ElsewhereRecords {
  db.exec(SCHEMA);
  return {
    firstImport(runId) {
      const { changes } = db.prepare('insert into run_imported values (?) on conflict do nothing').run(runId);
      return Number(changes) > 0;
    },
    saveSettings(runId, environment) {
      db.prepare('insert into run_settings (run, body) values (?, ?) on conflict (run) do nothing').run(
        runId,
        JSON.stringify(environment),
      );
    },
    settingsOf(runId) {
      const row = db.prepare('select body from run_settings where run = ?').get(runId);
      return row === undefined ? null : (JSON.parse(String(row['body'])) as ResolvedEnvironment);
    },
  };
}
