import { expect, test } from 'vitest';
import { DEFAULT_POSTGRES_SETTINGS, postgresArguments } from './postgres-settings.ts';

const DIRS = { dataDir: '/data', socketDir: '/sockets', archiveDir: null };

test('a server listens on its socket only, and forces commits to disk unless told otherwise', () => {
  const args = postgresArguments(DIRS, DEFAULT_POSTGRES_SETTINGS);
  expect(args.slice(0, 2)).toEqual(['-D', '/data']);
  expect(args).toContain('listen_addresses=');
  expect(args).toContain('unix_socket_directories="/sockets"');
  expect(args).not.toContain('fsync=off');
  expect(postgresArguments(DIRS, { ...DEFAULT_POSTGRES_SETTINGS, fsync: false })).toContain('fsync=off');
});

test('a socket directory with a comma and a quote stays one directory', () => {
  expect(postgresArguments({ ...DIRS, socketDir: '/a, "b"' }, DEFAULT_POSTGRES_SETTINGS)).toContain(
    'unix_socket_directories="/a, ""b"""',
  );
});
