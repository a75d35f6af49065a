import { describe, expect, test } from 'vitest';
import type { LintSettings, SqlSource } from './lint-input.ts';
import type { TableFacts } from './finding.ts';
import { lintSql } from './lint-sql.ts';
import { ALL_RULES } from './rules/all-rules.ts';
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

const FINDING_RULES = ALL_RULES.filter(({ id }) =>
  [
    'create-index-not-concurrent',
    'change-column-type',
    'many-exclusive-locks',
    'add-required-column',
  ].includes(id),
);

async function found(
  sources: readonly SqlSource[],
  settings: Partial<LintSettings> = {},
): Promise<readonly string[]> {
  const { findings } = await lintSql(sources, { ...SETTINGS, ...settings }, FINDING_RULES);
  return findings.map(({ file, line, severity, rule }) => `${file ?? '-'}:${line} ${severity} ${rule}`);
}

describe('several files', () => {
  test('are one history: what an earlier one says of a type is known in a later one', async () => {
    const sources = [
      { file: '1.sql', text: 'CREATE TABLE a (b varchar(10), c int);' },
      { file: '2.sql', text: 'ALTER TABLE a ALTER b TYPE text;\nALTER TABLE a ALTER c TYPE bigint;' },
    ];
    expect(await found(sources)).toEqual(['2.sql:2 error change-column-type']);
  });

  test('make a table new only for the file that makes it, unless the server has it not', async () => {
    const sources = [
      { file: '1.sql', text: 'CREATE TABLE a (b int); CREATE INDEX ON a (b);' },
      { file: '2.sql', text: 'CREATE INDEX ON a (b);' },
    ];
    expect(await found(sources)).toEqual(['2.sql:1 error create-index-not-concurrent']);
    expect(await found(sources, { tables: { 'public.a': { ...UNKNOWN, exists: false } } })).toEqual([]);
  });

  test('that have run are read, and nothing is said of them', async () => {
    const text = 'CREATE TABLE a (b int); CREATE INDEX ON z (b); ALTER TABEL';
    const report = await lintSql([{ file: '1.sql', text, hasRun: true }], SETTINGS, FINDING_RULES);
    expect(report).toMatchObject({ findings: [], syntaxErrors: [], statements: 0 });
    expect(report.parsed[0]?.errors).toHaveLength(1);
  });

  test('each have a transaction of their own, or none where they say so', async () => {
    const text = 'ALTER TABLE a ADD b int; ALTER TABLE c ADD b int;';
    expect(await found([{ file: '1.sql', text }], { inTransaction: true })).toEqual([
      '1.sql:1 warning many-exclusive-locks',
    ]);
    expect(await found([{ file: '1.sql', text, inTransaction: false }], { inTransaction: true })).toEqual([]);
    expect(await found([{ file: '1.sql', text, inTransaction: true }])).toHaveLength(1);
  });

  test('forget the settings of the session before', async () => {
    const sources = [
      { file: '1.sql', text: "SET search_path = shop; SET timezone = 'UTC'; CREATE TABLE a (b timestamp);" },
      { file: '2.sql', text: 'ALTER TABLE shop.a ALTER b TYPE timestamptz;' },
    ];
    expect(await found(sources)).toEqual(['2.sql:1 warning change-column-type']);
  });

  test('have their findings in order, those that are made at the end of the file among them', async () => {
    const text = 'ALTER TABLE a ADD x int;\nALTER TABLE b ADD x int;\nCREATE INDEX ON a (x);';
    expect(await found([{ file: '1.sql', text }], { inTransaction: true })).toEqual([
      '1.sql:2 warning many-exclusive-locks',
      '1.sql:3 error create-index-not-concurrent',
    ]);
  });
});

describe('statements without a file', () => {
  test('are one session: a table that one makes is new to the next, and BEGIN holds for all', async () => {
    const texts = [
      'BEGIN',
      'CREATE TABLE a (b int)',
      'CREATE INDEX ON a (b)',
      'ALTER TABLE c ADD d int',
      'ALTER TABLE e ADD d int',
      'COMMIT',
    ];
    expect(await found(texts.map((text) => ({ file: null, text })))).toEqual([
      '-:1 warning many-exclusive-locks',
    ]);
  });

  test('are in no transaction that the tool would open for a file', async () => {
    const texts = ['ALTER TABLE c ADD d int', 'ALTER TABLE e ADD d int'];
    expect(
      await found(
        texts.map((text) => ({ file: null, text })),
        { inTransaction: true },
      ),
    ).toEqual([]);
  });
});

describe('what is known of a table', () => {
  test('makes findings graver or less grave', async () => {
    const sources = [{ file: '1.sql', text: 'CREATE INDEX ON shop.a (b); CREATE INDEX ON shop.c (b);' }];
    const tables = { 'shop.a': { ...UNKNOWN, rows: 10 }, 'shop.c': { ...UNKNOWN, rows: 10_000_000 } };
    expect(await found(sources, { tables })).toEqual([
      '1.sql:1 warning create-index-not-concurrent',
      '1.sql:1 error create-index-not-concurrent',
    ]);
  });

  test('is found by its bare name where no other schema has one', async () => {
    const sources = [{ file: '1.sql', text: 'CREATE INDEX ON a (b); CREATE INDEX ON twice (b);' }];
    const tables = {
      'shop.a': { ...UNKNOWN, rows: 10 },
      'shop.twice': { ...UNKNOWN, rows: 10 },
      'old.twice': { ...UNKNOWN, rows: 10 },
    };
    expect(await found(sources, { tables })).toEqual([
      '1.sql:1 warning create-index-not-concurrent',
      '1.sql:1 error create-index-not-concurrent',
    ]);
  });
});

test('a thousand statements take a fraction of a second', async () => {
  const text = Array.from(
    { length: 250 },
    (_, n) =>
      `CREATE TABLE t${n} (id int); ALTER TABLE orders ADD c${n} int NOT NULL; CREATE INDEX ON orders (c${n}); UPDATE a SET b = 1 WHERE c = ${n};`,
  ).join('\n');
  await lintSql([{ file: 'a.sql', text }], SETTINGS);
  const began = process.cpuUsage();
  const { statements } = await lintSql([{ file: 'a.sql', text }], SETTINGS);
  const { user, system } = process.cpuUsage(began);
  expect(statements).toBe(1_000);
  // Its own work, whatever else the machine does: 30 ms where it is measured, and room for a slow machine.
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
