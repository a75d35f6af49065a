import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import { loadNormalizer } from '../../src/migrations/probe/load-normalizer.ts';
import type { KnownRelation } from '../../src/migrations/probe/observed-statement.ts';
import type { ObservedStatement } from '../../src/migrations/probe/observed-statement.ts';
import { probeStatements } from '../../src/migrations/probe/probe-statements.ts';
import type { ProbedStatement } from '../../src/migrations/probe/probed-statement.ts';
import type { TapOptions } from '../../src/providers/postgres/tap/tap.ts';
import { watchStatements } from '../../src/pipeline/probe/watch-statements.ts';
import { systemClock } from '../../src/util/clock.ts';
import { openProbePostgres, type ProbePostgres } from '../support/probe-postgres.ts';

let postgres: ProbePostgres;

beforeAll(async () => {
  postgres = await openProbePostgres();
});

// Each test alters the table in its own way.
beforeEach(async () => {
  const direct = await postgres.connect();
  await direct.query(
    `drop schema public cascade; create schema public;
     create table item as select n as id, 0 as other from generate_series(1, 1000) n; analyze item`,
  );
});

afterEach(() => postgres.endTest());
afterAll(() => postgres.close());

async function probed(
  observed: readonly ObservedStatement[],
  relations: ReadonlyMap<number, KnownRelation>,
  target: Parameters<typeof probeStatements>[1]['target'] = {},
): Promise<readonly ProbedStatement[]> {
  const [parser, normalize] = await Promise.all([loadSqlParser(), loadNormalizer()]);
  return probeStatements(observed, { parser, normalize, relations, target });
}

test('what is told of a wait is what the transaction took, not what it took to look', async () => {
  const watch = await watchStatements(await postgres.connect(), systemClock);
  const hold: TapOptions['hold'] = async (statement) => {
    await delay(300);
    await watch.hooks.hold(statement);
  };
  const { tap } = await postgres.tap({ ...watch.hooks, hold });
  const client = await postgres.connect(tap.url);
  await client.query('begin');
  const begun = performance.now();
  await client.query('alter table item add column more text');
  await client.query('update item set other = 1');
  await client.query('select pg_sleep(0.2)');
  await client.query('commit');
  const tookMs = performance.now() - begun;
  await client.end();
  const statements = await probed(await watch.finish(), watch.relations);
  const [, altered, updated, slept] = statements;
  expect(slept?.effects).toEqual([]);
  const held = altered?.effects[0];
  expect(held?.heldMs).toBeGreaterThanOrEqual(200 + (updated?.tookMs ?? 0));
  // The three after it were held for 300 ms each, with its lock.
  expect(held?.heldMs).toBeLessThan(tookMs - 3 * 300);
  // Its rows are locked, too; but nobody comes as far as to want them.
  expect(updated?.effects).toEqual([
    expect.objectContaining({ table: 'item', lock: 'AccessExclusive', work: 'rows', isFresh: false }),
  ]);
  expect(altered?.rows).toBe(null);
  expect(updated?.rows).toBe(1000);
});

test('where the branch has less than the target, the wait is as much longer as there is more to do', async () => {
  const watch = await watchStatements(await postgres.connect(), systemClock);
  const { tap } = await postgres.tap(watch.hooks);
  const client = await postgres.connect(tap.url);
  await client.query('alter table item alter other type bigint');
  await client.end();
  const observed = await watch.finish();
  const bytes = [...watch.relations.values()].find(({ name }) => name === 'item')?.bytes ?? 0;
  const target = {
    'public.item': { exists: true, rows: 100_000, bytes: bytes * 100, accessesPerSecond: null },
  };
  const [statement] = await probed(observed, watch.relations, target);
  const [effect] = statement?.effects ?? [];
  expect(effect?.work).toBe('rewrite');
  expect(effect?.estimatedMs).toBe(Math.round((statement?.tookMs ?? 0) * 100));
});

test('a lock that an earlier statement has is told of as held, and what a migration made itself is left out', async () => {
  const watch = await watchStatements(await postgres.connect(), systemClock);
  const { tap } = await postgres.tap(watch.hooks);
  const client = await postgres.connect(tap.url);
  await client.query(
    'begin; create table fresh (id int primary key, item int); alter table fresh add column x uuid default gen_random_uuid();',
  );
  await client.query('alter table item add column third int');
  await client.query('alter table item add column fourth int');
  // It takes Share on the table, and the indexes for itself: less than there is already.
  await client.query('alter table item alter column id type bigint');
  await client.query('update item set fourth = 1');
  await client.query('commit; drop table fresh');
  await client.end();
  const statements = await probed(await watch.finish(), watch.relations);
  expect(
    statements.map(({ sql, effects }) => [
      sql.split(' ').slice(0, 3).join(' '),
      effects.map(({ table, isFresh }) => [table, isFresh]),
    ]),
  ).toEqual([
    ['begin', []],
    ['create table fresh', []],
    ['alter table fresh', []],
    ['alter table item', [['item', true]]],
    ['alter table item', [['item', false]]],
    ['alter table item', [['item', false]]],
    ['update item set', [['item', false]]],
    ['commit', []],
    ['drop table fresh', []],
  ]);
});

test('a function that changes a table in its own way is found out by the table’s file', async () => {
  const direct = await postgres.connect();
  await direct.query('create index item_id on item (id)');
  await direct.query(
    `create function tidy() returns void language plpgsql as $$ begin execute 'cluster item using item_id'; end $$`,
  );
  const watch = await watchStatements(await postgres.connect(), systemClock);
  const { tap } = await postgres.tap(watch.hooks);
  const client = await postgres.connect(tap.url);
  await client.query('select tidy()');
  await client.query('select 1');
  await client.end();
  const [statement] = await probed(await watch.finish(), watch.relations);
  expect(statement?.effects.find(({ table }) => table === 'item')).toMatchObject({
    lock: 'AccessExclusive',
    work: 'rewrite',
  });
});

test.each([
  'do $$ begin update item set other = other where id = 1; end $$',
  'call touch_items()',
  'select count(touched_items())',
])('rows that code changed stay locked until the transaction ends: %s', async (sql) => {
  const direct = await postgres.connect();
  await direct.query(`create or replace procedure touch_items() language sql as 'update item set other = other where id = 1';
    create or replace function touched_items() returns int language sql as 'update item set other = other where id = 1 returning id'`);
  const watch = await watchStatements(await postgres.connect(), systemClock);
  const { tap } = await postgres.tap(watch.hooks);
  const client = await postgres.connect(tap.url);
  await client.query('begin');
  await client.query(sql);
  await client.query('select pg_sleep(0.2)');
  await client.query('commit');
  await client.end();
  const [, changed] = await probed(await watch.finish(), watch.relations);
  expect(changed?.effects).toEqual([
    expect.objectContaining({ table: 'item', lock: 'RowExclusive', work: 'rows', blocks: 'same-rows' }),
  ]);
  expect(changed?.effects[0]?.heldMs).toBeGreaterThanOrEqual(199);
});
