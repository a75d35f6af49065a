import { expect, test } from 'vitest';
import { explainLocks } from './explain-locks.ts';
import type { TableFacts } from './finding.ts';
import type { TableLock } from './locks/table-lock.ts';

const ORDERS = { schema: 'shop', name: 'orders' };

function explain(lock: Partial<TableLock>, rows: number | null = null): string | null {
  const facts: TableFacts = { exists: true, rows, bytes: null, accessesPerSecond: null };
  return explainLocks([{ table: ORDERS, lock: 'AccessExclusive', work: 'none', ...lock }], () => facts);
}

test('says who waits, for what, and for how long where the size is known', () => {
  expect(explain({ work: 'rewrite' })).toBe(
    'Readers and writers of shop.orders wait while every row and every index is written anew.',
  );
  expect(explain({ lock: 'Share', work: 'index-build' }, 4_000_000)).toBe(
    'Writers of shop.orders wait while the index is built: about 8 s at 4,000,000 rows.',
  );
  expect(explain({ work: 'scan' }, 1_000_000)).toContain('less than a second at 1,000,000 rows');
  expect(explain({ work: 'rewrite' }, 100_000_000)).toContain('about 17 min at 100,000,000 rows');
  expect(explain({ work: 'rewrite' }, 4_000_000_000)).toContain('about 11 h');
});

test('says of a lock that is over in a moment that it must be had first', () => {
  expect(explain({})).toBe(
    'Readers and writers of shop.orders wait: a moment, or as long as a query that already runs on it.',
  );
  expect(explain({ lock: 'ShareRowExclusive' })).toBe(
    'Writers of shop.orders wait: a moment, or as long as a write that already runs on it.',
  );
});

test('says nothing of a lock that keeps no app waiting', () => {
  expect(explain({ lock: 'ShareUpdateExclusive', work: 'scan' })).toBeNull();
  expect(explain({ lock: 'RowExclusive', work: 'rows' })).toBeNull();
  expect(explainLocks([], () => null)).toBeNull();
});
