import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSql } from '../../src/migrations/lint/parse/parse-sql.ts';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import { isSqlForm } from '../../src/migrations/lint/safe-forms/is-sql-form.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';
import { FORM_CASES, FORM_ROWS, FORM_SCHEMA, safeFormOf } from '../support/safe-form-cases.ts';

// Days may lie between two steps of a safe form. Between any two of them, the release that runs inserts and updates rows
// of all tables, from a session of its own, and reads back what it wrote.

let rig: PostgresRig;

beforeAll(async () => {
  rig = await postgresRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());

/** What the release before does: it knows the columns of before, and no other. */
async function oldCode(session: Session, n: number): Promise<void> {
  const id = 1000 + n;
  await session.query("INSERT INTO customers VALUES ($1::int, 'old'), ($1::int + 5000, 'old')", [id]);
  await session.query(
    `INSERT INTO orders (id, customer_id, other_id, total, number, price, placed, note)
     VALUES ($1::int, 1, 2, $1::int + 1, $1::int::text, $1::int, '2026-01-01', 'n' || $1::int)`,
    [id],
  );
  await session.query(
    "UPDATE orders SET total = total + 1, price = 7, note = 'n7' WHERE id IN ($1::int, 3)",
    [id],
  );
  await session.query(`INSERT INTO shop."Orders" ("Id", "Größe", "order") VALUES ($1::int, $1::int, 'old')`, [
    id,
  ]);
  await session.query(`UPDATE shop."Orders" SET "Größe" = '${id + 5000}' WHERE "Id" = $1`, [id]);
  await session.query("INSERT INTO keyless VALUES ($1, 'old')", [id]);
  await session.query("UPDATE keyless SET b = 'changed' WHERE a = $1", [id]);
  await session.query("INSERT INTO logs VALUES (1, '2025-02-01'::date + $1::int)", [n]);
  const [order] = await session.query(
    'SELECT total::int AS total, note, price::int AS price FROM orders WHERE id = $1',
    [id],
  );
  expect(order).toEqual({ total: id + 2, note: 'n7', price: 7 });
  const [other] = await session.query(`SELECT "Größe"::int AS size FROM shop."Orders" WHERE "Id" = $1`, [id]);
  expect(other).toEqual({ size: id + 5000 });
  const [seen] = await session.query('SELECT number FROM some_numbers WHERE number = $1', [String(1)]);
  expect(seen).toEqual({ number: '1' });
}

/** Runs a form; `between` is called after each statement that leaves no transaction open, with its text. */
async function runWith(
  session: Session,
  form: string,
  between: (done: string) => Promise<void>,
): Promise<number> {
  const { statements, errors } = parseSql(await loadSqlParser(), { file: null, text: form });
  expect(errors).toEqual([]);
  let isOpen = false;
  for (const { text } of statements) {
    if (/^begin/i.test(text)) isOpen = true;
    await session.query(text);
    if (/^commit/i.test(text)) isOpen = false;
    if (!isOpen) await between(text);
  }
  return statements.length;
}

describe('between the steps of a safe form the release that runs writes as before', () => {
  test.each(FORM_CASES.map((one) => [one.version ?? 18, one.sql, one] as const))(
    '%i: %s',
    async (_, __, one) => {
      const form = await safeFormOf(one);
      if (!isSqlForm(form)) throw new Error(`no SQL: ${form}`);
      const url = await rig.database();
      await using session = await openSession(url);
      await using old = await openSession(url);
      await session.query(FORM_SCHEMA);
      await session.query(FORM_ROWS);
      await old.query("SET lock_timeout = '3s'");
      let n = 1;
      let isOver = false;
      await oldCode(old, n);
      await runWith(session, form, async (done) => {
        isOver ||= one.oldCodeUntil !== undefined && `${done} COMMIT`.startsWith(one.oldCodeUntil);
        isOver ||= one.oldCodeUntil === 'BEGIN' && /^commit/i.test(done);
        n += 1;
        if (!isOver) await oldCode(old, n);
      });
      if (one.lastly !== undefined) await session.query(one.lastly);
      if (!isOver) await oldCode(old, n + 1);
    },
  );
});

const ORDERS = `CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL DEFAULT 5, note text);
INSERT INTO orders SELECT n, n, 'n' FROM generate_series(1, 5) AS n;`;

describe('a column of another type', () => {
  test('has its default, and its view reads it, from the swap on', async () => {
    const schema = `${ORDERS} CREATE VIEW totals AS SELECT id, total FROM orders; CREATE VIEW large AS SELECT id FROM totals WHERE total > 50;`;
    const form = await safeFormOf(
      { rule: 'change-column-type', sql: 'ALTER TABLE orders ALTER total TYPE bigint' },
      schema,
    );
    await using session = await openSession(await rig.database());
    await session.query(schema);
    let id = 100;
    await runWith(session, form, async () => {
      id += 1;
      await session.query('INSERT INTO orders (id) VALUES ($1)', [id]);
      await session.query('UPDATE orders SET total = $1::int WHERE id = 1', [id]);
      expect(
        await session.query('SELECT total::int FROM totals WHERE id IN (1, $1) ORDER BY id', [id]),
      ).toEqual([{ total: id }, { total: 5 }]);
      expect(await session.query('SELECT id::int FROM large')).toEqual([{ id: 1 }]);
    });
    await session.query('INSERT INTO orders (id, total) VALUES (1000, 3000000000)');
    await session.query('ALTER TABLE orders DROP COLUMN total_old');
    await session.query('INSERT INTO orders (id) VALUES (1001)');
  });

  test('is not swapped where the files do not say what hangs on it, and Postgres refuses: nothing has changed', async () => {
    const form = await safeFormOf(
      { rule: 'change-column-type', sql: 'ALTER TABLE orders ALTER id TYPE numeric' },
      '',
    );
    await using session = await openSession(await rig.database());
    await session.query(ORDERS);
    await expect(runWith(session, form, () => Promise.resolve())).rejects.toThrow(
      /column "id_old" is in a primary key/,
    );
    await session.query('ROLLBACK');
    await session.query('INSERT INTO orders (id) VALUES (10)');
    expect(await session.query('SELECT id::int, id_new::int FROM orders WHERE id = 10')).toEqual([
      { id: 10, id_new: 10 },
    ]);
  });

  test.each([
    [
      'orders (id serial PRIMARY KEY)',
      'id',
      'is part of the primary key and takes its values from a sequence',
    ],
    ['orders (id int GENERATED ALWAYS AS IDENTITY)', 'id', 'is an identity'],
    [
      'orders (id int UNIQUE); CREATE TABLE lines (order_id int REFERENCES orders (id))',
      'id',
      'is what foreign keys of lines may point to',
    ],
    [
      'orders (id int, twice int GENERATED ALWAYS AS (id * 2) STORED)',
      'id',
      'is what column twice is computed from',
    ],
    [
      'orders (id int, twice int GENERATED ALWAYS AS (id * 2) STORED)',
      'twice',
      'is computed from other columns',
    ],
    [
      'orders (id int); CREATE MATERIALIZED VIEW ids AS SELECT id FROM orders',
      'id',
      'is read by the view ids',
    ],
  ])('%s gets no SQL that would leave behind what hangs on %s: it %s', async (table, column, says) => {
    const form = await safeFormOf(
      { rule: 'change-column-type', sql: `ALTER TABLE orders ALTER ${column} TYPE bigint` },
      `CREATE TABLE ${table};`,
    );
    expect(isSqlForm(form)).toBe(false);
    expect(form).toContain(`Column ${column} of orders ${says}`);
  });
});
