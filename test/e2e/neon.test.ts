import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import type { DatabaseStatus } from '../../src/cli/databases/database-status.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { HAS_OPENSSL, recordingProxy } from '../support/recording-proxy.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { tinyProject } from '../support/tiny-project.ts';
import { withoutProgress } from '../support/without-progress.ts';

/** The Postgres client of this checkout, for the project's own scripts. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

const MIGRATE = `
import { createRequire } from 'node:module';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('create table if not exists notes (note text)');
await client.query('insert into notes values ($1)', ['migrated']);
await client.end();
`;

/** Answers with the rows that it reads by the URL it was given. */
const SERVER = `
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
const pg = createRequire(import.meta.url)(${PG});
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on('error', () => undefined);
const server = createServer(async (request, response) => {
  if (request.url === '/health') return void response.end('ok');
  const { rows } = await pool.query('select note from notes');
  response.end(JSON.stringify(rows.map(({ note }) => note)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

function neonProject(neon = ''): Record<string, string> {
  const files = tinyProject({
    server: SERVER,
    machines: 1,
    app: "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'runner' },",
  });
  const database = `neon({ project: 'shop', region: 'aws-eu-central-1', ${neon} })`;
  const config = (files['glidepath.config.ts'] ?? '')
    .replace("name: 'tiny',", `name: 'tiny',\n  databases: {\n    main: ${database},\n  },`)
    .replace('manual, passed', 'manual, neon, passed');
  return { ...files, 'glidepath.config.ts': config, 'migrate.mjs': MIGRATE };
}

async function statusOf(
  rig: ProjectRig,
  environment: string,
): Promise<{ url: string; databases: DatabaseStatus[] }> {
  const { environments } = await rig.json<{
    environments: { apps: { url: string }[]; databases: DatabaseStatus[] }[];
  }>('status', environment, '--local');
  const [found] = environments;
  return { url: found?.apps[0]?.url ?? '', databases: found?.databases ?? [] };
}

/** The password of a branch, as Neon tells it. */
async function passwordOf(cloud: CloudInfo, branch: string): Promise<string> {
  const ask = async (path: string): Promise<unknown> =>
    callCloud(cloud, cloud.token, 'GET', `/api/v2${path}`);
  const { projects } = (await ask('/projects?search=shop')) as { projects: { id: string }[] };
  const at = `/projects/${projects[0]?.id}`;
  const { branches } = (await ask(`${at}/branches`)) as { branches: { id: string; name: string }[] };
  const id = branches.find(({ name }) => name === branch)?.id ?? '';
  const { password } = (await ask(`${at}/branches/${id}/roles/neondb_owner/reveal_password`)) as {
    password: string;
  };
  return password;
}

describe('a project on Neon', () => {
  test('is planned, migrated, deployed and shown, a branch for each environment', async () => {
    await using rig = await projectRig(neonProject());
    await rig.cloudUp();
    const planned = await rig.run('plan', 'deploy', 'staging', '--local');
    expect([planned.code, withoutProgress(planned.stderr)]).toEqual([0, '']);
    expect(planned.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Neon project shop, branch staging in aws-eu-central-1, sleeps when idle; it does not exist yet and is created',
    );
    for (const environment of ['staging', 'production']) {
      const { code, stdout, stderr } = await rig.run('deploy', environment, '--local', '--verbose');
      expect([code, withoutProgress(stderr)], stdout).toEqual([0, '']);
      const { url } = await statusOf(rig, environment);
      const rows = (await (await fetch(url)).json()) as string[];
      // Production was made from what staging had by then.
      expect(rows).toEqual(environment === 'staging' ? ['migrated'] : ['migrated', 'migrated']);
      const password = await passwordOf(await cloudOf(rig), environment);
      const journal = readFileSync(join(rig.dir, '.glidepath', 'local', 'state.db'), 'latin1');
      expect(stdout + journal).not.toContain(password);
    }
    const { databases } = await statusOf(rig, 'production');
    expect(databases).toMatchObject([
      { name: 'main', provider: 'neon', problem: null, seen: { platformName: 'production', state: 'ready' } },
    ]);
    const shown = await rig.run('status', 'staging', '--local');
    expect(shown.stdout).toMatch(/main +Neon +staging \(Postgres \d+\) +aws-eu-central-1/);
    const again = await rig.run('plan', 'deploy', 'staging', '--local');
    expect(again.stdout.replaceAll(/\s+/g, ' ')).toContain('sleeps when idle; it exists');
  });

  test('with a mistake in it is refused at the line of the mistake, before anything is changed', async () => {
    await using rig = await projectRig(neonProject());
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const config =
      neonProject("\n      parent: 'stagin',\n      role: 'nobody',")['glidepath.config.ts'] ?? '';
    rig.write('glidepath.config.ts', config);
    const line = config.split('\n').findIndex((text) => text.includes("parent: 'stagin'")) + 1;
    const { code, stdout, stderr } = await rig.run('deploy', 'production', '--local');
    expect(code).toBe(1);
    const said = stdout + stderr;
    expect(said).toContain('There is no branch stagin in project shop on Neon');
    expect(said).toContain('Did you mean staging?');
    expect(said).toContain(`glidepath.config.ts:${line}`);
    expect((await rig.json<{ runs: unknown[] }>('runs', '--local')).runs).toHaveLength(1);
  });
});

test.skipIf(!HAS_OPENSSL)(
  'the key of Neon is sent to Neon and nowhere else, and nothing else is sent there',
  async () => {
    await using home = await projectRig(tinyProject());
    await home.cloudUp();
    const cloud = await cloudOf(home);
    const { key } = (await callCloud(cloud, cloud.token, 'POST', '/api/v2/api_keys', { key_name: 'ci' })) as {
      key: string;
    };
    await using proxy = await recordingProxy(cloud);
    await using rig = await projectRig(neonProject());
    const { token } = (await callCloud(cloud, cloud.token, 'PUT', '/_glidepath/tokens', {
      org: 'tiny-staging',
    })) as { token: string };
    const { code, stdout, stderr } = await rig.runWith(
      {
        NEON_API_HOST: `http://${proxy.host}/api/v2`,
        NEON_API_KEY: key,
        FLY_API_TOKEN_STAGING: token,
        FLY_FLAPS_BASE_URL: `http://${proxy.host}`,
        FLY_API_BASE_URL: `http://${proxy.host}`,
        FLY_REGISTRY_HOST: proxy.host,
        NODE_USE_ENV_PROXY: '1',
        HTTPS_PROXY: `http://${proxy.host}`,
        NO_PROXY: '127.0.0.1',
        NODE_EXTRA_CA_CERTS: proxy.certificate,
        GLIDEPATH_IMAGES: 'process',
      },
      'deploy',
      'staging',
      '--verbose',
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).not.toContain(key);
    const toNeon = proxy.requests.filter(({ url }) => url.startsWith('/api/v2/'));
    expect(toNeon.length).toBeGreaterThan(5);
    expect([...new Set(toNeon.map(({ headers }) => headers['authorization']))]).toEqual([`Bearer ${key}`]);
    const elsewhere = [...proxy.requests.filter((request) => !toNeon.includes(request)), ...proxy.visits];
    const text = elsewhere.map(
      ({ url, headers, body }) => `${url} ${JSON.stringify(headers)} ${body.toString('latin1')}`,
    );
    expect(text.filter((request) => request.includes(key))).toEqual([]);
    const journal = readFileSync(join(rig.dir, '.glidepath', 'state.db'), 'latin1');
    expect(journal).not.toContain(key);
    const password = await passwordOf(cloud, 'staging');
    expect(journal + stdout + stderr).not.toContain(password);
  },
);
