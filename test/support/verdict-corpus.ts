import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import { loadNormalizer } from '../../src/migrations/probe/load-normalizer.ts';
import { probeStatements } from '../../src/migrations/probe/probe-statements.ts';
import type { TrialCell } from '../../src/migrations/verdict/rollback-verdict.ts';
import { watchStatements } from '../../src/pipeline/probe/watch-statements.ts';
import {
  changesOfProbe,
  type ProbedChanges,
  type ProbedStatements,
} from '../../src/pipeline/verdict/changes-of-probe.ts';
import { readCatalog } from '../../src/pipeline/verdict/read-catalog.ts';
import { sessionsEnded } from '../../src/pipeline/verdict/sessions-ended.ts';
import { openTap } from '../../src/providers/postgres/tap/open-tap.ts';
import { systemClock } from '../../src/util/clock.ts';

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
  /** As the pipeline would have it, from a tap. */
  readonly seen: ProbedChanges;
  /** Whether the old code still works when the new one has written. */
  readonly isOldFineAfterNew: boolean;
}

/** The session that looks on, by the name that the pipeline gives its own. */
export const OBSERVER = 'glidepath probe';

/** Runs the old and the new code of a case on its old and its new schema. `client`: of OBSERVER, to the database at `url`. */
export async function runCase(client: Client, url: string, of: VerdictCase): Promise<RanCase> {
  await reset(client, url, of.before);
  // The old schema is needed again: what was tried on it is taken back.
  const oldOnOld = await takenBack(client, () => cell(client, of, 'old', 'old'));
  const newOnOld = await takenBack(client, () => cell(client, of, 'new', 'old'));
  // What this session wrote is counted when it likes.
  await client.query('select pg_stat_force_next_flush()');
  const before = await readCatalog(client);
  const probed = await migrate(client, url, of.migration);
  await sessionsEnded(client, systemClock, new AbortController().signal);
  const seen = await changesOfProbe(probed, before, await readCatalog(client));
  const oldOnNew = await cell(client, of, 'old', 'new');
  const newOnNew = await cell(client, of, 'new', 'new');
  const again = await cell(client, of, 'old', 'new');
  return {
    cells: [oldOnOld, oldOnNew, newOnOld, newOnNew],
    seen,
    isOldFineAfterNew: again.result === 'passed',
  };
}

/** Runs the migration through a tap, and keeps of it what a probe keeps. */
async function migrate(client: Client, url: string, migration: readonly string[]): Promise<ProbedStatements> {
  const watch = await watchStatements(client, systemClock);
  const tap = await openTap({ target: url, clock: systemClock, ...watch.hooks });
  const tool = new Client(tap.url);
  try {
    await tool.connect();
    for (const sql of migration) await tool.query(sql);
  } finally {
    await tool.end();
    await tap.close();
  }
  const observed = await watch.finish();
  const [parser, normalize] = await Promise.all([loadSqlParser(), loadNormalizer()]);
  const statements = probeStatements(observed, { parser, normalize, relations: watch.relations, target: {} });
  return {
    record: { statements, seenBy: 'tap' },
    sql: new Map(observed.map(({ number, sql }) => [number, sql])),
  };
}

async function takenBack(client: Client, work: () => Promise<TrialCell>): Promise<TrialCell> {
  await client.query('begin');
  const tried = await work();
  await client.query('rollback');
  return tried;
}

async function reset(client: Client, url: string, before: string): Promise<void> {
  const all = async (sql: string): Promise<readonly string[]> =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  const schemas = `select quote_ident(nspname) as name from pg_namespace where nspname !~ '^(pg_|information_schema)'`;
  for (const name of await all(schemas)) await client.query(`drop schema ${name} cascade`);
  for (const name of await all('select quote_ident(pubname) as name from pg_publication'))
    await client.query(`drop publication ${name}`);
  const database = new URL(url).pathname.slice(1);
  await client.query(`grant connect, temporary on database ${database} to public`);
  await client.query(`alter database ${database} connection limit -1`);
  await client.query('grant usage on language plpgsql to public');
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
