import { expect, test } from 'vitest';
import { letsOthersWork } from './lets-others-work.ts';

test.each([
  'create index concurrently i on a (b)',
  'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)',
  '-- why\n/* and how */ drop index concurrently if exists i',
  'reindex table concurrently a',
  'reindex (verbose) index concurrently i',
  'REINDEX (VERBOSE, CONCURRENTLY) TABLE a',
  'alter table logs detach partition logs_1 concurrently;',
])('%s lets others work', (sql) => {
  expect(letsOthersWork(sql)).toBe(true);
});

test.each([
  'create index i on a (b)',
  'reindex table a',
  'reindex (concurrently false) table a',
  'refresh materialized view concurrently totals',
  "comment on index i is 'create index concurrently'",
  'alter table logs detach partition logs_1',
])('%s does not', (sql) => {
  expect(letsOthersWork(sql)).toBe(false);
});
