import { expect, test } from 'vitest';
import { startFailure } from './start-failure.ts';

test('data of another major version are called so, with what helps', () => {
  const log = [
    '2026-11-21 14:00:00.000 UTC [7] FATAL:  database files are incompatible with server',
    '2026-11-21 14:00:00.000 UTC [7] DETAIL:  The data directory was initialized by PostgreSQL version 17, which is not compatible with this version 18.1.',
  ].join('\n');
  expect(startFailure(log)).toEqual({
    reason: ': its data were made by Postgres 17, and this version of Glidepath brings 18',
    hint: expect.stringContaining('glidepath cloud reset') as string,
  });
});

test('else what the server said last before it ended', () => {
  const log =
    'LOG:  starting\n[7] FATAL:  too early\n[8] PANIC:  could not locate a valid checkpoint record.\n[8] LOG: bye';
  expect(startFailure(log)).toEqual({
    reason: ': could not locate a valid checkpoint record',
    hint: null,
  });
});

test('a log that says nothing gives no reason', () => {
  expect(startFailure('')).toEqual({ reason: '', hint: null });
});
