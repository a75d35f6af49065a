import { expect, test } from 'vitest';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { readDatabaseFacts } from '../../src/pipeline/read-database-facts.ts';
import { systemClock, type Clock } from '../../src/util/clock.ts';
import { openSession, postgresRig } from '../support/postgres-rig.ts';

const SCHEMA = `
CREATE SCHEMA shop;
CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(80) NOT NULL);
INSERT INTO customers SELECT n, 'name' FROM generate_series(1, 20000) AS n;
CREATE TABLE shop."Orders" (id bigint PRIMARY KEY, total numeric(10,2), customer_id bigint CONSTRAINT to_customer REFERENCES customers (id));
CREATE UNIQUE INDEX by_both ON shop."Orders" (total, customer_id) INCLUDE (id);
CREATE INDEX by_words ON shop."Orders" (lower(total::text));
CREATE TABLE logs (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO logs SELECT '2025-03-01' FROM generate_series(1, 500);
CREATE VIEW names AS SELECT name FROM customers;
ANALYZE;
CREATE TABLE empty_one (id bigint);
`;

test('the tables of a database are read with their size, their use, and what hangs on them', async () => {
  await using rig = await postgresRig();
  const url = await rig.database();
  await using app = await openSession(url);
  await app.query(SCHEMA);
  await using session = await openSession(url);
  // Between the two readings the app is at work; its counters are written down when it is asked to.
  const busy: Clock = {
    ...systemClock,
    sleep: async (ms) => {
      await app.query('SELECT count(*) FROM customers');
      await app.query('SELECT pg_stat_force_next_flush()');
      await systemClock.sleep(ms);
    },
  };
  const { postgresVersion, tables } = await readDatabaseFacts(session.client, busy);

  expect(postgresVersion).toBe(18);
  expect(Object.keys(tables)).toEqual([
    'public.customers',
    'public.empty_one',
    'public.logs',
    'public.logs_1',
    'shop.Orders',
  ]);
  const customers = tables['public.customers'];
  expect(customers).toMatchObject({
    exists: true,
    rows: 20_000,
    columns: {
      id: { type: 'bigint', isNotNull: true },
      name: { type: 'character varying(80)', isNotNull: true },
    },
    indexes: { customers_pkey: { columns: ['id'], isUnique: true } },
    views: [{ name: 'public.names', columns: ['name'], isMaterialized: false }],
  });
  expect(customers?.bytes).toBeGreaterThan(500_000);
  expect(customers?.accessesPerSecond).toBeGreaterThan(1_000);
  expect(tables['public.empty_one']).toMatchObject({ rows: 0, accessesPerSecond: 0 });
  expect(tables['public.logs']).toMatchObject({ rows: 500 });
  expect(tables['shop.Orders']).toMatchObject({
    foreignKeys: [{ name: 'to_customer', columns: ['customer_id'], references: 'public.customers' }],
    indexes: {
      by_both: { columns: ['total', 'customer_id'], isUnique: true },
      by_words: { columns: [], isUnique: false },
    },
  });

  const { findings } = await lintSql(
    [
      {
        file: 'a.sql',
        text: 'ALTER TABLE customers ALTER COLUMN name TYPE varchar(120);\nCREATE INDEX ON empty_one (id);',
      },
    ],
    { postgresVersion, inTransaction: true, hasLockTimeout: true, tables },
  );
  // A longer varchar is free, but for the view; an index on an empty table keeps nobody waiting long.
  expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toContain('view-uses-column error');
  expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toContain(
    'create-index-not-concurrent warning',
  );
  expect(findings.map(({ rule }) => rule)).not.toContain('change-column-type');
});
