import type { DatabaseSync } from 'node:sqlite';

/** A restore: to the data of which moment, and when. Milliseconds since the Unix epoch. */
export interface RecordedRestore {
  readonly target: number;
  readonly at: number;
}

/** What is remembered of the databases of an environment. */
export interface DatabaseRecords {
  /** From now on it is another database: it was made, or destroyed. What was known of the one before counts no more. */
  newDatabase(environment: string, database: string, runId: string, at: number): void;
  /** From now on its data are those of `target`: what ran after that moment did not run on them. */
  restoredDatabase(environment: string, database: string, target: number, at: number): void;
  /** The restore that took away what a database held at a moment; null where that is still in its past. */
  restoreThatHid(environment: string, database: string, at: number): RecordedRestore | null;
  /** Whether what ran at a moment, in milliseconds since the Unix epoch, ran on the data that are there now. */
  ranOnDatabase(environment: string, database: string): (at: number) => boolean;
  /** The run that put test data into this very database; null when none did. */
  seededBy(environment: string, database: string): string | null;
  recordSeed(environment: string, database: string, runId: string, at: number): void;
}

const SCHEMA = `
  create table if not exists database_life (
    environment text not null, database text not null, run text not null, at integer not null,
    primary key (environment, database)) strict;
  create table if not exists database_seed (
    environment text not null, database text not null, life text not null, run text not null, at integer not null,
    primary key (environment, database, life)) strict;
  create table if not exists database_restore (
    environment text not null, database text not null, target integer not null, at integer not null) strict;
`;

/** A database that was there before us has a life without a beginning. */
const NO_RUN = '';

/**
 * The restore that cut a moment off the past that the data have now; null where none did. A restore to a moment after
 * others takes them along; one to a moment before them goes back behind them, as if they had not been.
 */
export function hidingRestore(restores: readonly RecordedRestore[], moment: number): RecordedRestore | null {
  let end = Infinity;
  for (const restore of restores.toSorted((one, other) => other.at - one.at)) {
    if (restore.at > end) continue;
    if (moment > restore.at) return null;
    if (moment > restore.target) return restore;
    end = restore.target;
  }
  return null;
}

/** The records in the same file as the journal. */
export function createDatabaseRecords(db: DatabaseSync): DatabaseRecords {
  db.exec(SCHEMA);
  const lifeOf = (environment: string, database: string): { run: string; at: number } => {
    const row = db
      .prepare('select run, at from database_life where environment = ? and database = ?')
      .get(environment, database);
    return row === undefined ? { run: NO_RUN, at: 0 } : { run: String(row['run']), at: Number(row['at']) };
  };
  const restoresOf = (environment: string, database: string): RecordedRestore[] =>
    db
      .prepare('select target, at from database_restore where environment = ? and database = ?')
      .all(environment, database)
      .map((row) => ({ target: Number(row['target']), at: Number(row['at']) }));
  return {
    newDatabase(environment, database, runId, at) {
      db.prepare(
        `insert into database_life (environment, database, run, at) values (?, ?, ?, ?)
         on conflict (environment, database) do update set run = excluded.run, at = excluded.at`,
      ).run(environment, database, runId, Math.trunc(at));
    },
    restoredDatabase(environment, database, target, at) {
      db.prepare('insert into database_restore values (?, ?, ?, ?)').run(
        environment,
        database,
        Math.trunc(target),
        Math.trunc(at),
      );
    },
    restoreThatHid: (environment, database, at) => hidingRestore(restoresOf(environment, database), at),
    ranOnDatabase(environment, database) {
      const since = lifeOf(environment, database).at;
      const restores = restoresOf(environment, database);
      return (at) => at >= since && hidingRestore(restores, at) === null;
    },
    seededBy(environment, database) {
      const row = db
        .prepare('select run from database_seed where environment = ? and database = ? and life = ?')
        .get(environment, database, lifeOf(environment, database).run);
      return row === undefined ? null : String(row['run']);
    },
    recordSeed(environment, database, runId, at) {
      db.prepare('insert into database_seed values (?, ?, ?, ?, ?) on conflict do nothing').run(
        environment,
        database,
        lifeOf(environment, database).run,
        runId,
        Math.trunc(at),
      );
    },
  };
}
