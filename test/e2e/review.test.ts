import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';
import { withoutProgress } from '../support/without-progress.ts';

/** The Postgres client of this checkout, for the project's own scripts. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

/** Writes a row each time that it is run. */
function script(table: string): string {
  return `
import { createRequire } from 'node:module';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('create table if not exists ${table} (n int, environment text)');
await client.query('insert into ${table} values (1, $1)', [process.env.GLIDEPATH_ENVIRONMENT]);
await client.end();
`;
}

/** Answers with the rows of both tables. */
const SERVER = `
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
const pg = createRequire(import.meta.url)(${PG});
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on('error', () => undefined);
const count = async (table) => Number((await pool.query('select count(*) as n from ' + table)).rows[0].n);
const environments = async () => (await pool.query('select environment from seeded union select environment from migrated')).rows.map((row) => row.environment);
const server = createServer(async (request, response) => {
  if (request.url === '/health') return void response.end('ok');
  response.end(JSON.stringify({ seeded: await count('seeded'), migrated: await count('migrated'), environments: await environments(), secret: process.env.PASSWORD, commit: process.env.GLIDEPATH_COMMIT }));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

const DATABASE =
  "flyPostgres({ secret: 'DATABASE_URL', seed: 'node seed.mjs', migrate: 'node migrate.mjs' })";

/** A project whose pull requests get an app, and with `database` a database with seed besides. */
function reviewProject(
  options: { readonly database?: boolean; readonly expires?: string } = {},
): Record<string, string> {
  const { database = false, expires = '7d' } = options;
  const files = tinyProject({
    server: database ? SERVER : GOOD_SERVER,
    machines: 1,
    app: database ? "database: 'main', env: { PASSWORD: secret('REVIEW_PASSWORD') }," : '',
  });
  const review = `review: {
      on: pullRequest(),
      fly: { org: 'tiny-review', token: 'FLY_API_TOKEN_REVIEW' },
      regions: { iad: 1 },
      expires: '${expires}',
      ${database ? "databases: { main: 'ephemeral' }," : ''}
    },`;
  const config = (files['glidepath.config.ts'] ?? '')
    .replace('flyApp, generic', 'flyApp, flyPostgres, generic, pullRequest')
    .replace('void [', 'void [flyPostgres, ')
    .replace("name: 'tiny',", `name: 'tiny',${database ? `\n  databases: { main: ${DATABASE} },` : ''}`)
    .replace('environments: {', `environments: {\n    ${review}`);
  return {
    ...files,
    'glidepath.config.ts': config,
    'seed.mjs': script('seeded'),
    'migrate.mjs': script('migrated'),
  };
}

interface Listed {
  readonly reviewApps: readonly {
    readonly pullRequest: number;
    readonly environment: string;
    readonly state: string | null;
    readonly release: string | null;
    readonly expiresAt: number | null;
    readonly apps: readonly string[];
    readonly databases: readonly string[];
    readonly url: string | null;
  }[];
  readonly strangers: readonly { readonly name: string }[];
  readonly problem: string | null;
}

const SECRET = { REVIEW_PASSWORD: 'correct-horse-battery' };

function list(rig: ProjectRig): Promise<Listed> {
  return rig.json<Listed>('review', 'list', '--local');
}

/** Names of all apps that the cloud has, whatever a command says of them. */
async function appsInCloud(rig: ProjectRig): Promise<string[]> {
  const cloud = await cloudOf(rig);
  const path = '/v1/apps?org_slug=tiny-review';
  const { apps } = (await callCloud(cloud, cloud.token, 'GET', path)) as { apps: { name: string }[] };
  return apps.map(({ name }) => name).toSorted();
}

async function makeApp(rig: ProjectRig, name: string, machine: object | null): Promise<void> {
  const cloud = await cloudOf(rig);
  await callCloud(cloud, cloud.token, 'POST', '/v1/apps', { name, org_slug: 'tiny-review' });
  if (machine !== null) await callCloud(cloud, cloud.token, 'POST', `/v1/apps/${name}/machines`, machine);
}

/** What the first machine of an app runs. */
async function imageOf(rig: ProjectRig, app: string): Promise<string> {
  const cloud = await cloudOf(rig);
  const machines = await callCloud(cloud, cloud.token, 'GET', `/v1/apps/${app}/machines`);
  return (machines as { config: { image: string } }[])[0]?.config.image ?? '';
}

/** Its database, logs and state answer to the name that `review list` gives it; what a deployment printed brings data back. */
async function usedByName(rig: ProjectRig, printed: string): Promise<void> {
  const command =
    /glidepath (db restore review\/pr-42 --to-restore-point \S+ --local)/.exec(printed)?.[1] ?? '';
  const dry = await rig.run(...command.split(' '), '--dry-run');
  expect([dry.code, dry.stdout + dry.stderr]).toEqual([
    0,
    expect.stringContaining('of review/pr-42 goes back'),
  ]);
  const restored = await rig.run(...command.split(' '), '--confirm', 'review/pr-42');
  expect([restored.code, restored.stdout + restored.stderr]).toEqual([0, expect.any(String)]);
  const url = await rig.run('db', 'url', 'review/pr-42', '--local');
  expect([url.code, url.stdout]).toEqual([0, expect.stringMatching(/^postgres/)]);
  const status = await rig.run('status', 'review/pr-42', '--local');
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('review/pr-42')]);
  const logs = await rig.run('logs', 'review/pr-42', '--local');
  expect([logs.code, logs.stderr]).toEqual([0, expect.not.stringContaining('✗')]);
  const alone = await rig.run('db', 'url', 'review', '--local');
  expect([alone.code, alone.stderr]).toEqual([
    2,
    expect.stringContaining('one environment per pull request'),
  ]);
  // Its migrations run again.
  const again = await rig.runWith(SECRET, 'review', 'open', '42', '--local');
  expect([again.code, again.stderr]).toEqual([0, expect.any(String)]);
}

test('a pull request gets an app and a seeded database, is brought up to date, and leaves nothing', async () => {
  await using rig = await projectRig(reviewProject({ database: true }));
  await rig.cloudUp();
  const opened = await rig.runWith(SECRET, 'review', 'open', '42', '--local');
  expect([opened.code, opened.stderr]).toEqual([0, expect.stringMatching(/HEAD of this clone is used/)]);
  const before = await list(rig);
  expect(before).toMatchObject({
    reviewApps: [
      {
        pullRequest: 42,
        environment: 'review/pr-42',
        state: null,
        apps: ['tiny-pr-42'],
        databases: ['tiny-pr-42-db'],
      },
    ],
    strangers: [],
  });
  const [first] = before.reviewApps;
  const answer = async (): Promise<unknown> => (await fetch(first?.url ?? '')).json();
  expect(await answer()).toMatchObject({
    seeded: 1,
    migrated: 1,
    environments: ['review/pr-42'],
    secret: SECRET.REVIEW_PASSWORD,
  });

  const commit = await rig.commit('More');
  const updated = await rig.runWith(SECRET, 'review', 'open', '#42', '--local');
  expect([updated.code, updated.stderr]).toEqual([0, expect.any(String)]);
  expect(await answer()).toMatchObject({ seeded: 1, migrated: 2, commit });
  await usedByName(rig, updated.stdout);
  const after = await list(rig);
  expect(after.reviewApps[0]?.expiresAt).toBeGreaterThan(first?.expiresAt ?? Number.POSITIVE_INFINITY);
  const table = await rig.run('review', 'list', '--local');
  expect(table.stdout).toMatch(
    /#42 +review\/pr-42 +– +r-\S+ +(just now|.* ago) +in 6 days +tiny-pr-42-db +http/,
  );

  expect((await rig.run('review', 'close', '42', '--local')).code).toBe(0);
  expect(await appsInCloud(rig)).toEqual([]);
  const again = await rig.run('review', 'close', '42', '--local');
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to remove: review/pr-42')]);
  expect(await list(rig)).toMatchObject({ reviewApps: [] });

  // A pull request that is opened again gets a new database, with its test data.
  const reopened = await rig.runWith(SECRET, 'review', 'open', '42', '--local');
  expect(reopened.code).toBe(0);
  const { url } = (await list(rig)).reviewApps[0] ?? {};
  expect(await (await fetch(url ?? '')).json()).toMatchObject({ seeded: 1, migrated: 1 });
});

test('a review app is scaled and looked at by its name, and not rolled back', async () => {
  await using rig = await projectRig(reviewProject());
  await rig.cloudUp();
  expect((await rig.run('review', 'open', '42', '--local')).code).toBe(0);
  const scaled = await rig.run('scale', 'review/pr-42', 'web', '--count', 'iad=2', '--local');
  expect([scaled.code, scaled.stdout], scaled.stderr).toEqual([
    0,
    expect.stringMatching(/environments: \{\s*review: /),
  ]);
  const byHand = await rig.run('status', 'review/pr-42', '--emergency', '--local');
  expect([byHand.code, byHand.stdout]).toEqual([0, expect.stringMatching(/^review\/pr-42/m)]);
  const back = await rig.run('rollback', 'review/pr-42', '--local');
  expect([back.code, back.stderr]).toEqual([2, expect.stringContaining('glidepath review open 42 --ref')]);
});

test('killed while it opens, a review app is removed whole by close', async () => {
  await using rig = await projectRig(reviewProject({ database: true }));
  rig.write(
    'migrate.mjs',
    `${script('migrated')}\nconsole.log('migrating');\nawait new Promise((r) => setTimeout(r, 60_000));\n`,
  );
  await rig.commit('A migration that takes its time');
  await rig.cloudUp();
  const running = rig.start('review', 'open', '7', '--local', '--verbose', '--ref', 'main');
  const missing = await running.result;
  // The secret is not set: nothing is made at all.
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/SECRET_MISSING/)]);
  const env = Object.entries(SECRET).map(([name, value]) => `${name}=${value}`);
  const shell = rig.shell(
    `exec env ${env.join(' ')} node "$CLI" review open 7 --local --verbose & echo $! > pid; wait`,
  );
  // Asked more often it would be refused: the platform limits how often apps are listed.
  await expect.poll(() => appsInCloud(rig), { timeout: 150_000, interval: 300 }).toContain('tiny-pr-7-db');
  await rig.shell('kill -9 "$(cat pid)"');
  await shell;
  const closed = await rig.run('review', 'close', '7', '--local');
  expect([closed.code, withoutProgress(closed.stderr)]).toEqual([0, '']);
  expect(await appsInCloud(rig)).toEqual([]);
  expect(await list(rig)).toMatchObject({ reviewApps: [] });
});

test('reap finds what no record knows of, and touches nothing that the template did not make', async () => {
  await using rig = await projectRig(reviewProject({ expires: '1s' }));
  await rig.cloudUp();
  expect((await rig.run('review', 'open', '7', '--local')).code).toBe(0);
  // Its record is lost with the runner; of another one only the app was made.
  rmSync(join(rig.dir, '.glidepath/local'), { recursive: true });
  await makeApp(rig, 'tiny-pr-8', null);
  await makeApp(rig, 'tiny-pr-9', {
    region: 'iad',
    skip_launch: true,
    config: { image: await imageOf(rig, 'tiny-pr-7') },
  });
  for (const name of ['tiny-pr-7x', 'tiny-pr-07', 'x-tiny-pr-7', 'tiny-pr-7-old'])
    await makeApp(rig, name, null);
  const hasExpired = async (): Promise<boolean> => {
    const [review] = (await list(rig)).reviewApps;
    return (review?.expiresAt ?? Number.POSITIVE_INFINITY) < Date.now();
  };
  await expect.poll(hasExpired, { timeout: 60_000, interval: 100 }).toBe(true);

  const dry = await rig.run('review', 'reap', '--local', '--dry-run');
  expect(dry.stdout).toMatch(/review\/pr-7 would be removed: it has expired/);
  expect(dry.stdout).toMatch(/review\/pr-8 stays: unknown whether its pull request is open/);
  expect(dry.stdout).toMatch(/tiny-pr-9 is left alone: Glidepath did not make its machines/);
  expect(dry.stderr).toMatch(/only expired review apps are removed/);
  const all = await appsInCloud(rig);

  const reaped = await rig.run('review', 'reap', '--local');
  expect([reaped.code, reaped.stdout]).toEqual([0, expect.stringMatching(/✓ review\/pr-7 removed/)]);
  expect(await appsInCloud(rig)).toEqual(all.filter((name) => name !== 'tiny-pr-7'));
  // Without any deployment there is nothing that expires: it goes when somebody asks for it.
  expect((await rig.run('review', 'close', '8', '--local')).code).toBe(0);
  expect(await appsInCloud(rig)).not.toContain('tiny-pr-8');
});

test('what may not have a review app is refused before anything is sent', async () => {
  await using rig = await projectRig(reviewProject());
  const pull = (change: object): string => {
    const head = { sha: 'b'.repeat(40), ref: 'topic', repo: { full_name: 'octo/tiny' } };
    const event = {
      action: 'opened',
      pull_request: { number: 42, user: { login: 'mona' }, head, ...change },
    };
    rig.write('event.json', JSON.stringify(event));
    return join(rig.dir, 'event.json');
  };
  const job = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'octo/tiny',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_REF: 'refs/pull/42/merge',
    // Nothing listens there: whoever asks it anything fails.
    GITHUB_API_URL: 'http://127.0.0.1:1',
  };
  const head = { sha: 'b'.repeat(40), ref: 'topic', repo: { full_name: 'somebody/tiny' } };
  for (const [why, change] of [
    [/comes from a fork \(somebody\/tiny\)/, { head }],
    [/Dependabot/, { user: { login: 'dependabot[bot]' } }],
    [/is about pull request 41/, { number: 41 }],
  ] as const) {
    const refused = await rig.runWith({ ...job, GITHUB_EVENT_PATH: pull(change) }, 'review', 'open', '42');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringMatching(why)]);
    expect(refused.stderr).toMatch(/GITHUB_EVENT_MISMATCH/);
  }
  const typed = await rig.run('review', 'open', 'latest');
  expect([typed.code, typed.stderr]).toEqual([2, expect.stringMatching(/REVIEW_UNKNOWN/)]);
});

/** A repository on the local GitHub with the main branch of the rig; calls of its API by the cloud's own token. */
async function repositoryOf(
  rig: ProjectRig,
  name: string,
): Promise<(method: string, path: string, body?: object) => Promise<unknown>> {
  const cloud = await cloudOf(rig);
  await callCloud(cloud, cloud.token, 'POST', '/api/v3/user/repos', { name });
  const url = `http://x-access-token:${cloud.token}@127.0.0.1:${cloud.apiPort}/glidepath/${name}.git`;
  await rig.git('remote', 'add', 'origin', url);
  await rig.git('push', '--quiet', 'origin', 'main');
  return async (method, path, body) =>
    callCloud(cloud, cloud.token, method, `/api/v3/repos/glidepath/${name}${path}`, body);
}

/** Pushes a commit on a branch of its own, and opens a pull request from it; returns its number. */
async function pullRequestFrom(
  rig: ProjectRig,
  github: (method: string, path: string, body?: object) => Promise<unknown>,
  branch: string,
): Promise<number> {
  await rig.git('switch', '--quiet', '--create', branch, 'main');
  rig.write(`${branch}.txt`, branch);
  await rig.commit(branch);
  await rig.git('push', '--quiet', 'origin', branch);
  await rig.git('switch', '--quiet', 'main');
  const made = await github('POST', '/pulls', { title: branch, head: branch, base: 'main' });
  return (made as { number: number }).number;
}

test('where GitHub can be asked, the head is its word, and reap goes by what has become of each pull request', async () => {
  const files = reviewProject();
  const config = (files['glidepath.config.ts'] ?? '').replace(
    "name: 'tiny',",
    "name: 'tiny',\n  github: { repository: 'glidepath/tiny', workflows: false },",
  );
  await using rig = await projectRig({ ...files, 'glidepath.config.ts': config });
  await rig.cloudUp();
  const github = await repositoryOf(rig, 'tiny');
  const [merged, open, closed] = [
    await pullRequestFrom(rig, github, 'one'),
    await pullRequestFrom(rig, github, 'two'),
    await pullRequestFrom(rig, github, 'three'),
  ];
  for (const number of [merged, open, closed]) {
    const { code, stdout } = await rig.run('review', 'open', String(number), '--local');
    expect([code, stdout]).toEqual([0, expect.stringContaining(`to review/pr-${number}`)]);
  }
  const head = (await rig.git('rev-parse', 'two')).trim();
  const { reviewApps } = await list(rig);
  expect(reviewApps.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
  expect(reviewApps[1]?.release).toContain(head.slice(0, 7));

  await github('PUT', `/pulls/${merged}/merge`, {});
  await github('PATCH', `/pulls/${closed}`, { state: 'closed' });
  // There never was such a pull request: somebody opened an app by hand, or the repository was made anew.
  await makeApp(rig, 'tiny-pr-77', null);
  const over = await rig.run('review', 'open', String(closed), '--local');
  expect([over.code, over.stderr]).toEqual([2, expect.stringMatching(/REVIEW_UNKNOWN/)]);
  expect((await rig.run('review', 'open', '78', '--local')).stderr).toMatch(/has no pull request 78/);

  const reaped = await rig.run('review', 'reap', '--local');
  expect([reaped.code, withoutProgress(reaped.stderr)]).toEqual([0, '']);
  expect(reaped.stdout).toMatch(new RegExp(`review/pr-${merged} removed: its pull request is merged`));
  expect(reaped.stdout).toMatch(new RegExp(`review/pr-${closed} removed: its pull request is closed`));
  expect(reaped.stdout).toMatch(/review\/pr-77 removed: there is no such pull request/);
  expect(reaped.stdout).toMatch(new RegExp(`review/pr-${open} stays: its pull request is open`));
  expect(await appsInCloud(rig)).toEqual([`tiny-pr-${open}`]);
});
