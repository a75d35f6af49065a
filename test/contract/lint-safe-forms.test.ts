import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf, runStepwise } from '../support/form-catalog.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';
import { FORM_CASES, FORM_ROWS, FORM_SCHEMA, safeFormOf } from '../support/safe-form-cases.ts';

// A safe form must do what the statement does. Each statement runs on one database and its safe form on another, step by
// step as its comments say; then the two must have the same tables, columns, constraints, indexes, triggers and rows.

let rig: PostgresRig;
let unsafeSession: Session | undefined;
let safeSession: Session | undefined;

beforeAll(async () => {
  rig = await postgresRig();
  unsafeSession = await openSession(await rig.database());
  safeSession = await openSession(await rig.database());
  await fresh(unsafeSession);
});

afterAll(async () => {
  await unsafeSession?.[Symbol.asyncDispose]();
  await safeSession?.[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

function sessions(): readonly [Session, Session] {
  if (unsafeSession === undefined || safeSession === undefined) throw new Error('no session');
  return [unsafeSession, safeSession];
}

async function fresh(session: Session): Promise<void> {
  await session.query('DROP SCHEMA IF EXISTS public CASCADE');
  await session.query('DROP SCHEMA IF EXISTS shop CASCADE');
  await session.query('CREATE SCHEMA public');
  await session.query(FORM_SCHEMA);
  await session.query(FORM_ROWS);
  await session.query('RESET ALL');
}

/** All rows of all tables, as JSON, whatever the order of columns. */
async function rowsOf(session: Session, without: readonly string[] = []): Promise<unknown> {
  const tables = ['customers', 'orders', 'shop."Orders"', 'keyless', 'logs'];
  const rows: Record<string, readonly unknown[]> = {};
  for (const table of tables) {
    const found = await session.query(
      `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM ${table} AS t ORDER BY 1`,
      [without],
    );
    rows[table] = found.map(({ row }) => row);
  }
  return rows;
}

describe('a safe form does what its statement does', () => {
  test.each(FORM_CASES.map((one) => [one.version ?? 18, one.sql, one] as const))(
    '%i: %s',
    async (_, __, one) => {
      const [unsafe, safe] = sessions();
      // As it would be: taken back again, since it is only looked at.
      await unsafe.query('BEGIN');
      // Postgres refuses what a view stands in the way of: there is nothing to compare with.
      if (one.rule !== 'view-uses-column') await unsafe.query(one.sql);
      const [catalog, rows] = [await catalogOf(unsafe), await rowsOf(unsafe, one.without)];
      await unsafe.query('ROLLBACK');
      await fresh(safe);
      await runStepwise(safe, await safeFormOf(one));
      if (one.lastly !== undefined) await safe.query(one.lastly);
      if (one.isOtherCatalog !== true) expect(await catalogOf(safe)).toEqual(catalog);
      expect(await rowsOf(safe, one.without)).toEqual(rows);
    },
  );

  test('a column is in a view again after its type has changed', async () => {
    const [, safe] = sessions();
    await fresh(safe);
    const before = (await catalogOf(safe)).filter((line) => !line.includes('number'));
    await runStepwise(
      safe,
      await safeFormOf({ rule: 'view-uses-column', sql: 'ALTER TABLE orders ALTER number TYPE varchar(20)' }),
    );
    expect((await catalogOf(safe)).filter((line) => !line.includes('number'))).toEqual(before);
    const [row] = await safe.query('SELECT count(*)::int AS n FROM some_numbers');
    expect(row).toEqual({ n: 4 });
  });

  test('rows in many batches all get their value, those that are written meanwhile among them', async () => {
    const [, safe] = sessions();
    await fresh(safe);
    await safe.query(
      "INSERT INTO orders (id, total, note) SELECT n, n, repeat('x', 400) FROM generate_series(100, 22000) AS n",
    );
    const [size] = await safe.query("SELECT pg_relation_size('orders') / 8192 AS blocks");
    expect(Number(size?.['blocks'])).toBeGreaterThan(1100);
    const busy = await openSession(await urlOf(safe));
    const done = new AbortController();
    const writing = (async () => {
      for (let n = 1; !done.signal.aborted; n += 1) {
        await busy.query('UPDATE orders SET total = total + 1 WHERE id = $1', [100 + ((n * 7919) % 21000)]);
        await busy.query('INSERT INTO orders (id, total) VALUES ($1::int, $1::int)', [1_000_000 + n]);
      }
    })();
    const form = await safeFormOf({
      rule: 'change-column-type',
      sql: 'ALTER TABLE orders ALTER total TYPE bigint',
    });
    const [untilSwap] = form.split('-- 4.');
    await runStepwise(safe, untilSwap ?? '');
    done.abort();
    await writing;
    const [wrong] = await safe.query(
      'SELECT count(*)::int AS n FROM orders WHERE total_new IS DISTINCT FROM total',
    );
    expect(wrong).toEqual({ n: 0 });
    const [written] = await safe.query('SELECT count(*)::int AS n FROM orders WHERE id > 1000000');
    expect(Number(written?.['n'])).toBeGreaterThan(0);
    await busy[Symbol.asyncDispose]();
  });
});

async function urlOf(session: Session): Promise<string> {
  const { user, password, host, port, database } = session.client;
  return `postgres://${user}:${password ?? ''}@${host}:${port}/${database}`;
}
