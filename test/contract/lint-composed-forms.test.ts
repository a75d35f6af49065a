import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/migrations/lint/finding.ts';
import { applyIgnores } from '../../src/migrations/lint/ignores/apply-ignores.ts';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';
import { catalogOf, runStepwise } from '../support/form-catalog.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';

// All that may stand in the definition of a column, in every combination: several rules find something in most of them.
// Each must write the same form, whole: one that left out a constraint would lose it without a word.

const SCHEMA = `
CREATE TABLE other (id bigint PRIMARY KEY);
CREATE TABLE things (id bigint NOT NULL);
CREATE FUNCTION draw() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT nextval(''numbers'')';
`;

let rig: PostgresRig;
let session: Session;

beforeAll(async () => {
  rig = await postgresRig();
  session = await openSession(await rig.database());
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

interface Combination {
  readonly version: number;
  readonly sql: string;
  /** With how many rows the statement can run at all. */
  readonly rows: number;
}

const OTHERS = ' CHECK (c > 0) CHECK (c < 100) REFERENCES other ON DELETE CASCADE DEFERRABLE';
/** The two versions differ in how a column gets NOT NULL; before 18 that has no name. */
const PARTS: Readonly<
  Record<number, { readonly notNulls: readonly string[]; readonly others: readonly string[] }>
> = {
  17: { notNulls: ['', ' NOT NULL'], others: [OTHERS] },
  18: { notNulls: ['', ' NOT NULL', ' CONSTRAINT has_it NOT NULL'], others: ['', OTHERS] },
};
const KEYS = ['', ' UNIQUE', ' CONSTRAINT k UNIQUE DEFERRABLE INITIALLY DEFERRED', ' PRIMARY KEY'];
const TYPES = [
  'bigint',
  'bigint DEFAULT 1',
  'bigint DEFAULT draw()',
  'bigserial',
  'bigint GENERATED ALWAYS AS IDENTITY',
];

function combinations(version: number): readonly Combination[] {
  const { notNulls = [], others = [] } = PARTS[version] ?? {};
  return TYPES.flatMap((type) =>
    notNulls.flatMap((notNull) =>
      KEYS.flatMap((key) =>
        others.map((other) => {
          const isEmpty = type === 'bigint' && (notNull !== '' || key === ' PRIMARY KEY');
          const isOne = type === 'bigint DEFAULT 1' && key !== '';
          const sql = `ALTER TABLE things ADD COLUMN c ${type}${notNull}${key}${other}`;
          return { version, sql, rows: isEmpty ? 0 : isOne ? 1 : 3 };
        }),
      ),
    ),
  );
}

async function fresh(rows: number): Promise<void> {
  await session.query(`
    SET client_min_messages = warning;
    DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SEQUENCE numbers; ${SCHEMA}
    INSERT INTO other SELECT generate_series(1, 10);
    INSERT INTO things SELECT generate_series(1, ${rows});
  `);
}

async function state(): Promise<unknown> {
  const rows = await session.query('SELECT to_jsonb(t)::text AS row FROM things AS t ORDER BY id');
  return [await catalogOf(session), rows];
}

/** What would hurt; how a file is written is another matter. */
const HARMLESS: ReadonlySet<string> = new Set(['not-rerunnable', 'serial-type', 'narrow-id', 'opaque-code']);

async function lint(text: string, postgresVersion: number): Promise<readonly Finding[]> {
  const file = 'now.sql';
  const { findings, syntaxErrors, parsed } = await lintSql(
    [
      { file: 'before.sql', text: SCHEMA, hasRun: true },
      { file, text },
    ],
    { postgresVersion, inTransaction: false, hasLockTimeout: true, tables: {} },
  );
  expect(syntaxErrors).toEqual([]);
  const statements = parsed.at(-1)?.statements ?? [];
  const left = applyIgnores({ file, text, statements, findings, rules: ALL_RULES.map(({ id }) => id) });
  return left.findings.filter(({ rule, severity }) => !HARMLESS.has(rule) && severity !== 'advice');
}

describe('a column added with several constraints', () => {
  test.each([17, 18])(
    'has one safe form, which does the same and has nothing wrong with it (Postgres %i)',
    async (version) => {
      let composed = 0;
      for (const { sql, rows } of combinations(version)) {
        const findings = await lint(sql, version);
        const forms = [...new Set(findings.map(({ safeForm }) => safeForm))];
        expect(forms.length, sql).toBeLessThanOrEqual(1);
        const [form] = forms;
        if (form === undefined || form === null) continue;
        if (findings.length > 1) composed += 1;
        expect(await lint(form, version), `${sql}\n${form}`).toEqual([]);
        await fresh(rows);
        await session.query('BEGIN');
        await session.query(sql);
        const wanted = await state();
        await session.query('ROLLBACK');
        await session.query('ALTER SEQUENCE numbers RESTART');
        await runStepwise(session, form);
        expect(await state(), `${sql}\n${form}`).toEqual(wanted);
      }
      expect(composed).toBeGreaterThan(20);
    },
  );

  test('of which only one is written out, says that the other commands remain', async () => {
    const [finding] = await lint('ALTER TABLE things ADD COLUMN a int UNIQUE, ADD COLUMN b text', 18);
    expect(finding?.safeForm).toMatch(
      /^-- Only for: ADD COLUMN a int UNIQUE\n-- The other commands of the statement remain\.\nALTER TABLE things ADD COLUMN a int;/,
    );
  });

  test('that is generated keeps its constraints, and is virtual only where it can be', async () => {
    const [checked] = await lint(
      'ALTER TABLE things ADD COLUMN c bigint GENERATED ALWAYS AS (id * 2) STORED CHECK (c > 0)',
      18,
    );
    expect(checked?.safeForm).toContain('VIRTUAL;');
    expect(checked?.safeForm).toContain('ADD CONSTRAINT things_c_check CHECK (c > 0) NOT VALID;');
    const [unique] = await lint(
      'ALTER TABLE things ADD COLUMN c bigint GENERATED ALWAYS AS (id * 2) STORED UNIQUE',
      18,
    );
    expect(unique?.safeForm).not.toContain('VIRTUAL');
    expect(unique?.safeForm).toContain('ADD CONSTRAINT things_c_key UNIQUE USING INDEX things_c_key;');
    await fresh(3);
    await runStepwise(session, checked?.safeForm ?? '');
    await fresh(3);
    await runStepwise(session, unique?.safeForm ?? '');
    expect(await session.query('SELECT c::int FROM things ORDER BY id')).toEqual([
      { c: 2 },
      { c: 4 },
      { c: 6 },
    ]);
  });

  test('of a domain keeps its default and its constraints', async () => {
    const domain = 'CREATE DOMAIN positive AS bigint CHECK (VALUE > 0);';
    const { findings } = await lintSql(
      [
        { file: 'before.sql', text: SCHEMA + domain, hasRun: true },
        {
          file: 'now.sql',
          text: 'ALTER TABLE things ADD COLUMN c positive DEFAULT 3 NOT NULL REFERENCES other',
        },
      ],
      { postgresVersion: 18, inTransaction: false, hasLockTimeout: true, tables: {} },
    );
    const form = findings.find(({ rule }) => rule === 'add-column-rewrite')?.safeForm ?? '';
    expect(form).toContain('ALTER TABLE things ADD COLUMN c bigint DEFAULT 3 NOT NULL;');
    expect(form).toContain('ADD CONSTRAINT things_c_fkey FOREIGN KEY (c) REFERENCES other NOT VALID;');
  });
});
