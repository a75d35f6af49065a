import { basename, dirname } from 'node:path';

/** Their contents mean something to the running server only (PostgreSQL documentation, "Low Level Base Backup"). */
const EMPTIED = new Set([
  'pg_wal',
  'pg_wal/archive_status',
  'pg_wal/summaries',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
/** Written last, or anew, or by nobody but a server. */
const LEFT_OUT = new Set([
  'global/pg_control',
  'postmaster.pid',
  'postmaster.opts',
  'postgresql.auto.conf.tmp',
  'backup_label',
  'backup_label.old',
  'backup_manifest',
  'tablespace_map',
  'tablespace_map.old',
  'standby.signal',
  'glidepath-first-start.conf',
]);
/** Where catalogs have room for rows: grown anew when it is missing, and an eighth of all files. */
const CATALOG_FREE_SPACE = /^base\/\d+\/(\d+)_fsm$/;
/** Files below were made by initdb, for catalogs (PostgreSQL source, FirstNormalObjectId). */
const FIRST_USER_FILE = 16_384;
const DIRECTORIES_KEPT = new Set(['pg_wal/archive_status', 'pg_wal/summaries']);

/** Whether a path below a data directory has no place in a copy that was made while the server was running. */
export function isLeftOutOfCopy(path: string): boolean {
  if (DIRECTORIES_KEPT.has(path)) return false;
  const name = basename(path);
  return (
    LEFT_OUT.has(path) ||
    EMPTIED.has(dirname(path)) ||
    name.startsWith('pgsql_tmp') ||
    name.startsWith('pg_internal.init') ||
    Number(CATALOG_FREE_SPACE.exec(path)?.[1] ?? FIRST_USER_FILE) < FIRST_USER_FILE
  );
}
