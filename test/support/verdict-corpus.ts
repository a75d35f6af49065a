import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import type { RanMigration } from '../../src/migrations/verdict/all-changes.ts';
import type { TrialCell } from '../../src/migrations/verdict/rollback-verdict.ts';
import { readCatalog } from '../../src/pipeline/verdict/read-catalog.ts';

/** A migration whose verdict is known, with what the code of before and after it asks of the database. */
export interface VerdictCase {
  readonly name: string;
  /** `safe`, `code only`, `forward only` or `unknown`. */
  readonly answer: string;
  readonly hasSmoke: boolean;
  readonly before: string;
  readonly migration: readonly string[];
  readonly old: readonly string[];
  readonly new: readonly string[];
}

const CORPUS = fileURLToPath(new URL('../corpus/verdict', import.meta.url));

/** All of them. */
export function verdictCases(): readonly VerdictCase[] {
  return readdirSync(CORPUS)
    .toSorted()
    .map((file) => caseOf(file.replace(/\.sql$/, ''), readFileSync(`${CORPUS}/${file}`, 'utf8')));
}

function caseOf(name: string, text: string): VerdictCase {
  const section = (word: string): string =>
    new RegExp(`^-- ${word}:\\n([\\s\\S]*?)(?=^-- (?:before|migration|old|new):$|(?![\\s\\S]))`, 'm').exec(
      text,
    )?.[1] ?? '';
  return {
    name,
    answer: /^-- answer: (.*)$/m.exec(text)?.[1] ?? '',
    hasSmoke: !/^-- smoke: none$/m.test(text),
    before: section('before'),
    migration: statementsOf(section('migration')),
    old: statementsOf(section('old')),
    new: statementsOf(section('new')),
  };
}

/** A statement ends with a semicolon at the end of a line. */
function statementsOf(text: string): readonly string[] {
  return text
    .split(/;\n/)
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter((statement) => statement !== '');
}

/** What came of running a case for real. */
export interface RanCase {
  readonly cells: readonly TrialCell[];
  readonly migration: RanMigration;
  /** Whether the old code still works when the new one has written. */
  readonly isOldFineAfterNew: boolean;
}

/** Runs the old and the new code of a case on its old and its new schema. */
export async function runCase(client: Client, of: VerdictCase): Promise<RanCase> {
  await reset(client, of.before);
  // The old schema is needed again: what was tried on it is taken back.
  const oldOnOld = await takenBack(client, () => cell(client, of, 'old', 'old'));
  const newOnOld = await takenBack(client, () => cell(client, of, 'new', 'old'));
  const before = await readCatalog(client);
  const statements = [];
  for (const [index, sql] of of.migration.entries()) {
    const { rowCount } = await client.query(sql);
    statements.push({ number: index + 1, sql, rows: rowCount, error: null });
  }
  const after = await readCatalog(client);
  const oldOnNew = await cell(client, of, 'old', 'new');
  const newOnNew = await cell(client, of, 'new', 'new');
  const again = await cell(client, of, 'old', 'new');
  return {
    cells: [oldOnOld, oldOnNew, newOnOld, newOnNew],
    migration: { before, after, statements, isWhole: true },
    isOldFineAfterNew: again.result === 'passed',
  };
}

async function takenBack(client: Client, work: () => Promise<TrialCell>): Promise<TrialCell> {
  await client.query('begin');
  const tried = await work();
  await client.query('rollback');
  return tried;
}

async function reset(client: Client, before: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(nspname) as name from pg_namespace where nspname !~ '^(pg_|information_schema)'`,
  );
  for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
  await client.query('create schema public');
  if (before !== '') await client.query(before);
}

async function cell(
  client: Client,
  of: VerdictCase,
  code: TrialCell['code'],
  schema: TrialCell['schema'],
): Promise<TrialCell> {
  const base = { code, schema, app: null, output: [] };
  for (const sql of of[code]) {
    try {
      await client.query(sql);
    } catch (error) {
      const message = `${sql}: ${error instanceof Error ? error.message : String(error)}`;
      return { ...base, result: 'failed', failed: 'smoke', message };
    }
  }
  return { ...base, result: 'passed', failed: null, message: null };
}
