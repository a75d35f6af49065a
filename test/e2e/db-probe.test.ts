import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { tinyProject } from '../support/tiny-project.ts';

/** The Postgres client of this checkout, for the project's own scripts. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

/** A small tool that migrates: each file once, in a transaction with the line that says so, and tells whom it spoke to. */
const MIGRATE = `
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
await client.connect();
await client.query('create table if not exists schema_migrations (name text primary key)');
for (const name of readdirSync('migrations').sort()) {
  const known = await client.query('select 1 from schema_migrations where name = $1', [name]);
  if (known.rowCount > 0) continue;
  await client.query('begin');
  await client.query(readFileSync('migrations/' + name, 'utf8'));
  await client.query('insert into schema_migrations values ($1)', [name]);
  await client.query('commit');
  console.log('applied ' + name);
}
await client.end();
`;

const FIRST = `
create table member (id int primary key, name text);
insert into member select n, 'member ' || n from generate_series(1, 20000) n;
`;
const UNSAFE = `
alter table member alter column id type bigint;
update member set name = 'geheim';
`;
const SAFE = 'alter table member add column phone text;\n';

interface Probes {
  readonly isSafe: boolean;
  readonly probes: readonly {
    readonly seenBy: string;
    readonly branch: string | null;
    readonly statements: readonly {
      readonly sql: string;
      readonly rows: number | null;
      readonly effects: readonly {
        readonly table: string;
        readonly lock: string;
        readonly work: string;
        readonly blocks: string;
      }[];
    }[];
    readonly findings: readonly { readonly rule: string; readonly statement: number | null }[];
  }[];
}

function project(options: { runs?: string; gates?: string } = {}): Record<string, string> {
  const files = tinyProject({
    machines: 1,
    app: `database: 'main', migrate: { command: 'node migrate.mjs', runs: '${options.runs ?? 'runner'}' },`,
    production: options.gates ?? '',
  });
  const config = (files['glidepath.config.ts'] ?? '')
    .replace(
      "name: 'tiny',",
      "name: 'tiny',\n  databases: { main: neon({ project: 'shop', region: 'aws-eu-central-1' }) },",
    )
    .replace("include: ['server.mjs']", "include: ['server.mjs', 'migrate.mjs', 'migrations']")
    .replace('manual, passed', 'manual, neon, passed, safeMigrations');
  return {
    ...files,
    'glidepath.config.ts': config,
    'migrate.mjs': MIGRATE,
    'migrations/1_members.sql': FIRST,
  };
}

/** The branches that there are on the local Neon. */
async function branches(rig: ProjectRig): Promise<string[]> {
  const cloud = await cloudOf(rig);
  const ask = async (path: string): Promise<unknown> =>
    callCloud(cloud, cloud.token, 'GET', `/api/v2${path}`);
  const { projects } = (await ask('/projects?search=shop')) as { projects: { id: string }[] };
  const listed = (await ask(`/projects/${projects[0]?.id}/branches`)) as { branches: { name: string }[] };
  return listed.branches.map(({ name }) => name).toSorted();
}

describe('db probe', () => {
  test('shows what each statement of a commit locks, on a branch that is gone afterwards', async () => {
    await using rig = await projectRig(project());
    await rig.cloudUp();
    const early = await rig.run('db', 'probe', 'staging', '--local');
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('does not exist yet')]);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const before = await branches(rig);
    rig.write('migrations/2_types.sql', UNSAFE);
    const commit = await rig.commit('Change a type');

    const shown = await rig.run('db', 'probe', 'staging', '--local');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(
      new RegExp(`^main of staging at ${commit.slice(0, 7)} · on a throwaway branch`),
    );
    expect(shown.stdout).toMatch(/│alter table member alter column id type bigint +\d+ ms/);
    expect(shown.stdout).toMatch(/member +AccessExclusive +rewrites it +readers and writers +[█░]{8} \d/);
    expect(shown.stdout).toMatch(/member +AccessExclusive \(held\) +its rows +as before/);
    expect(shown.stdout).toMatch(/statement 5 +error +change-column-type/);
    expect(shown.stdout).toMatch(/✗ Not safe: 2 statements/);
    expect(await branches(rig)).toEqual(before);

    const { probes, isSafe } = await rig.json<Probes>('db', 'probe', 'staging', '--local', '--keep-branch');
    expect(isSafe).toBe(false);
    expect(probes[0]?.seenBy).toBe('tap');
    const update = probes[0]?.statements.find(({ sql }) => sql.startsWith('update'));
    expect(update).toMatchObject({ sql: 'update member set name = $1', rows: 20_000 });
    expect(JSON.stringify(probes)).not.toContain('geheim');
    expect(await branches(rig)).toEqual([...before, probes[0]?.branch ?? ''].toSorted());

    const planned = await rig.run('plan', 'deploy', 'staging', '--local');
    expect(planned.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(
        `probed (just now|\\d+ min ago) at ${commit.slice(0, 7)}: 2 statements in [\\d.]+ m?s, readers and writers of member wait`,
      ),
    );
    const unknown = await rig.run('db', 'probe', 'staging', '--database', 'mian', '--local');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/"mian"[\s\S]*main/)]);
    rig.write('migrations/3_wrong.sql', 'alter table nowhere add column x int;\n');
    await rig.commit('A migration that fails');
    const failed = await rig.run('db', 'probe', 'staging', '--local');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/On a throwaway branch of main the migration failed with exit code 1/);
    expect(failed.stderr).toContain(
      'It stopped at migrations/3_wrong.sql:1: alter table nowhere add column x int (relation "nowhere" does not exist, SQLSTATE 42P01).',
    );
    expect(await branches(rig)).toEqual([...before, probes[0]?.branch ?? ''].toSorted());
  });

  test('sees every statement of a migration that runs on a machine of its app, too', async () => {
    await using rig = await projectRig(project({ runs: 'release-command' }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const before = await branches(rig);
    rig.write('migrations/2_phone.sql', SAFE);
    await rig.commit('Add a column');
    const { probes, isSafe } = await rig.json<Probes>('db', 'probe', 'staging', '--local');
    expect([probes[0]?.seenBy, isSafe]).toEqual(['tap', true]);
    expect(probes[0]?.statements).toContainEqual(
      expect.objectContaining({
        sql: 'alter table member add column phone text',
        effects: [
          expect.objectContaining({
            table: 'member',
            lock: 'AccessExclusive',
            work: 'none',
            blocks: 'readers',
          }),
        ],
      }),
    );
    expect(await branches(rig)).toEqual(before);
  });
});

describe('the gate of safe migrations', () => {
  test('refuses a migration with its safe form before anything is changed, and lets a safe one pass', async () => {
    const files = project({ gates: 'gates: [safeMigrations()],' });
    await using rig = await projectRig(files);
    await rig.cloudUp();
    const early = await rig.run('deploy', 'production', '--local');
    expect([early.code, early.stdout]).toEqual([4, expect.stringContaining('MIGRATION_NOT_PASSED')]);
    expect(early.stdout).toContain('Deploy it there first: glidepath deploy staging --ref');
    const config = files['glidepath.config.ts'] ?? '';
    rig.write('glidepath.config.ts', config.replace('gates: [safe', 'migrateAfter: null, gates: [safe'));
    await rig.commit('Deploy to production alone');
    const first = await rig.run('deploy', 'production', '--local', '--verbose');
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('main was made in this run')]);
    const before = await branches(rig);
    rig.write('migrations/2_types.sql', UNSAFE);
    await rig.commit('Change a type');
    const refused = await rig.run('deploy', 'production', '--local');
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain('MIGRATION_UNSAFE');
    expect(refused.stdout).toContain('alter table member alter column id type bigint');
    expect(refused.stdout).not.toContain('geheim');
    expect((await branches(rig)).filter((name) => name.startsWith('probe-'))).toEqual([]);
    const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
    const { events } = await rig.json<{ events: { type: string; step?: string }[] }>(
      'run',
      'show',
      runs[0]?.id ?? '',
      '--local',
    );
    expect(events.some(({ step }) => step === 'migrate:main')).toBe(false);
    expect(JSON.stringify(events)).toContain('ALTER TABLE member ADD COLUMN id_new bigint;');
    expect(JSON.stringify(events)).not.toContain('geheim');
    expect(before.every((name) => !name.startsWith('probe-'))).toBe(true);

    await rig.git('rm', '--quiet', 'migrations/2_types.sql');
    rig.write('migrations/2_phone.sql', SAFE);
    await rig.commit('Add a column');
    const passed = await rig.run('deploy', 'production', '--local', '--verbose');
    expect([passed.code, passed.stdout]).toEqual([
      0,
      expect.stringMatching(/main: 1 statement in [\d.]+ m?s/),
    ]);
  });
});
