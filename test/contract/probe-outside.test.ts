import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import { loadNormalizer } from '../../src/migrations/probe/load-normalizer.ts';
import { probeStatements } from '../../src/migrations/probe/probe-statements.ts';
import type { ProbedStatement } from '../../src/migrations/probe/probed-statement.ts';
import { watchFromOutside } from '../../src/pipeline/probe/outside-watch.ts';
import { LookClock } from '../support/look-clock.ts';
import { openProbePostgres, until, type ProbePostgres } from '../support/probe-postgres.ts';

/*
 * Looking on from outside is looking now and then. Here the tests say when: everything that may go on between two looks
 * does, each time.
 */

/** How long locks are held here; what a session takes besides is less, or is measured. */
const HELD_MS = 200;

let postgres: ProbePostgres;

beforeAll(async () => {
  postgres = await openProbePostgres();
});

beforeEach(async () => {
  const direct = await postgres.connect();
  await direct.query(
    'drop table if exists item; create table item as select n as id, 0 as other from generate_series(1, 10) n',
  );
});

afterEach(() => postgres.endTest());
afterAll(() => postgres.close());

interface Watching {
  /** The server is asked once. */
  readonly look: () => Promise<void>;
  /** What these sessions did, as far as it was seen. */
  readonly statements: () => Promise<readonly ProbedStatement[]>;
}

async function watching(...clients: readonly Client[]): Promise<Watching> {
  const pids = await Promise.all(clients.map(pidOf));
  const clock = new LookClock();
  const watch = await watchFromOutside(await postgres.connect(), clock);
  await clock.asleep();
  return {
    look: () => clock.look(),
    async statements() {
      const observed = await watch.finish();
      const [parser, normalize] = await Promise.all([loadSqlParser(), loadNormalizer()]);
      const own = observed.filter(({ session, sql }) => pids.includes(session) && sql !== PID);
      expect(observed.map(({ number }) => number)).toEqual(observed.map((_, index) => index + 1));
      return probeStatements(own, { parser, normalize, relations: watch.relations, target: {} });
    },
  };
}

const PID = 'select pg_backend_pid() as pid';

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(PID);
  return rows[0]?.pid ?? 0;
}

const ALTER = 'alter table item add column note text';

/** For how long the table was locked by the statement that took it. */
function heldMs(statements: readonly ProbedStatement[]): number {
  const effects = statements.flatMap((statement) => statement.effects);
  const taken = effects.filter(({ lock, isFresh }) => lock === 'AccessExclusive' && isFresh);
  expect(taken).toHaveLength(1);
  return taken[0]?.heldMs ?? 0;
}

/** What was seen, and which of it came or went together. */
const seen = (statements: readonly ProbedStatement[]): unknown[] =>
  statements.map(({ sql, transaction }) => [sql, transaction]);

test('what a transaction keeps locked is seen, and for how long, with what comes after in it', async () => {
  const client = await postgres.connect();
  const { look, statements } = await watching(client);
  await client.query('begin');
  await look();
  const begun = performance.now();
  await client.query(ALTER);
  await look();
  await delay(HELD_MS);
  await client.query('select 1');
  await look();
  await client.query('commit');
  await look();
  const tookMs = performance.now() - begun;
  const found = await statements();
  expect(seen(found)).toEqual([
    ['begin', 1],
    [ALTER, 1],
    ['select $1', 1],
    ['commit', 1],
  ]);
  expect(found.map(({ effects }) => effects)).toEqual([
    [],
    [expect.objectContaining({ table: 'item', lock: 'AccessExclusive', blocks: 'readers', isFresh: true })],
    [],
    [],
  ]);
  expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
  // Two clocks tell the two, so that they may differ a little, but not by the wait before the ROLLBACK.
  expect(heldMs(found)).toBeLessThan(tookMs + HELD_MS / 2);
});

test.each([
  'commit',
  'END',
  '/* of a tool */ rollback;',
  'abort',
  'update item set other = id; commit',
  'commit and chain',
])(
  'locks are held until the transaction was ended, though its end is seen only afterwards: %s',
  async (sql) => {
    const client = await postgres.connect();
    const { look, statements } = await watching(client);
    await client.query('begin');
    const begun = performance.now();
    await client.query(ALTER);
    await look();
    await delay(HELD_MS);
    await client.query(sql);
    await look();
    const tookMs = performance.now() - begun;
    // Of a transaction that was begun in its place, too.
    await delay(HELD_MS);
    await client.query('commit');
    await look();
    const found = await statements();
    expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
    // Two clocks tell the two, so that they may differ a little, but not by the wait before the ROLLBACK.
    expect(heldMs(found)).toBeLessThan(tookMs + HELD_MS / 2);
  },
);

test('a transaction whose end was never seen lasted until it was last seen open, whatever its session did next', async () => {
  const client = await postgres.connect();
  const { look, statements } = await watching(client);
  await client.query('begin');
  await client.query(ALTER);
  await look();
  await delay(HELD_MS);
  await look();
  await client.query('commit');
  await client.query('select 1');
  await look();
  // A block of code ends, and nothing with it.
  await client.query('begin');
  await client.query('lock table item in share mode');
  await look();
  await client.query('rollback');
  await client.query('do $$ begin perform 1; end $$');
  await look();
  const found = await statements();
  expect(seen(found)).toEqual([
    [ALTER, 1],
    ['commit', 1],
    ['select $1', 2],
    ['lock table item in share mode', 3],
    ['commit', 3],
    ['do $1', 4],
  ]);
  expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
});

test('where one transaction follows upon the other between two looks, each has its own end', async () => {
  const client = await postgres.connect();
  const { look, statements } = await watching(client);
  await client.query('begin');
  await client.query(ALTER);
  await look();
  await client.query('commit');
  await client.query('begin');
  await client.query('lock table item in share mode');
  await look();
  await client.query('commit');
  await client.query('begin');
  await look();
  await client.query('rollback');
  await look();
  expect(seen(await statements())).toEqual([
    [ALTER, 1],
    ['commit', 1],
    ['lock table item in share mode', 2],
    ['commit', 2],
    ['begin', 3],
    ['rollback', 3],
  ]);
});

test('a lock goes on to the end of its transaction when its statement was seen only while it ran', async () => {
  const [client, other] = [await postgres.connect(), await postgres.connect()];
  await other.query('select pg_advisory_lock(1)');
  const { look, statements } = await watching(client);
  await client.query('begin');
  const slow = client.query(`do $$ begin execute '${ALTER}'; perform pg_advisory_xact_lock(1); end $$`);
  await until(async () => (await other.query('select 1 from pg_locks where not granted')).rowCount === 1);
  await look();
  await other.query('select pg_advisory_unlock(1)');
  await slow;
  await delay(HELD_MS);
  await client.query('commit');
  await look();
  const found = await statements();
  expect(seen(found)).toEqual([
    ['do $1', 1],
    ['commit', 1],
  ]);
  expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
});

test('a statement that fails ends what its transaction holds, not the ROLLBACK after it', async () => {
  const client = await postgres.connect();
  const { look, statements } = await watching(client);
  await client.query('begin');
  const begun = performance.now();
  await client.query(ALTER);
  await look();
  await delay(HELD_MS);
  await client.query('select 1 from nowhere').catch(() => undefined);
  await look();
  const tookMs = performance.now() - begun;
  await delay(HELD_MS);
  await client.query('rollback');
  await look();
  const found = await statements();
  expect(seen(found)).toEqual([
    [ALTER, 1],
    ['select $1 from nowhere', 1],
    ['rollback', 2],
  ]);
  expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
  // Two clocks tell the two, so that they may differ a little, but not by the wait before the ROLLBACK.
  expect(heldMs(found)).toBeLessThan(tookMs + HELD_MS / 2);
});

test.each(['older', 'younger'])(
  'what several sessions do is told in the order in which it began: the %s first',
  async (which) => {
    const both = [await postgres.connect(), await postgres.connect()];
    const pids = await Promise.all(both.map(pidOf));
    const inOrder = (pids[0] ?? 0) < (pids[1] ?? 0) ? both : both.toReversed();
    const [one, other] = (which === 'older' ? inOrder : inOrder.toReversed()) as [Client, Client];
    const { look, statements } = await watching(one, other);
    await one.query('begin');
    await one.query(ALTER);
    await other.query('begin');
    await other.query('lock table pg_class in access share mode');
    await look();
    await other.query('select 1');
    await delay(HELD_MS);
    await look();
    await other.query('commit');
    await one.query('commit');
    await other.query('select 2, 2');
    await one.query('select 3, 3, 3');
    await look();
    const found = await statements();
    const order = found.map(({ sql, transaction }) => [sql.replaceAll(/\$\d/g, '$'), transaction]);
    // Both ends were not seen: they are told where the transactions were last seen open, in the same look.
    expect(order.slice(3, 5)).toEqual(
      expect.arrayContaining([
        ['commit', 1],
        ['commit', 2],
      ]),
    );
    expect(order.toSpliced(3, 2)).toEqual([
      [ALTER, 1],
      ['lock table pg_class in access share mode', 2],
      ['select $', 2],
      ['select $, $', 3],
      ['select $, $, $', 4],
    ]);
    expect(heldMs(found)).toBeGreaterThanOrEqual(HELD_MS - 1);
  },
);

test('an observer whose session is lost says so at the end, and ends nothing before', async () => {
  const [observer, direct] = [await postgres.connect(), await postgres.connect()];
  const pid = await pidOf(observer);
  const clock = new LookClock();
  const watch = await watchFromOutside(observer, clock);
  await clock.asleep();
  const isLost = new Promise((resolve) => observer.once('end', resolve));
  await direct.query('select pg_terminate_backend($1)', [pid]);
  await isLost;
  clock.wake();
  // The look fails; what nobody had caught would be told of, and end the process, in the turn after.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(watch.finish()).rejects.toThrow(/connection/i);
});
