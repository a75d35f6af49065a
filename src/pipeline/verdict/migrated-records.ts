import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '../../migrations/verdict/rollback-verdict.ts';

/** That a run began to migrate a database while a release was live. It may have failed afterwards. */
export interface MigratedRecord {
  readonly environment: string;
  readonly database: string;
  /** The release that was live. */
  readonly from: string;
  readonly run: string;
  readonly verdict: Verdict;
  /** The sentence that decided. */
  readonly reason: string;
}

/** What is remembered of migrations, beside the history: a release that never became live may have left its schema. */
export interface MigratedRecords {
  /** Idempotent per run and database. */
  noteMigrated(record: MigratedRecord): void;
  /** All that began while a release was live, the oldest first. */
  migratedSince(of: Pick<MigratedRecord, 'environment' | 'database' | 'from'>): readonly MigratedRecord[];
  /** All that one run began. */
  migratedBy(run: string): readonly MigratedRecord[];
}

const SCHEMA = `
  create table if not exists migrated (
    seq integer primary key, environment text not null, database text not null, from_release text not null,
    run text not null, verdict text not null, reason text not null, unique (run, database)) strict;
`;

/** The records in the same file as the journal. */
export function createMigratedRecords(db: DatabaseSync): MigratedRecords {
  db.exec(SCHEMA);
  return {
    noteMigrated({ environment, database, from, run, verdict, reason }) {
      db.prepare(
        `insert into migrated (environment, database, from_release, run, verdict, reason) values (?, ?, ?, ?, ?, ?)
         on conflict (run, database) do nothing`,
      ).run(environment, database, from, run, verdict, reason);
    },
    migratedSince({ environment, database, from }) {
      const rows = db
        .prepare(
          'select run, verdict, reason from migrated where environment = ? and database = ? and from_release = ? order by seq',
        )
        .all(environment, database, from);
      return rows.map((row) => ({
        environment,
        database,
        from,
        run: String(row['run']),
        verdict: String(row['verdict']) as Verdict,
        reason: String(row['reason']),
      }));
    },
    migratedBy(run) {
      const rows = db.prepare('select * from migrated where run = ? order by seq').all(run);
      return rows.map((row) => ({
        environment: String(row['environment']),
        database: String(row['database']),
        from: String(row['from_release']),
        run,
        verdict: String(row['verdict']) as Verdict,
        reason: String(row['reason']),
      }));
    },
  };
}
