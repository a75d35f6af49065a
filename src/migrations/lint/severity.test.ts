import { expect, test } from 'vitest';
import type { Severity, TableFacts } from './finding.ts';
import { severityFor } from './severity.ts';

const UNKNOWN: TableFacts = { exists: true, rows: null, bytes: null, accessesPerSecond: null };
const GB = 2 ** 30;

test.each<[string, Severity, Partial<TableFacts> | null, Severity]>([
  ['nothing is known', 'warning', null, 'warning'],
  ['only that it is there', 'warning', {}, 'warning'],
  ['few rows', 'error', { rows: 9_999 }, 'warning'],
  ['few rows, advice already', 'advice', { rows: 0 }, 'advice'],
  ['few rows, but long ones', 'error', { rows: 100, bytes: 20 * 2 ** 20 }, 'error'],
  ['neither few nor many', 'warning', { rows: 10_000 }, 'warning'],
  ['many rows', 'warning', { rows: 1_000_000 }, 'error'],
  ['many bytes', 'advice', { bytes: GB }, 'warning'],
  ['in constant use', 'warning', { accessesPerSecond: 100 }, 'error'],
  ['in constant use, grave already', 'error', { accessesPerSecond: 1e6 }, 'error'],
  ['small, but in constant use', 'warning', { rows: 10, accessesPerSecond: 5_000 }, 'warning'],
  ['small and seldom used', 'warning', { rows: 10, bytes: 8192, accessesPerSecond: 1 }, 'advice'],
])('%s: %s becomes %o → %s', (_, base, facts, expected) => {
  expect(severityFor(base, facts === null ? null : { ...UNKNOWN, ...facts })).toBe(expected);
});
