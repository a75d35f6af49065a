import { DatabaseSync } from 'node:sqlite';
import { ToolError } from '../diagnostics/tool-error.ts';
import { sqliteError } from './sqlite-error.ts';

/** Written to `user_version`. Raised with every change of the tables, together with a migration and a new fixture. */
export const STATE_VERSION = 1;
/** `gldp`: tells a state file from any other SQLite file. */
const APPLICATION_ID = 0x67_6c_64_70;
/** How long a statement waits for another process; longer than any transaction of ours, even on a slow disk. */
const BUSY_TIMEOUT_MS = 5000;
/** Switching to WAL does not wait for the busy time-out while another process recovers the file, so it is repeated. */
const OPEN_ATTEMPTS = 40;
const OPEN_PAUSE_MS = 50;

/** Active runs, those that have begun and not ended: at most one of a key, whatever a claim may think. */
export const ACTIVE_SQL = `(status in ('running', 'waiting') or (status = 'interrupted' and started_at is not null))`;

const SCHEMA = `
  create table run (
    seq integer primary key, id text not null unique, lock_key text not null, kind text not null,
    title text not null, submitted_by text not null, graph_hash text not null, created_at integer not null,
    status text not null, started_at integer, finished_at integer, error text,
    cancel_requested integer not null default 0, fence integer not null default 0, lease_until integer, owner text,
    wake_at integer, attended_until integer, signals integer not null default 0, undo_status text) strict;
  create unique index run_one_active on run (lock_key) where ${ACTIVE_SQL};
  create index run_queue on run (lock_key, seq) where status = 'queued';
  create index run_by_key on run (lock_key, seq);
  create table run_content (run_id text primary key, graph text not null, input text not null) strict, without rowid;
  create table step (
    run_id text not null, step_id text not null, status text not null, attempt integer not null,
    failures integer not null, started_at integer, finished_at integer, started_order integer, settled_order integer,
    due_at integer, result text, error text, primary key (run_id, step_id)) strict, without rowid;
  create table once (
    run_id text not null, step_id text not null, key text not null, value text not null,
    primary key (run_id, step_id, key)) strict, without rowid;
  create table decision (
    run_id text not null, step_id text not null, decision text not null, decided_by text not null,
    primary key (run_id, step_id)) strict, without rowid;
  create table event (
    seq integer primary key, run_id text not null, at integer not null, body text not null) strict;
  create index event_of_run on event (run_id, seq);
`;

/**
 * Opens the project's state file (or `:memory:`), makes its tables when it is new, and refuses one that a newer
 * version wrote. Other layers keep their own tables in the same file through the same connection.
 * Throws STORE_UNREADABLE, STORE_DISK_FULL or STORE_BUSY.
 */
export function openStateDatabase(file: string): DatabaseSync {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return open(file);
    } catch (error) {
      const known = sqliteError(error, file);
      const isBusy = known instanceof ToolError && known.code === 'STORE_BUSY';
      if (!isBusy || attempt === OPEN_ATTEMPTS) throw known;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_PAUSE_MS);
    }
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (versionOf(db, file) === 0) create(db, file);
    db.exec('pragma journal_mode = wal; pragma synchronous = full');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Two processes may find the file new at once: the second sees, under the lock, that there is nothing left to do. */
function create(db: DatabaseSync, file: string): void {
  db.exec('pragma journal_mode = wal');
  db.exec('begin immediate');
  try {
    if (versionOf(db, file) === 0) {
      db.exec(SCHEMA);
      db.exec(`pragma user_version = ${STATE_VERSION}; pragma application_id = ${APPLICATION_ID}`);
    }
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

function versionOf(db: DatabaseSync, file: string): number {
  const version = Number(db.prepare('pragma user_version').get()?.['user_version']);
  const application = Number(db.prepare('pragma application_id').get()?.['application_id']);
  if (version > STATE_VERSION && application === APPLICATION_ID) {
    throw new ToolError('STORE_UNREADABLE', `${file} was written by a newer version of Glidepath.`, {
      hint: 'Upgrade with npm install glidepath@latest and run the command again.',
    });
  }
  if (version !== 0 && application !== APPLICATION_ID) {
    throw new ToolError('STORE_UNREADABLE', `${file} is not a Glidepath database.`, {
      hint: 'Move the file away and run the command again.',
    });
  }
  return version;
}
