import { describe, expect, test } from 'vitest';
import { lintFiles } from '../../../migrations/lint/lint-files.ts';
import { lintFrame } from './lint-frame.ts';
import { renderLint } from './lint.ts';
import { visibleWidth } from '../text/table.ts';
import { visibleColumns, visibleText } from '../text/visible-text.ts';

const SETTINGS = { postgresVersion: 18, inTransaction: true, hasLockTimeout: true, tables: {} };

async function rendered(text: string, width = 80, color = false): Promise<string> {
  const reports = await lintFiles([{ file: 'db/1.sql', text }], SETTINGS);
  return renderLint(reports, { color, width, notes: [] });
}

const plain = { width: 60, dim: (text: string) => text, mark: (text: string) => text };
const frame = (text: string, place: { line: number; column: number; statement: string | null }, width = 60) =>
  lintFrame({ lines: text.split(/\r?\n/), ...place }, { ...plain, width }).join('\n');

test('a finding shows its place, the lock, who waits, and the safe form', async () => {
  expect(await rendered('CREATE INDEX orders_total_idx ON orders (total);\n')).toMatchInlineSnapshot(`
    "✗ CREATE INDEX keeps everybody from writing into orders until the index is
      built.
      db/1.sql:1:1  error  create-index-not-concurrent
      1 │ CREATE INDEX orders_total_idx ON orders (total);
        │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      lock  Share on orders stops writes, while an index is built
      why   Writers of orders wait while the index is built.
      safe
        -- In a file of its own that is run outside a transaction:
        -- An attempt that fails leaves an invalid index. Drop it before the next one:
        -- DROP INDEX CONCURRENTLY IF EXISTS orders_total_idx;
        CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);

    · Nothing bounds how long this keeps its lock on orders.
      db/1.sql:1:1  advice  missing-statement-timeout
      1 │ CREATE INDEX orders_total_idx ON orders (total);
        │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      lock  Share on orders stops writes, while an index is built
      why   Writers of orders wait while the index is built.
      safe
        SET LOCAL statement_timeout = '5s';
        CREATE INDEX orders_total_idx ON orders (total);

    1 error, 1 advice in 1 statement of 1 file
    "
  `);
});

test('what cannot be read shows a caret, and the rest is judged', async () => {
  expect(await rendered('alter tabel x;\nDROP SCHEMA old_shop;\n')).toMatchInlineSnapshot(`
    "✗ Postgres cannot read this: syntax error at or near "tabel"
      db/1.sql:1:7  SQL_SYNTAX
      1 │ alter tabel x;
        │       ^

    ✗ DROP SCHEMA takes all of old_shop away from the release that runs.
      db/1.sql:2:1  error  drop-schema
      2 │ DROP SCHEMA old_shop;
        │ ^^^^^^^^^^^^^^^^^^^^
      why   Queries of whatever is in it fail from then on; going back to the
            release before is no way out.
      safe
        -- Drop its tables first, one migration each, once no release that runs uses them. Then, without CASCADE:
        -- glidepath-ignore drop-schema: nothing is left in old_shop
        DROP SCHEMA IF EXISTS old_shop;

    1 syntax error, 1 error in 1 statement of 1 file
    "
  `);
});

test('nothing found is one line', async () => {
  expect(await rendered('SELECT 1;')).toBe('✓ Nothing found in 1 statement of 1 file\n');
});

describe('the width', () => {
  const long = `SELECT 1; ALTER TABLE orders ADD COLUMN ${'x'.repeat(60)} text, ${'ADD COLUMN y text, '.repeat(8)}DROP COLUMN z;`;

  test.each([40, 80, 120])('of %i columns holds for all but what is to be copied', async (width) => {
    const lines = (await rendered(long, width)).split('\n').filter((line) => !line.startsWith('    '));
    const wide = lines.filter((line) => visibleWidth(line) > width && !line.includes('db/1.sql'));
    expect(wide).toEqual([]);
    expect(lines.join('\n')).toMatch(/…/);
    expect(lines.join('\n')).toMatch(/DROP COLUMN z/);
  });
});

describe('colours', () => {
  test('are there when they are asked for, and nowhere else', async () => {
    const text = 'DROP TABLE carts;';
    const escape = String.fromCodePoint(27);
    expect(await rendered(text)).not.toContain(escape);
    const colored = await rendered(text, 80, true);
    expect(colored).toContain(`${escape}[31m`);
    expect(colored.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '')).toBe(await rendered(text));
  });
});

describe('the place', () => {
  test('is underlined behind tabs, wide and combining characters', () => {
    const text = '\tUPDATE "日本e\u0301" SET a = 1, b = 2;';
    expect(frame(text, { line: 1, column: 20, statement: text.trim() })).toBe(
      ['  1 │     UPDATE "日本e\u0301" SET a = 1, b = 2;', '    │                        ^^^^^'].join('\n'),
    );
  });

  test('is one command of several, in quotes or not, with the head of its statement', () => {
    const text =
      'ALTER TABLE orders\n  ADD COLUMN "a, b" text DEFAULT f(1, 2), -- one, two\n  DROP COLUMN c;';
    expect(frame(text, { line: 2, column: 3, statement: text.slice(0, -1) })).toBe(
      [
        '  1 │ ALTER TABLE orders',
        '  2 │   ADD COLUMN "a, b" text DEFAULT f(1, 2), -- one, two',
        '    │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
      ].join('\n'),
    );
    expect(frame(text, { line: 3, column: 3, statement: text.slice(0, -1) })).toBe(
      ['  1 │ ALTER TABLE orders', '  ⋮ │', '  3 │   DROP COLUMN c;', '    │   ^^^^^^^^^^^^^'].join('\n'),
    );
  });

  test('far to the right is brought into view', () => {
    const text = `${' '.repeat(200)}DROP TABLE a;`;
    expect(frame(text, { line: 1, column: 201, statement: 'DROP TABLE a' }, 50)).toBe(
      ['  1 │ …          DROP TABLE a;', '    │            ^^^^^^^^^^^^'].join('\n'),
    );
  });

  test('behind the end of a file has a caret all the same', () => {
    expect(frame('SELECT (\r\n', { line: 2, column: 1, statement: null })).toBe('  2 │\n    │ ^');
  });
});

test('nothing in a file can move the cursor or hide text', () => {
  const text = 'a\u001B[2Jb\u0007c\u202Ed\u200Be\rf\tg';
  expect(visibleText(text)).toBe('a·[2Jb·c·d·e·f    g');
  expect(visibleColumns(text)).toBe(visibleText(text).length);
});
