import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import type { ResolvedFlyApp, ResolvedMigration } from '../../src/config/resolved.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import { probeDatabase } from '../../src/pipeline/probe/probe-database.ts';
import type { ProbeOutcome } from '../../src/pipeline/probe/probe-record.ts';
import type { PipelineDeps } from '../../src/pipeline/pipeline-deps.ts';
import { scopeOf } from '../../src/pipeline/step-scope.ts';
import type { AppDeployment, AppPlatform, PlatformWork } from '../../src/providers/app-platform.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import { shellCommand, shellWords } from '../../src/util/shell-words.ts';
import { migrationScript } from '../support/flight-rig.ts';
import { openProbePostgres, until, type ProbePostgres } from '../support/probe-postgres.ts';
import { database, environment, flyApp, migration } from '../support/projects.ts';
import { sourceWith, stepRig, type StepRig } from '../support/step-rig.ts';

const COMMIT = 'c'.repeat(40);
const RUNNER: ResolvedMigration = { ...migration('node migrate.mjs'), runs: 'runner', timeoutMs: 20_000 };

let postgres: ProbePostgres;
let dir: string;
let hidden: string[];

beforeAll(async () => {
  postgres = await openProbePostgres();
  dir = mkdtempSync(join(tmpdir(), 'glidepath-probe-'));
});

beforeEach(async () => {
  hidden = [];
  const direct = await postgres.connect();
  await direct.query(`drop schema public cascade; create schema public;
    create table item as select n as id, 'note ' || n as note from generate_series(1, 500) n; analyze item`);
});

afterEach(() => postgres.endTest());

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await postgres.close();
});

/** Machines that are processes here, on a network in which the database has another name. Secrets win, as on Fly. */
const machines = {
  async runReleaseCommand({ env }: AppDeployment, command: string, timeoutMs: number, work: PlatformWork) {
    const output: string[] = [];
    const url = new URL(postgres.url);
    const inside = Object.entries(env).map(([name, value]) => [
      name,
      value.replace('inside.flycast:5432', url.host),
    ]);
    const { exitCode } = await runCommand({
      command: shellCommand(shellWords(command) ?? []),
      cwd: dir,
      env: { ...Object.fromEntries(inside), DATABASE_URL: 'postgres://the-real-one.flycast/shop' },
      timeoutMs,
      signal: work.signal,
      onLine: (line) => output.push(line),
    });
    if (exitCode !== 0)
      throw new ToolError('MIGRATION_FAILED', 'The release command of web failed', { output });
  },
} as unknown as AppPlatform;

interface Probed {
  readonly outcome: Promise<ProbeOutcome>;
  readonly rig: StepRig;
}

/** Probes the migrations of these apps; the server itself stands for the branch. */
function probe(scripts: readonly string[], migrate: Partial<ResolvedMigration> = {}): Probed {
  const apps = scripts.map((body, index): ResolvedFlyApp => {
    const file = `migrate-${index}.mjs`;
    writeFileSync(join(dir, file), migrationScript(body));
    const command = `${process.execPath} ${join(dir, file)}`;
    return flyApp(`web${index}`, {
      database: 'main',
      env: { DATABASE_URL: { kind: 'database-url', database: 'main' } },
      migrate: { ...RUNNER, command, ...migrate },
    });
  });
  const main = database('main');
  const inside = new URL(postgres.url);
  inside.host = 'inside.flycast:5432';
  const address = { url: inside.href, outsideUrl: postgres.url };
  const rig = stepRig({
    environment: environment('staging', { apps, databases: [main] }),
    action: { kind: 'probe', database: 'main' },
    commit: COMMIT,
    outputs: Object.fromEntries(
      apps.map(({ name }) => [`build:${name}`, { image: `registry/${name}@sha256:1` }]),
    ),
    deps: {
      databasePlatformOf: () => ({ address: () => Promise.resolve(address) }) as unknown as DatabasePlatform,
      platformOf: () => machines,
      builder: { checkout: () => Promise.resolve(dir) } as unknown as PipelineDeps['builder'],
      source: sourceWith({ [COMMIT]: {} }),
      random: () => 0.5,
      hide: (value) => void hidden.push(value),
      runCommand,
    },
  });
  const branch = { name: 'probe-1', address, twin: () => Promise.reject(new Error('nobody asks for it')) };
  return { outcome: probeDatabase(scopeOf(rig.deps, rig.context), main, branch), rig };
}

const said = ({ record }: ProbeOutcome): unknown[] =>
  record.statements.map(({ sql, effects }) => [
    sql,
    ...effects.map(({ table, lock, work }) => `${table} ${lock} ${work}`),
  ]);

test('the commands of all apps run one after the other, each with a URL that is good for the probe alone', async () => {
  const { outcome, rig } = probe([
    `await client.query('alter table item add column one text'); say('by ' + new URL(process.env.DATABASE_URL).port);`,
    `await client.query({ text: 'alter table item alter column id type bigint', name: 'it' });`,
  ]);
  const { record } = await outcome;
  expect(record).toMatchObject({
    environment: 'staging',
    database: 'main',
    commit: COMMIT,
    seenBy: 'tap',
    files: '',
  });
  expect(said(await outcome)).toEqual([
    ['alter table item add column one text', 'item AccessExclusive none'],
    ['alter table item alter column id type bigint', 'item AccessExclusive rewrite'],
  ]);
  expect(rig.lines.find((line) => line.startsWith('by '))).not.toBe(`by ${new URL(postgres.url).port}`);
  expect(hidden).toHaveLength(2);
  expect(record.findings.map(({ rule, statement }) => [rule, statement])).toContainEqual([
    'change-column-type',
    2,
  ]);
});

test('several sessions of one command are told apart, and each transaction is its own', async () => {
  const { outcome } = probe([
    `const other = new pg.Client(process.env.DATABASE_URL);
     await other.connect();
     await client.query('begin');
     await client.query('lock table item in share update exclusive mode');
     await other.query('create index on item (note)');
     await client.query('commit');
     await other.end();`
      .replace('create index on item (note)', 'insert into item values (1, $1)')
      .replace(`$1)'`, `$1)', ['geheim']`),
  ]);
  const { record } = await outcome;
  expect(record.statements.map(({ sql, transaction }) => [sql.split(' ')[0], transaction])).toEqual([
    ['begin', 1],
    ['lock', 1],
    ['insert', 2],
    ['commit', 1],
  ]);
  expect(JSON.stringify(record)).not.toContain('geheim');
});

test('values stay out of what is kept, and are there for the terminal', async () => {
  const { outcome } = probe([`await client.query("update item set note = 'geheim' where id < 12345");`]);
  const { record, sql, findings } = await outcome;
  expect(record.statements[0]?.sql).toBe('update item set note = $1 where id < $2');
  expect(JSON.stringify(record)).not.toMatch(/geheim|12345/);
  expect(sql.get(1)).toContain('geheim');
  expect(findings.length).toBe(record.findings.length);
});

test('a statement that cannot be read is never shown as it is', async () => {
  const { outcome } = probe([
    `await client.query("selct 'geheim'").catch(() => undefined); await client.query('select 1');`,
  ]);
  const { record } = await outcome;
  expect(record.statements[0]).toMatchObject({
    sql: '(a statement that cannot be read)',
    error: { sqlState: '42601' },
  });
  expect(JSON.stringify(record)).not.toContain('geheim');
});

/** Waits for a look at the server that began after this, and is over. */
async function hasLooked(direct: Client): Promise<void> {
  const { rows } = await direct.query<{ now: string }>('select clock_timestamp()::text as now');
  await until(async () => {
    const looked = await direct.query(
      `select 1 from pg_stat_activity
       where application_name = 'glidepath probe' and state = 'idle' and query_start > $1::timestamptz`,
      [rows[0]?.now],
    );
    return looked.rowCount === 1;
  });
}

test('where no tap can stand between a machine and the server, it is looked on from outside, and said', async () => {
  const { outcome, rig } = probe(
    [
      `const other = new pg.Client(process.env.DATABASE_URL);
      await other.connect();
      await other.query('listen go_on');
      const told = new Promise((resolve) => other.once('notification', resolve));
      await client.query('begin'); await client.query('alter table item add column one text');
      await told;
      await client.query('commit');
      await other.end();`,
    ],
    { runs: 'release-command' },
  );
  const direct = await postgres.connect();
  await until(
    async () =>
      (
        await direct.query(
          `select 1 from pg_stat_activity where query like 'alter table%' and state = 'idle in transaction'`,
        )
      ).rowCount === 1,
  );
  await delay(300);
  await hasLooked(direct);
  await direct.query('notify go_on');
  const { record } = await outcome;
  expect(record.seenBy).toBe('outside');
  expect(rig.lines).toContain(
    '! main: its migration runs where no tap can stand between it and the server, so its locks are read from outside',
  );
  const altered = record.statements.find(({ sql }) => sql.startsWith('alter table'));
  expect(altered?.effects[0]).toMatchObject({ table: 'item', lock: 'AccessExclusive', blocks: 'readers' });
  expect(altered?.effects[0]?.heldMs).toBeGreaterThan(250);
});

test.each(['runner', 'release-command'] as const)(
  'a migration that fails there (%s) is MIGRATION_FAILED, with what it printed',
  async (runs) => {
    const { outcome } = probe([`await client.query('alter table nowhere add column x int');`], { runs });
    await expect(outcome).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(/^On a throwaway branch of main the migration failed/) as unknown,
      hint: 'Nothing was changed: main itself was not touched. Fix the migration first.',
      output: ['failed: relation "nowhere" does not exist'],
    });
    const direct = await postgres.connect();
    await expect
      .poll(
        async () =>
          (await direct.query(`select 1 from pg_stat_activity where application_name = 'glidepath probe'`))
            .rowCount,
      )
      .toBe(0);
  },
);

test('one that hangs is ended when its time is over, and nothing of it stays on the server', async () => {
  const { outcome } = probe(
    [
      `await client.query('begin; alter table item add column x int'); await client.query('select pg_sleep(60)');`,
    ],
    { timeoutMs: 1_500 },
  );
  await expect(outcome).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringMatching(/took too long and was stopped/) as unknown,
  });
  const direct = await postgres.connect();
  await expect
    .poll(
      async () =>
        (
          await direct.query(
            `select 1 from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()`,
          )
        ).rowCount,
    )
    .toBe(0);
});
