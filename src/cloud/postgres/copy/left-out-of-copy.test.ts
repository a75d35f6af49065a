import { expect, test } from 'vitest';
import { isLeftOutOfCopy } from './left-out-of-copy.ts';

test('what only the running server has use for stays behind, the directories for it do not', () => {
  for (const path of [
    'postmaster.pid',
    'global/pg_control',
    'pg_wal/00000001000000000000000C',
    'pg_wal/archive_status/00000001000000000000000C.done',
    'pg_replslot/mine',
    'base/16384/pg_internal.init',
    'base/pgsql_tmp/pgsql_tmp12.0',
    'base/16384/1259_fsm',
  ])
    expect(isLeftOutOfCopy(path), path).toBe(true);
  for (const path of ['pg_wal', 'pg_wal/archive_status', 'pg_replslot', 'pg_xact/0000', 'base/16384/1259'])
    expect(isLeftOutOfCopy(path), path).toBe(false);
});

test('of the tables of users everything is copied', () => {
  for (const path of [
    'base/16384/16390',
    'base/16384/16390_fsm',
    'base/16384/16390_vm',
    'base/16384/1259_vm',
  ])
    expect(isLeftOutOfCopy(path), path).toBe(false);
});
