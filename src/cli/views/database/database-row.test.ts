import { expect, test } from 'vitest';
import type { DatabaseStatus } from '../../databases/database-status.ts';
import { databaseRow } from './database-row.ts';
import { paint } from '../text/paint.ts';

const NOW = Date.parse('2026-03-02T10:35:00Z');
const SEEN: NonNullable<DatabaseStatus['seen']> = {
  platformName: 'staging',
  state: 'asleep',
  region: 'aws-eu-central-1',
  version: 17,
  sizeBytes: 31_400_000,
  isProtected: true,
  restorableFrom: NOW - 3_600_000,
};

function row(more: Partial<DatabaseStatus>): string {
  const status: DatabaseStatus = { name: 'main', provider: 'neon', seen: SEEN, problem: null, ...more };
  return databaseRow(status, { now: NOW, colors: paint(false) }).join(' | ');
}

test('a database is shown with its state and how far back its data can be had', () => {
  expect(row({})).toBe(
    'main | Neon | staging (Postgres 17) | aws-eu-central-1 | asleep, protected | 31.4 MB | 1 h 00 min ago',
  );
});

test('one that is not there is told from one that cannot be seen', () => {
  expect(row({ seen: null })).toBe('main | Neon | none');
  const problem = { code: 'SECRET_MISSING', message: 'no token' } as const;
  expect(row({ seen: null, problem })).toBe('main | Neon |  |  | not seen');
});
