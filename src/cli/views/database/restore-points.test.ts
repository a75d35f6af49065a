import { expect, test } from 'vitest';
import { renderRestorePoints, type RestorePointsView } from './restore-points.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const POINT = { name: 'friday', at: NOW - 60_000, expiresAt: null, isOurs: true };
const VIEW: RestorePointsView = {
  environment: 'staging',
  database: 'ledger',
  several: ' --database ledger',
  restorableFrom: NOW - 600_000,
  example: '5m',
  now: NOW,
  color: false,
  isLocal: true,
};

test('the commands it prints name the database where there are several, and a moment that can be had', () => {
  const text = renderRestorePoints([POINT], VIEW);
  expect(text).toContain(': glidepath db restore staging --database ledger --to 5m --local\n');
  expect(text).toContain(
    '→ glidepath db restore staging --database ledger --to-restore-point friday --local\n',
  );
});

test('a database that keeps nothing is not said to have restore points', () => {
  const nothing = { ...VIEW, restorableFrom: null };
  expect(renderRestorePoints([], nothing)).toBe('  ledger of staging\n  to no moment\n  no restore points\n');
  expect(renderRestorePoints([POINT], nothing)).toContain('to no moment but its restore points\n');
});
