import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import type { ResolvedMigration } from '../../src/config/resolved.ts';
import type { PipelineDeps } from '../../src/pipeline/pipeline-deps.ts';
import { migrateStep } from '../../src/pipeline/steps/migrate.ts';
import type { AppDeployment, AppPlatform } from '../../src/providers/app-platform.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import { takeMigrationLock } from '../../src/providers/postgres/migration-lock.ts';
import { systemClock } from '../../src/util/clock.ts';
import { migrationScript } from '../support/flight-rig.ts';
import { openSession, postgresRig, type PostgresRig } from '../support/postgres-rig.ts';
import { database, environment, flyApp, migration } from '../support/projects.ts';
import { sourceWith, stepRig, type StepRig } from '../support/step-rig.ts';

const RUNNER: ResolvedMigration = { ...migration('node migrate.mjs'), runs: 'runner', timeoutMs: 20_000 };
const COMMIT = 'c'.repeat(40);

let rig: PostgresRig;
let url: string;
let dir: string;

beforeAll(async () => {
  rig = await postgresRig();
  dir = mkdtempSync(join(tmpdir(), 'glidepath-step-'));
});

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await rig[Symbol.asyncDispose]();
});

beforeEach(async () => {
  url = await rig.database();
});

/** A step over a real database; `body` is what the script does. */
function stepWith(options: {
  readonly body?: string;
  readonly migrate?: ResolvedMigration;
  readonly app?: AppPlatform;
  readonly address?: { readonly url: string; readonly outsideUrl: string | null };
}): StepRig {
  writeFileSync(join(dir, 'migrate.mjs'), migrationScript(options.body ?? ''));
  const app = flyApp('web', {
    database: 'main',
    env: { DB: { kind: 'database-url', database: 'main' } },
    migrate: options.migrate ?? { ...RUNNER, command: 'DATABASE_URL=$DB node migrate.mjs' },
  });
  const platform = {
    address: (_database: unknown, { use }: { use: string }) =>
      Promise.resolve(
        use === 'app'
          ? { url: 'postgres://pooled', outsideUrl: 'postgres://pooled' }
          : (options.address ?? { url: 'postgres://inside', outsideUrl: url }),
      ),
  } as unknown as DatabasePlatform;
  const built = { 'build:web': { image: 'registry/web@sha256:1' } };
  return stepRig({
    environment: environment('staging', { apps: [app], databases: [database('main')] }),
    action: { kind: 'migrate', app: 'web', database: 'main' },
    commit: COMMIT,
    outputs: built,
    deps: {
      databasePlatformOf: () => platform,
      ...(options.app === undefined ? {} : { platformOf: () => options.app as AppPlatform }),
      builder: { checkout: () => Promise.resolve(dir) } as unknown as PipelineDeps['builder'],
      source: sourceWith({ [COMMIT]: {} }),
      random: () => 0.5,
      hide: () => undefined,
      runCommand,
    },
  });
}

const run = async ({ deps, context }: StepRig): Promise<unknown> => migrateStep(deps).execute(context);

test('a migration here gets a URL of its own, past the pooler, with its name and its limits', async () => {
  const step = stepWith({
    body: `const { rows } = await client.query("select current_setting('lock_timeout') as wait, current_setting('application_name') as name, current_setting('client_connection_check_interval') as look");
           say(JSON.stringify(rows[0]));
           say(new URL(process.env.DATABASE_URL).port);`,
  });
  expect(await run(step)).toEqual({ migrated: true });
  expect(JSON.parse(step.lines[0] ?? '')).toEqual({
    wait: '2s',
    name: 'glidepath-migration run-1/migrate',
    look: '1s',
  });
  expect(step.lines[1]).not.toBe(new URL(url).port);
});

test('one that is under way keeps others out: MIGRATION_LOCKED, with who it is', async () => {
  await using other = await openSession(url, 'glidepath run-0/migrate:main');
  await takeMigrationLock(other.client, systemClock, 'glidepath run-0/migrate:main');
  await expect(run(stepWith({}))).rejects.toMatchObject({
    code: 'MIGRATION_LOCKED',
    message: expect.stringMatching(
      new RegExp(
        `^Another migration of main is in progress: glidepath run-0/migrate:main, pid ${other.pid}, since \\d+ s\\.$`,
      ),
    ) as unknown,
    hint: expect.stringContaining(`select pg_terminate_backend(${other.pid});`) as unknown,
  });
});

test('what an earlier process of the same step left is ended, its locks with it', async () => {
  await using lock = await openSession(url, 'glidepath run-1/migrate');
  await takeMigrationLock(lock.client, systemClock, 'glidepath run-1/migrate');
  await using dead = await openSession(url, 'glidepath-migration run-1/migrate');
  await dead.query('create table member ()');
  await dead.query('begin');
  await dead.query('lock table member');
  const step = stepWith({ body: "await client.query('alter table member add column x int');" });
  await run(step);
  expect(step.lines).toContain('an earlier process of this step left sessions behind: they are terminated');
});

test('where nothing leads to the database from here, that is said, and one attempt is made', async () => {
  const calls: string[] = [];
  const app = {
    setSecrets(_app: string, values: Record<string, string>) {
      calls.push(`secrets ${values['DB']}`);
      return Promise.resolve(null);
    },
    runReleaseCommand({ env }: AppDeployment) {
      calls.push(`runs with ${env['PGOPTIONS']}`);
      return Promise.resolve();
    },
  } as unknown as AppPlatform;
  for (const address of [
    { url: 'postgres://direct', outsideUrl: null },
    { url: 'postgres://direct', outsideUrl: 'postgres://ada:geheimnis@127.0.0.1:1/shop' },
  ]) {
    const step = stepWith({ app, address, migrate: migration('bin/migrate') });
    await run(step);
    expect(step.lines).toEqual([
      expect.stringMatching(
        /^! main cannot be reached from here \(.*\): only the lock of the environment keeps two migrations apart/,
      ),
    ]);
    expect(step.lines[0]).not.toContain('geheimnis');
    // Past the pooler for the migration, and back for the app.
    expect(calls.splice(0)).toEqual([
      'secrets postgres://direct',
      'runs with -c lock_timeout=2000',
      'secrets postgres://pooled',
    ]);
  }
});
