import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';

// Forms that let two releases work at once, and writes in batches: they run on a real server, and both releases with them.

const TABLES = `
CREATE TABLE customers (id bigint PRIMARY KEY, tel text, note text);
INSERT INTO customers (id, tel) SELECT n * 3, 'tel ' || n FROM generate_series(1, 2500) AS n;
`;

let rig: PostgresRig;
let session: Session;

beforeAll(async () => {
  rig = await postgresRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());

/** What the linter writes for a statement. */
async function safeForm(
  rule: string,
  sql: string,
  postgresVersion = 18,
  tables: string = TABLES,
): Promise<string> {
  const { findings } = await lintSql(
    [
      { file: 'before.sql', text: tables, hasRun: true },
      { file: 'now.sql', text: sql },
    ],
    { postgresVersion, inTransaction: false, hasLockTimeout: true, tables: {} },
  );
  const form = findings.find((finding) => finding.rule === rule)?.safeForm;
  if (form === undefined || form === null) throw new Error(`${rule} writes nothing for ${sql}`);
  return form;
}

async function fresh(): Promise<void> {
  session = await openSession(await rig.database());
  await session.query(TABLES);
}

describe('a column with two names', () => {
  test('is written by either release and read by both, also before old rows are copied', async () => {
    await fresh();
    await using _ = session;
    await session.query(await safeForm('rename-column', 'ALTER TABLE customers RENAME COLUMN tel TO phone'));
    // The release before, then the one that comes.
    await session.query("INSERT INTO customers (id, tel) VALUES (1, 'old')");
    await session.query("INSERT INTO customers (id, phone) VALUES (2, 'new')");
    await session.query("UPDATE customers SET tel = 'old 3' WHERE id = 3");
    await session.query("UPDATE customers SET phone = 'new 6' WHERE id = 6");
    await session.query('UPDATE customers SET phone = NULL WHERE id = 2');
    // Nothing about the column: a row that is not copied yet must keep what it has.
    await session.query("UPDATE customers SET note = 'x' WHERE id = 9");
    const rows = await session.query('SELECT id, tel, phone FROM customers WHERE id < 13 ORDER BY id');
    expect(rows.map(({ id, tel, phone }) => [Number(id), tel, phone])).toEqual([
      [1, 'old', 'old'],
      [2, null, null],
      [3, 'old 3', 'old 3'],
      [6, 'new 6', 'new 6'],
      [9, 'tel 3', 'tel 3'],
      [12, 'tel 4', null],
    ]);
  });
});

describe('a table with two names', () => {
  test.each([14, 18])('is read and written by either release (form of Postgres %i)', async (version) => {
    await fresh();
    await using _ = session;
    await session.query(await safeForm('rename-table', 'ALTER TABLE customers RENAME TO clients', version));
    await session.query(
      "INSERT INTO customers (id, tel) VALUES (1, 'old') ON CONFLICT (id) DO UPDATE SET tel = 'again'",
    );
    await session.query("INSERT INTO clients (id, tel) VALUES (2, 'new')");
    await session.query("UPDATE customers SET tel = 'changed' WHERE id = 2");
    const rows = await session.query('SELECT tel FROM clients WHERE id < 3 ORDER BY id');
    expect(rows).toEqual([{ tel: 'old' }, { tel: 'changed' }]);
  });
});

describe('a write in batches', () => {
  test.each([
    ["UPDATE customers SET note = 'n' || id", "note = 'n' || id", 2500],
    ["UPDATE customers AS c SET note = 'y' WHERE c.note IS NULL AND c.tel IS NOT NULL", "note = 'y'", 2500],
    ["UPDATE ONLY customers SET note = 'z' WHERE tel <> 'tel 7'", "note = 'z'", 2499],
  ])('%s reaches each row once', async (sql, condition, count) => {
    await fresh();
    await using _ = session;
    await session.query(await safeForm('whole-table-write', sql));
    const rows = await session.query(`SELECT count(*)::int4 AS count FROM customers WHERE ${condition}`);
    expect(rows).toEqual([{ count }]);
  });

  test('adds up what must be added once, in transactions of a thousand rows', async () => {
    await fresh();
    await using _ = session;
    await session.query('ALTER TABLE customers ADD COLUMN visits bigint NOT NULL DEFAULT 1');
    await session.query(await safeForm('whole-table-write', 'UPDATE customers SET visits = visits + 1'));
    const rows = await session.query(
      'SELECT visits::int4, count(*)::int4 AS count, count(DISTINCT xmin::text)::int4 AS transactions FROM customers GROUP BY 1',
    );
    expect(rows).toEqual([{ visits: 2, count: 2500, transactions: 3 }]);
  });

  test('deletes what the condition fits, and nothing where there is no row', async () => {
    await fresh();
    await using _ = session;
    const form = await safeForm('whole-table-write', "DELETE FROM customers WHERE tel <> 'tel 7'");
    await session.query(form);
    expect(await session.query('SELECT tel FROM customers')).toEqual([{ tel: 'tel 7' }]);
    await session.query('TRUNCATE customers');
    await session.query(form);
  });

  const THINGS = 'INSERT INTO things (c, b) SELECT n % 7, n FROM generate_series(1, 2500) AS n;';
  test.each([
    ['a uuid', 'CREATE TABLE things (a uuid PRIMARY KEY DEFAULT gen_random_uuid(), b int, c int, d int);'],
    ['two columns', 'CREATE TABLE things (b int, c text, d int, PRIMARY KEY (c, b));'],
    ['a unique column', 'CREATE TABLE things (b int NOT NULL UNIQUE, c int, d int);'],
    ['no key', 'CREATE TABLE things (b int, c int, d int);'],
  ])('goes by %s', async (_, table) => {
    await using session = await openSession(await rig.database());
    await session.query(`${table} ${THINGS}`);
    const form = await safeForm(
      'whole-table-write',
      'UPDATE things SET d = coalesce(d, 0) + b WHERE d IS NULL',
      18,
      table,
    );
    await session.query(form);
    await session.query(form);
    expect(await session.query('SELECT count(*)::int AS n FROM things WHERE d = b')).toEqual([{ n: 2500 }]);
    await session.query(await safeForm('whole-table-write', 'DELETE FROM things', 18, table));
    expect(await session.query('SELECT count(*)::int AS n FROM things')).toEqual([{ n: 0 }]);
  });

  test('that could reach a row twice, where no key is known, is no SQL', async () => {
    const form = await safeForm(
      'whole-table-write',
      'UPDATE things SET b = b + 1',
      18,
      'CREATE TABLE things (b int, c int);',
    );
    expect(form).toMatch(/^No key of things is known/);
  });
});
