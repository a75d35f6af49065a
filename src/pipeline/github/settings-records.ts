import type { DatabaseSync } from 'node:sqlite';
import type { ResolvedEnvironment } from '../../config/resolved.ts';

/** What is remembered of the settings that runs elsewhere deployed with: their journals are not here. */
export interface SettingsRecords {
  saveSettings(runId: string, environment: ResolvedEnvironment): void;
  /** Null where they are not known; those of a run of this journal are in its input. */
  settingsOf(runId: string): ResolvedEnvironment | null;
}

const SCHEMA = `
  create table if not exists run_settings (run text primary key, body text not null) strict;
`;

/** The records in the same file as the journal. */
export function createSettingsRecords(db: DatabaseSync): SettingsRecords {
  db.exec(SCHEMA);
  return {
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
