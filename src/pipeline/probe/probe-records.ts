import type { DatabaseSync } from 'node:sqlite';
import type { ProbeRecord } from './probe-record.ts';

/** A branch that a probe has made and not removed yet. */
export interface ProbeBranchRecord {
  readonly name: string;
  readonly environment: string;
  readonly database: string;
}

/** What is remembered of probes, beside the history. */
export interface ProbeRecords {
  saveProbe(probe: ProbeRecord): void;
  /** The last one of a commit, if its files are still these; null when there is none. */
  probeOf(of: Pick<ProbeRecord, 'environment' | 'database' | 'commit' | 'files'>): ProbeRecord | null;
  /** The last one of a database, whatever the commit. */
  latestProbe(environment: string, database: string): ProbeRecord | null;
  /** Called before a branch is made, so that it is known of whatever happens; and again while it is needed. */
  keepProbeBranch(branch: ProbeBranchRecord, at: number): void;
  forgetProbeBranch(name: string): void;
  /** Branches that nobody has said to need since then. */
  probeBranchesLeft(environment: string, database: string, since: number): readonly string[];
}

const SCHEMA = `
  create table if not exists probe (
    seq integer primary key, environment text not null, database text not null, commit_sha text not null,
    files text not null, at integer not null, body text not null) strict;
  create index if not exists probe_database on probe (environment, database, seq);
  create table if not exists probe_branch (
    name text primary key, environment text not null, database text not null, at integer not null) strict;
`;

/** The records in the same file as the journal. */
export function createProbeRecords(db: DatabaseSync): ProbeRecords {
  db.exec(SCHEMA);
  return {
    saveProbe(probe) {
      const { environment, database, commit, files, at } = probe;
      db.prepare(
        'insert into probe (environment, database, commit_sha, files, at, body) values (?, ?, ?, ?, ?, ?)',
      ).run(environment, database, commit, files, Math.trunc(at), JSON.stringify(probe));
    },
    probeOf({ environment, database, commit, files }) {
      const row = db
        .prepare(
          `select body from probe where environment = ? and database = ? and commit_sha = ? and files = ?
           order by seq desc limit 1`,
        )
        .get(environment, database, commit, files);
      return row === undefined ? null : recordOf(row);
    },
    latestProbe(environment, database) {
      const row = db
        .prepare('select body from probe where environment = ? and database = ? order by seq desc limit 1')
        .get(environment, database);
      return row === undefined ? null : recordOf(row);
    },
    keepProbeBranch({ name, environment, database }, at) {
      db.prepare(
        `insert into probe_branch (name, environment, database, at) values (?, ?, ?, ?)
         on conflict (name) do update set at = excluded.at`,
      ).run(name, environment, database, Math.trunc(at));
    },
    forgetProbeBranch(name) {
      db.prepare('delete from probe_branch where name = ?').run(name);
    },
    probeBranchesLeft(environment, database, since) {
      const rows = db
        .prepare(
          'select name from probe_branch where environment = ? and database = ? and at < ? order by name',
        )
        .all(environment, database, Math.trunc(since));
      return rows.map((row) => String(row['name']));
    },
  };
}

function recordOf(row: Record<string, unknown>): ProbeRecord {
  return JSON.parse(String(row['body'])) as ProbeRecord;
}
