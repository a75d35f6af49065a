import { expect, test } from 'vitest';
import type { ProbeRecord } from './probe-record.ts';
import { statementsOf } from './probe-words.ts';

function probe(statements: readonly (readonly [sql: string, tookMs: number])[]): ProbeRecord {
  return {
    version: 1,
    environment: 'staging',
    database: 'main',
    commit: 'c'.repeat(40),
    files: '',
    at: 0,
    tookMs: 0,
    seenBy: 'tap',
    findings: [],
    statements: statements.map(([sql, tookMs], index) => ({
      number: index + 1,
      sql,
      transaction: 1,
      tookMs,
      rows: 1,
      error: null,
      effects: [],
    })),
  };
}

test('what takes long is shown whatever it is, and what the tool does for itself is not', () => {
  const shown = statementsOf(
    probe([
      ['begin', 1],
      ['select $1', 2],
      ['insert into schema_migrations values ($1)', 3],
      ['select pg_sleep($1)', 30_000],
      ['insert into customer_migrations values ($1)', 4],
      ['commit', 5],
    ]),
  );
  expect(shown.map(({ sql }) => sql)).toEqual([
    'select pg_sleep($1)',
    'insert into customer_migrations values ($1)',
  ]);
});
