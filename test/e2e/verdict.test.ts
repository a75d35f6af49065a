import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { tinyProject } from '../support/tiny-project.ts';

/** The Postgres client of this checkout, for the project's own scripts. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

const MIGRATE = `
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('create table if not exists schema_migrations (name text primary key)');
for (const name of readdirSync('migrations').sort()) {
  const known = await client.query('select 1 from schema_migrations where name = $1', [name]);
  if (known.rowCount > 0) continue;
  await client.query(readFileSync('migrations/' + name, 'utf8'));
  await client.query('insert into schema_migrations values ($1)', [name]);
}
await client.end();
`;

/** Answers with what COLUMNS it reads of the members; says by /trial whether it is tried. */
const server = (columns: string): string => `
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
const pg = createRequire(import.meta.url)(${PG});
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on('error', () => undefined);
const server = createServer(async (request, response) => {
  if (request.url === '/health') return void response.end('ok');
  try {
    await pool.query("insert into members (name) values ('smoke')");
    const { rows } = await pool.query('select ${columns} from members order by id');
    response.end(JSON.stringify({ rows, isTrial: process.env.GLIDEPATH_TRIAL === '1' }));
  } catch (error) {
    console.log('the members cannot be read: ' + error.message);
    response.writeHead(500).end(error.message);
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

const SMOKE = `
const response = await fetch(process.env.URL + '/members');
const text = await response.text();
if (!response.ok) { console.log('members: ' + response.status + ' ' + text); process.exit(1); }
`;

const FIRST = `
create table members (id int generated always as identity primary key, name text not null, fax text);
insert into members (name, fax) values ('Ada', '1');
`;

function project(): Record<string, string> {
  const files = tinyProject({
    server: server('name, fax'),
    machines: 1,
    production: 'migrateAfter: null,',
    app: "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'runner' },",
  });
  const config = (files['glidepath.config.ts'] ?? '')
    .replace(
      "name: 'tiny',",
      "name: 'tiny',\n  databases: { main: neon({ project: 'shop', region: 'aws-eu-central-1' }) },",
    )
    .replace('manual, passed', 'manual, neon, passed, publicUrlOf, safeMigrations')
    .replaceAll(
      "sleep: 'never',",
      "sleep: 'never',\n      smoke: { command: 'node smoke.mjs', env: { URL: publicUrlOf('web') } },",
    )
    .replace(
      "on: [push('main'), manual()],",
      "on: [push('main'), manual()],\n      gates: [safeMigrations()],",
    );
  return {
    ...files,
    'glidepath.config.ts': config,
    'migrate.mjs': MIGRATE,
    'smoke.mjs': SMOKE,
    'migrations/1_members.sql': FIRST,
  };
}

/** The apps that there are in the local cloud. */
async function apps(rig: ProjectRig): Promise<string[]> {
  const cloud = await cloudOf(rig);
  const listed = (await callCloud(cloud, cloud.token, 'GET', '/v1/apps?org_slug=tiny-staging')) as {
    apps: { name: string }[];
  };
  return listed.apps.map(({ name }) => name);
}

interface Releases {
  readonly releases: readonly {
    readonly release: { readonly id: string };
    readonly action: string;
    readonly back: { readonly verdict: string; readonly from: string } | null;
  }[];
}

async function releasesOf(rig: ProjectRig, environment: string): Promise<Releases['releases']> {
  return (await rig.json<Releases>('releases', environment, '--local')).releases;
}

/** A command that must succeed. */
async function done(rig: ProjectRig, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await rig.run(...args, '--local');
  expect([code, stdout, stderr]).toEqual([0, stdout, stderr]);
  return stdout;
}

describe('the release that is live', () => {
  test('is tried on what a migration leaves: the gate lets an addition through, and nothing that breaks it', async () => {
    await using rig = await projectRig(project());
    await rig.cloudUp();
    await done(rig, 'deploy', 'staging');
    const before = await apps(rig);

    rig.write('migrations/2_phone.sql', 'alter table members add column phone text;\n');
    rig.write('server.mjs', server('name, phone'));
    await rig.commit('Add a phone');
    const added = await done(rig, 'deploy', 'staging', '--verbose');
    expect(added).toMatch(/old release r-\S+ on the new schema: works/);
    expect(added).toMatch(/new release r-\S+ on the old schema: fails/);
    expect(added).toContain('back: safe');
    const [live, first] = await releasesOf(rig, 'staging');
    expect(live?.back).toMatchObject({ verdict: 'safe', from: first?.release.id });
    expect(first?.back).toBeNull();
    expect(await done(rig, 'releases', 'staging')).toMatch(/deploy +safe +Add a phone/);
    expect(await apps(rig)).toEqual(before);

    rig.write('migrations/3_phone.sql', 'alter table members drop column phone;\n');
    rig.write('server.mjs', server('name'));
    await rig.commit('Drop the phone');
    const refused = await rig.run('deploy', 'staging', '--local');
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain(`${live?.release.id}, which is live, fails its smoke test`);
    // What the smoke test printed, and the statement to look at.
    expect(refused.stdout).toContain('│ members: 500 column "phone" does not exist');
    expect(refused.stdout).toContain('The column members.phone is gone: whatever names it fails.');
    expect(refused.stdout).toContain('MIGRATION_UNSAFE');
    expect(refused.stdout).not.toContain('postgresql://');
    expect(await apps(rig)).toEqual(before);
  });

  test('cannot be gone back to over a release that it was shown not to work with, unless that is named', async () => {
    await using rig = await projectRig(project());
    await rig.cloudUp();
    await done(rig, 'deploy', 'production');
    rig.write('migrations/2_fax.sql', 'alter table members drop column fax;\n');
    rig.write('server.mjs', server('name'));
    await rig.commit('Drop the fax');
    const probed = await done(rig, 'db', 'probe', 'production');
    expect(probed).toMatch(/live release +✓ works +✗ fails its smoke test/);
    expect(probed).toMatch(/new release +✓ works +✓ works/);
    expect(probed).toMatch(/↩ Back to r-\S+: forward only/);
    // No gate here, and so it goes out; what the probe by hand has shown is recorded with it.
    await done(rig, 'deploy', 'production');
    const [live, first] = (await releasesOf(rig, 'production')).map(({ release }) => release.id);

    const refused = await rig.run('rollback', 'production', '--local');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(
      `production cannot be rolled back to ${first}: ${live} is forward only.`,
    );
    expect(refused.stderr).toMatch(
      /→ To restore the data from before r-\S+: glidepath db restore production --to-restore-point before-run-\S+ --local/,
    );
    expect(refused.stderr).toContain('ROLLBACK_FORWARD_ONLY');
    const other = await rig.run('rollback', 'production', '--across-forward-only', first ?? '', '--local');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining(`--across-forward-only ${live}`)]);

    const named = await rig.run('rollback', 'production', '--across-forward-only', live ?? '', '--local');
    expect(named.stderr).toContain(`! ${live} is forward only; the rollback passes it because you named it.`);
    // The smoke test shows that the verdict was right: the old code fails there, and the new one is put back.
    expect([named.code, named.stdout]).toEqual([1, expect.stringContaining('SMOKE_FAILED')]);
  });
});
