import { expect, test } from 'vitest';
import { lastTime } from './take-due-snapshots.ts';

const NOW = Date.parse('2026-03-18T10:30:00Z');

test.each([
  [{ frequency: 'hourly' }, '2026-03-18T10:00:00Z'],
  [{ frequency: 'daily' }, '2026-03-18T00:00:00Z'],
  [{ frequency: 'daily', hour: 10 }, '2026-03-18T10:00:00Z'],
  [{ frequency: 'daily', hour: 11 }, '2026-03-17T11:00:00Z'],
  // The 18th is a Wednesday.
  [{ frequency: 'weekly', day: 3, hour: 5 }, '2026-03-18T05:00:00Z'],
  [{ frequency: 'weekly', day: 3, hour: 23 }, '2026-03-11T23:00:00Z'],
  [{ frequency: 'weekly', day: 7 }, '2026-03-15T00:00:00Z'],
  [{ frequency: 'monthly', day: 18, hour: 9 }, '2026-03-18T09:00:00Z'],
  [{ frequency: 'monthly', day: 31 }, '2026-02-28T00:00:00Z'],
  [{ frequency: 'yearly', month: 12, day: 24 }, '2025-12-24T00:00:00Z'],
  [{ frequency: 'yearly' }, '2026-01-01T00:00:00Z'],
] as const)('%j was last due at %s', (item, expected) => {
  expect(new Date(lastTime(item, NOW)).toISOString().replace('.000', '')).toBe(expected);
});
