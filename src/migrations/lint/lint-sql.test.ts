import { expect, test } from 'vitest';
import type { LintSettings } from './lint-input.ts';
import type { TableFacts } from './finding.ts';
import { lintSql } from './lint-sql.ts';
import { createIndexNotConcurrent } from './rules/create-index-not-concurrent.ts';

const UNKNOWN: TableFacts = { exists: true, rows: null, bytes: null, accessesPerSecond: null };
const SETTINGS: LintSettings = {
  postgresVersion: 18,
  inTransaction: false,
  hasLockTimeout: true,
  tables: {},
};

test('a finding says where, what, who waits, and what to write instead', async () => {
  const text = '-- an index\nSELECT 1;\n\n  CREATE INDEX ON shop.orders (total) WHERE paid; -- soon\n';
  const tables = { 'shop.orders': { ...UNKNOWN, rows: 4_000_000 } };
  const report = await lintSql([{ file: 'a.sql', text }], { ...SETTINGS, tables }, [
    createIndexNotConcurrent,
  ]);
  const { findings, statements, syntaxErrors } = report;
  expect(syntaxErrors).toEqual([]);
  expect(statements).toBe(2);
  expect(findings).toMatchInlineSnapshot(`
    [
      {
        "column": 3,
        "file": "a.sql",
        "line": 4,
        "locks": [
          {
            "lock": "Share",
            "table": "shop.orders",
            "work": "index-build",
          },
        ],
        "message": "CREATE INDEX keeps everybody from writing into shop.orders until the index is built.",
        "rule": "create-index-not-concurrent",
        "safeForm": "-- In a file of its own that is run outside a transaction:
    -- An attempt that fails leaves an invalid index. Drop it before the next one:
    -- DROP INDEX CONCURRENTLY IF EXISTS shop.orders_total_idx;
    CREATE INDEX CONCURRENTLY orders_total_idx ON shop.orders (total) WHERE paid;",
        "severity": "error",
        "statement": "CREATE INDEX ON shop.orders (total) WHERE paid",
        "why": "Writers of shop.orders wait while the index is built: about 8 s at 4,000,000 rows.",
      },
    ]
  `);
});
