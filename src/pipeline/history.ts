import type { DatabaseSync } from 'node:sqlite';
import { createDatabaseRecords, type DatabaseRecords } from './database-records.ts';
import { createProbeRecords, type ProbeRecords } from './probe/probe-records.ts';
import { createElsewhereRecords, type ElsewhereRecords } from './github/elsewhere-records.ts';
import type { MigrationRecord, Release } from './release.ts';
import type { RecordedVerdict } from './verdict/history-verdict.ts';
import { createMigratedRecords, type MigratedRecords } from './verdict/migrated-records.ts';
import { createTrialRecords, type TrialRecords } from './verdict/trial-records.ts';

/** What is live in one environment by our own record. */
export interface LiveRelease {
  readonly environment: string;
  readonly release: Release;
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
}

/** One line of an environment's history: a release that became live. */
export interface HistoryEntry extends LiveRelease {
  readonly action: string;
  /** What was live before; null for the first. */
  readonly previous: string | null;
  /** Made before the migrations of its run, by name; none where an older version stored it. */
  readonly restorePoints: readonly RecordedRestorePoint[];
  /** The migration files that its run found, by database; null where it migrated nothing or an older version stored it. */
  readonly migrations: MigrationRecord | null;
  /** What its migrations did on throw-away branches before; none where they were not tried. */
  readonly probes: readonly RecordedProbe[];
  /** Whether what was live before can be gone back to; null where that was not tried. */
  readonly back: RecordedVerdict | null;
}

/** A probe, in words that hold no values. */
export interface RecordedProbe {
  readonly database: string;
  readonly words: string;
}

/** A restore point that a run made. */
export interface RecordedRestorePoint {
  readonly database: string;
  readonly name: string;
  /** Of the data, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly expiresAt: number | null;
}

/** Which release was live where, and when. Kept beside the journal; a runner that keeps no disk reads it from GitHub first. */
export interface History
  extends DatabaseRecords, ProbeRecords, TrialRecords, MigratedRecords, ElsewhereRecords {
  /** Again with the same id: only what is known of its migration files, and its artifact where it had none, is added. */
  saveRelease(release: Release, at: number): void;
  release(id: string): Release | null;
  releases(limit: number): readonly { release: Release; at: number }[];
  live(environment: string): LiveRelease | null;
  /** Newest first. */
  entries(environment: string | null, limit: number): readonly HistoryEntry[];
  /** Idempotent per run. */
  record(
    entry: LiveRelease & { readonly action: string } & Partial<
        Pick<HistoryEntry, 'restorePoints' | 'migrations' | 'probes' | 'back'>
      >,
  ): void;
  /** Takes a record of this run back. */
  unrecord(runId: string): void;
  /** Whether this commit's release became live in the environment, and which it was. */
  passed(environment: string, commit: string): Release | null;
}

interface EntryRow {
  environment: string;
  release: string;
  run: string;
  at: number;
  by: string;
  action: string;
  previous: string | null;
  body: string;
  detail: string | null;
}

/** What a row of the history holds besides, as JSON; a row without it was written before there was any. */
interface EntryDetail {
  readonly version: 1;
  readonly restorePoints: readonly RecordedRestorePoint[];
  readonly migrations: MigrationRecord | null;
  /** Missing where it was written before there were probes. */
  readonly probes?: readonly RecordedProbe[];
  /** Likewise. */
  readonly back?: RecordedVerdict | null;
}

const NO_DETAIL: EntryDetail = { version: 1, restorePoints: [], migrations: null };

const SCHEMA = `
  create table if not exists release (id text primary key, at integer not null, body text not null) strict;
  create table if not exists history (
    seq integer primary key, run text not null unique, environment text not null, release text not null,
    action text not null, previous text, at integer not null, by text not null) strict;
  create index if not exists history_environment on history (environment, seq);
`;

/** What was read from elsewhere is put in where it belongs by its time; of one moment the one that came later is newer. */
const NEWEST_FIRST = 'order by h.at desc, h.seq desc';

const ENTRY = `select h.*, r.body from history h join release r on r.id = h.release`;

/** The history in the same file as the journal. */
export function createHistory(db: DatabaseSync): History {
  db.exec(SCHEMA);
  addDetail(db);
  const live = (environment: string): LiveRelease | null => {
    const row = db.prepare(`${ENTRY} where h.environment = ? ${NEWEST_FIRST} limit 1`).get(environment);
    return row === undefined ? null : toEntry(row as unknown as EntryRow);
  };
  const liveAt = (environment: string, at: number): LiveRelease | null => {
    const row = db
      .prepare(`${ENTRY} where h.environment = ? and h.at <= ? ${NEWEST_FIRST} limit 1`)
      .get(environment, Math.trunc(at));
    return row === undefined ? null : toEntry(row as unknown as EntryRow);
  };
  return {
    ...createDatabaseRecords(db),
    ...createProbeRecords(db),
    ...createTrialRecords(db),
    ...createMigratedRecords(db),
    ...createElsewhereRecords(db),
    saveRelease: (release, at) => saveRelease(db, release, at),
    release: (id) => releaseOf(db, id),
    releases(limit) {
      const rows = db.prepare('select body, at from release order by at desc limit ?').all(limit);
      return rows.map((row) => ({
        release: JSON.parse(String(row['body'])) as Release,
        at: Number(row['at']),
      }));
    },
    live,
    entries(environment, limit) {
      const rows = db
        .prepare(`${ENTRY} where ?1 is null or h.environment = ?1 ${NEWEST_FIRST} limit ?2`)
        .all(environment, limit);
      return rows.map((row) => toEntry(row as unknown as EntryRow));
    },
    record(entry) {
      const previous = liveAt(entry.environment, entry.at);
      db.prepare(
        `insert into history (run, environment, release, action, previous, at, by, detail)
         values (?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (run) do nothing`,
      ).run(
        entry.runId,
        entry.environment,
        entry.release.id,
        entry.action,
        previous?.release.id ?? null,
        Math.trunc(entry.at),
        entry.by,
        JSON.stringify({
          version: 1,
          restorePoints: entry.restorePoints ?? [],
          migrations: entry.migrations ?? null,
          probes: entry.probes ?? [],
          back: entry.back ?? null,
        } satisfies EntryDetail),
      );
    },
    unrecord(runId) {
      db.prepare('delete from history where run = ?').run(runId);
    },
    passed(environment, commit) {
      const rows = db.prepare(`${ENTRY} where h.environment = ? ${NEWEST_FIRST}`).all(environment);
      const entries = rows.map((row) => toEntry(row as unknown as EntryRow));
      return entries.find((entry) => entry.release.commit === commit)?.release ?? null;
    },
  };
}

/** What is known of its migrations is added to what was. */
function saveRelease(db: DatabaseSync, release: Release, at: number): void {
  const stored = releaseOf(db, release.id);
  const whole =
    stored === null
      ? release
      : {
          ...stored,
          migrations: { ...stored.migrations, ...release.migrations },
          ...(stored.artifact === undefined && release.artifact !== undefined
            ? { artifact: release.artifact }
            : {}),
        };
  db.prepare(
    `insert into release (id, at, body) values (?, ?, ?)
     on conflict (id) do update set body = excluded.body`,
  ).run(release.id, Math.trunc(at), JSON.stringify(whole));
}

/** Files of earlier versions have a table without it. */
function addDetail(db: DatabaseSync): void {
  const columns = db.prepare('pragma table_info(history)').all();
  if (columns.some((column) => column['name'] === 'detail')) return;
  try {
    db.exec('alter table history add column detail text');
  } catch (error) {
    // Two processes may come to an old file at once: whoever comes second finds it done.
    if (!/duplicate column/.test(String(error))) throw error;
  }
}

function releaseOf(db: DatabaseSync, id: string): Release | null {
  const row = db.prepare('select body from release where id = ?').get(id);
  return row === undefined ? null : (JSON.parse(String(row['body'])) as Release);
}

function toEntry(row: EntryRow): HistoryEntry {
  const detail = row.detail === null ? NO_DETAIL : (JSON.parse(row.detail) as EntryDetail);
  return {
    environment: row.environment,
    release: JSON.parse(row.body) as Release,
    runId: row.run,
    at: row.at,
    by: row.by,
    action: row.action,
    previous: row.previous,
    restorePoints: detail.restorePoints,
    migrations: detail.migrations,
    probes: detail.probes ?? [],
    back: detail.back ?? null,
  };
}
