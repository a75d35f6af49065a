import type { DatabaseSync } from 'node:sqlite';

/** A throw-away app that a trial has made and not removed yet. */
export interface TrialAppRecord {
  /** On its platform. */
  readonly platformName: string;
  readonly environment: string;
  /** The app that it is a copy of: by its name in the config. */
  readonly app: string;
}

/** What is remembered of trials, beside the history. */
export interface TrialRecords {
  /** Called before an app is made, so that it is known of whatever happens; and again while it is needed. */
  keepTrialApp(app: TrialAppRecord, at: number): void;
  forgetTrialApp(platformName: string): void;
  /** Apps that nobody has said to need since then. */
  trialAppsLeft(environment: string, since: number): readonly TrialAppRecord[];
}

const SCHEMA = `
  create table if not exists trial_app (
    name text primary key, environment text not null, app text not null, at integer not null) strict;
`;

/** The records in the same file as the journal. */
export function createTrialRecords(db: DatabaseSync): TrialRecords {
  db.exec(SCHEMA);
  return {
    keepTrialApp({ platformName, environment, app }, at) {
      db.prepare(
        `insert into trial_app (name, environment, app, at) values (?, ?, ?, ?)
         on conflict (name) do update set at = excluded.at`,
      ).run(platformName, environment, app, Math.trunc(at));
    },
    forgetTrialApp(platformName) {
      db.prepare('delete from trial_app where name = ?').run(platformName);
    },
    trialAppsLeft(environment, since) {
      const rows = db
        .prepare('select name, app from trial_app where environment = ? and at < ? order by name')
        .all(environment, Math.trunc(since));
      return rows.map((row) => ({ platformName: String(row['name']), environment, app: String(row['app']) }));
    },
  };
}
