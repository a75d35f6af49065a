import { describe, expect, test } from 'vitest';
import { organizationToken } from '../../src/cloud/control/client.ts';
import { callCloud as call, cloudOf, loseImage } from '../support/rig-cloud.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

const APP = 'tiny-staging';

interface Problem {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly diagnostics: readonly {
      readonly code: string;
      readonly message: string;
      readonly path?: string;
    }[];
  };
}

/** Deploys as against the real platform, whose address is the local one's, with a token from the environment. */
async function deployWith(rig: ProjectRig, token: string): Promise<CliResult> {
  return runWith(rig, token, 'deploy', 'staging', '--json');
}

async function runWith(rig: ProjectRig, token: string, ...args: string[]): Promise<CliResult> {
  const cloud = await cloudOf(rig);
  const host = `127.0.0.1:${cloud.apiPort}`;
  const env = {
    FLY_FLAPS_BASE_URL: `http://${host}`,
    FLY_API_BASE_URL: `http://${host}`,
    FLY_REGISTRY_HOST: host,
    FLY_API_TOKEN_STAGING: token,
  };
  return rig.runWith(env, ...args);
}

function problemOf(result: CliResult): Problem['error'] {
  return (JSON.parse(result.stdout) as Problem).error;
}

/** Ids and versions of what runs, to show that nothing was changed. */
async function machines(rig: ProjectRig): Promise<string[]> {
  const cloud = await cloudOf(rig);
  const all = (await call(cloud, cloud.token, 'GET', `/v1/apps/${APP}/machines`)) as {
    id: string;
    instance_id: string;
  }[];
  return all.map(({ id, instance_id }) => `${id}@${instance_id}`).toSorted();
}

const noRuns = async (rig: ProjectRig): Promise<unknown> => rig.json('runs', '--local');

describe('a region, size or organization that does not exist', () => {
  test('an unknown region is named with the one that was meant, and no run starts', async () => {
    await using rig = await projectRig(tinyProject({ app: "regions: ['iad', 'iax']," }));
    rig.write('glidepath.config.ts', tinyConfig().replace('regions: { iad: 2 }', "regions: ['iad', 'sjx']"));
    await rig.cloudUp();
    const result = await rig.run('deploy', 'staging', '--local', '--json');
    expect(result.code).toBe(2);
    expect(problemOf(result)).toMatchObject({
      code: 'CONFIG_INVALID_VALUE',
      message: 'Fly has no region "sjx", where web of staging is to run.',
      hint: 'Did you mean sjc?',
      diagnostics: [{ path: 'environments.staging.regions', location: { file: 'glidepath.config.ts' } }],
    });
    expect(await noRuns(rig)).toEqual({ runs: [] });
    const planned = await rig.run('plan', 'deploy', 'staging', '--local');
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/Deploy web/);
    expect(planned.stderr).toMatch(/Fly has no region "sjx"/);
  });

  test('an unknown size is a mistake in the config, with its line', async () => {
    await using rig = await projectRig(tinyProject({ app: "vm: { size: 'shared-cpu-3x' } as never," }));
    const { code, stderr } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(2);
    expect(stderr).toMatch(/shared-cpu-3x/);
    expect(stderr).toMatch(/glidepath\.config\.ts:\d+/);
    expect(stderr).toMatch(/Did you mean shared-cpu-1x\?/);
  });
});

describe('a token without access', () => {
  test('is what status, scale and logs speak of, and not of apps that are not there', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const token = await organizationToken(await cloudOf(rig), 'acme');
    const lacking = /The token FLY_API_TOKEN_STAGING of staging lacks a right: .* It is a token of acme\./;
    const status = await runWith(rig, token, 'status', 'staging');
    expect(status.stdout).toMatch(/no release is on record here/);
    expect(status.stdout).toMatch(lacking);
    for (const args of [
      ['scale', 'staging', 'web', '--count', '2'],
      ['logs', 'staging'],
    ]) {
      const { code, stderr } = await runWith(rig, token, ...args);
      expect([args[0], code, stderr]).toEqual([args[0], 1, expect.stringMatching(lacking)]);
    }
    const without = await rig.run('status', 'staging');
    expect(without.stdout).toMatch(/The token FLY_API_TOKEN_STAGING of staging is not set[^]*--local/);
  });

  test('names itself, and the right that is missing', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const cloud = await cloudOf(rig);
    const wrong = await deployWith(rig, 'FlyV1 fm2_nobody-knows-this-token');
    expect(wrong.code).toBe(1);
    expect(problemOf(wrong)).toMatchObject({ code: 'PROVIDER_UNAUTHORIZED' });
    expect(problemOf(wrong).message).toMatch(/does not accept the token FLY_API_TOKEN_STAGING of staging/);
    expect(problemOf(wrong).hint).toMatch(/fly tokens create org -o tiny-staging/);

    const other = await deployWith(rig, await organizationToken(cloud, 'acme'));
    expect(other.code).toBe(1);
    expect(problemOf(other).message).toBe(
      `The token FLY_API_TOKEN_STAGING of staging lacks a right: read apps of org tiny-staging and create ${APP} there. It is a token of acme.`,
    );

    const org = await organizationToken(cloud, 'tiny-staging');
    await call(cloud, org, 'POST', '/v1/apps', { app_name: 'tiny-other', org_slug: 'tiny-staging' });
    const { token } = (await call(cloud, org, 'POST', '/v1/apps/tiny-other/deploy_token', {})) as {
      token: string;
    };
    const deployToken = await deployWith(rig, token);
    expect(problemOf(deployToken).message).toMatch(
      /lacks a right: .*tiny-staging there\. It is a deploy token of tiny-other\.$/,
    );
    for (const secret of [token, org]) expect(JSON.stringify(deployToken)).not.toContain(secret);
    expect(await rig.json('runs')).toEqual({ runs: [] });
  });

  test('an app name that another organization has is told before anything is made', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const cloud = await cloudOf(rig);
    const acme = await organizationToken(cloud, 'acme');
    await call(cloud, acme, 'POST', '/v1/apps', { app_name: APP, org_slug: 'acme' });
    const result = await rig.run('deploy', 'staging', '--local', '--json');
    expect(result.code).toBe(1);
    expect(problemOf(result)).toMatchObject({
      code: 'PROVIDER_CONFLICT',
      message: `The app name ${APP} of web in staging belongs to another organization on Fly.`,
    });
    expect(problemOf(result).hint).toMatch(/platformName/);
    expect(await noRuns(rig)).toEqual({ runs: [] });
  });
});

describe('a volume that cannot be as written', () => {
  test('in another region, or larger than written, is told before anything is changed', async () => {
    const volume = (size: string): string => `volume: { name: 'data', path: '/data', size: '${size}' },`;
    await using rig = await projectRig(tinyProject({ app: volume('1gb') }));
    await rig.cloudUp();
    const cloud = await cloudOf(rig);
    const org = await organizationToken(cloud, 'tiny-staging');
    await call(cloud, org, 'POST', '/v1/apps', { app_name: APP, org_slug: 'tiny-staging' });
    const made = (await call(cloud, org, 'POST', `/v1/apps/${APP}/volumes`, {
      name: 'data',
      region: 'fra',
      size_gb: 1,
    })) as { id: string };
    const elsewhere = await rig.run('deploy', 'staging', '--local', '--json');
    expect(elsewhere.code).toBe(2);
    expect(problemOf(elsewhere).message).toMatch(
      new RegExp(`The volume data of web is in fra \\(${made.id}, 1 GB\\) and the config says iad`),
    );
    expect(problemOf(elsewhere).hint).toMatch(`fly volumes fork ${made.id} --region iad -a ${APP}`);

    await call(cloud, org, 'POST', `/v1/apps/${APP}/volumes`, { name: 'data', region: 'iad', size_gb: 3 });
    rig.write('glidepath.config.ts', tinyConfig({ app: volume('2gb') }));
    const smaller = await rig.run('deploy', 'staging', '--local', '--json');
    expect(smaller.code).toBe(2);
    expect(problemOf(smaller)).toMatchObject({
      code: 'CONFIG_INVALID_VALUE',
      hint: "Write the size that it has: volume: { size: '3gb' }",
    });
    expect(problemOf(smaller).message).toMatch(
      /has 3 GB and the config says 2 GB: Fly cannot make a volume smaller/,
    );
    expect(await noRuns(rig)).toEqual({ runs: [] });
  });
});

/** An app whose image is another one each time it is built. */
const UNREPEATABLE = `stack: generic({ build: ['date +%s%N > stamp'], include: ['server.mjs', 'stamp'] }),`;

async function liveDigest(rig: ProjectRig): Promise<string> {
  const { releases } = await rig.json<{ releases: { release: { digests: { web: string } } }[] }>(
    'releases',
    'staging',
    '--local',
  );
  return releases[0]?.release.digests.web ?? '';
}

test('an image that is gone from the registry is told before any machine is touched', async () => {
  await using rig = await projectRig(tinyProject({ machines: 1 }));
  rig.write(
    'glidepath.config.ts',
    tinyConfig({ machines: 1 }).replace(/stack: generic\(.*\),/, UNREPEATABLE),
  );
  await rig.commit('Stamped');
  await rig.cloudUp();
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  const first = await liveDigest(rig);
  rig.write('server.mjs', `${GOOD_SERVER}\n// newer`);
  await rig.commit('Newer');
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  const before = await machines(rig);
  await loseImage(rig, APP, first);
  const result = await rig.run('rollback', 'staging', '--local');
  expect(result.code).toBe(1);
  expect(result.stdout).toMatch(/DEPLOY_IMAGE_MISSING/);
  expect(result.stdout).toMatch(/is gone from the registry, and rebuilding its commit gives different bytes/);
  expect(result.stdout).toMatch(/glidepath deploy staging --ref [0-9a-f]{7} --local/);
  expect(await machines(rig)).toEqual(before);
});

const REDIRECTING = GOOD_SERVER.replace(
  "if (request.url === '/health')",
  "if (request.url === '/') return void response.writeHead(302, { location: '/login' }).end('Found. Redirecting to /login');\n  if (request.url === '/health')",
);

describe('a health path that redirects', () => {
  const atRoot = (machines: number): string =>
    tinyConfig({ machines }).replace(
      /health: \{.*\},/,
      "health: { path: '/', interval: '1s', within: '10m', gracePeriod: '1s' },",
    );

  test('in what runs is refused before anything is changed, with where it leads', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1, server: REDIRECTING }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const before = await machines(rig);
    rig.write('glidepath.config.ts', atRoot(1));
    await rig.commit('Another path');
    const result = await rig.run('deploy', 'staging', '--local');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(
      /The health path \/ of web in staging redirects to \/login in what runs now[\s\S]*CONFIG_INVALID_VALUE/,
    );
    expect(await machines(rig)).toEqual(before);
  });

  test('in a first release ends the deployment at once, says where it leads, and leaves no machine', async () => {
    await using rig = await projectRig({
      ...tinyProject({ machines: 1, server: REDIRECTING }),
      'glidepath.config.ts': atRoot(1),
    });
    await rig.cloudUp();
    const result = await rig.run('deploy', 'staging', '--local');
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/redirects to \/login \(HTTP 302\); Fly does not follow redirects/);
    // It did not sit out its ten minutes: this test would have ended before.
    expect(await machines(rig)).toEqual([]);
  });
});
