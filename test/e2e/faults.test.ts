import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clearFaults, setFault } from '../../src/cloud/control/client.ts';
import { parseFault } from '../../src/cloud/faults/parse-fault.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { cloudOf } from '../support/rig-cloud.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

/**
 * One deployment for each thing that can go wrong on the platform. It ends in one of two states, the new release
 * everywhere or the one before everywhere, both serving and with nothing left behind; or it says what is left.
 */

interface Machine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  readonly digest: string;
  readonly release: string;
  readonly healthy: boolean;
  readonly cordoned: boolean;
  readonly reachable: boolean;
}

interface Seen {
  readonly live: string | null;
  /** In the order in which a deployment comes to them. */
  readonly machines: readonly Machine[];
  readonly url: string | null;
}

interface Status {
  readonly environments: readonly {
    readonly live: { readonly release: string } | null;
    readonly apps: readonly { readonly url: string | null; readonly machines: readonly Machine[] | null }[];
  }[];
}

const APP = 'tiny-staging';
const UPDATES = `/v1/apps/${APP}/machines/*`;
/** What crashed over and over is started again later and later. */
const AGAIN_WITHIN_MS = 60_000;
const BLUEGREEN = "strategy: 'bluegreen',";
const CANARY = "strategy: 'canary', canary: { bake: '4s' },";

// One cloud for the file: each test begins with the release that the one before left serving everywhere.
let rig: ProjectRig;
let releases = 0;

beforeAll(async () => {
  rig = await projectRig(tinyProject());
  await rig.cloudUp();
  expect((await deploys()).code).toBe(0);
});

afterEach(async () => clearFaults(await cloudOf(rig)));

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function seen(): Promise<Seen> {
  const [found] = (await rig.json<Status>('status', 'staging', '--local')).environments;
  const [app] = found?.apps ?? [];
  const machines = (app?.machines ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { live: found?.live?.release ?? null, machines, url: app?.url ?? null };
}

/** Commits another release with these properties of the app; returns what serves before it is deployed. */
async function nextRelease(app = '', healthWithin?: string): Promise<Seen> {
  releases += 1;
  rig.write('server.mjs', `${GOOD_SERVER}\n// ${releases}`);
  rig.write('glidepath.config.ts', tinyConfig({ app, healthWithin }));
  await rig.commit(`Release ${releases}`);
  const before = await seen();
  expect(before.machines).toHaveLength(2);
  if (isServing(before)) return before;
  // What a test before left half done is none of this one's.
  expect((await deploys()).code).toBe(0);
  return nextRelease(app, healthWithin);
}

/** Switches one on, in the words of `cloud fault`. */
async function fault(...words: string[]): Promise<void> {
  const parsed = parseFault(words);
  if ('code' in parsed) throw new Error(parsed.message);
  await setFault(await cloudOf(rig), parsed);
}

async function deploys(): Promise<CliResult> {
  return rig.run('deploy', 'staging', '--local');
}

function isServing({ live, machines }: Seen): boolean {
  return machines.every(
    ({ state, healthy, cordoned, release }) =>
      state === 'started' && healthy && !cordoned && release === live,
  );
}

/** Every machine runs one release and serves it, by itself within a moment once nothing is wrong any more. */
async function oneReleaseServes(): Promise<Seen> {
  await clearFaults(await cloudOf(rig));
  let now = await seen();
  await until(async () => isServing((now = await seen())), 'one release to serve', AGAIN_WITHIN_MS).catch(
    () => {
      throw new Error(`not one release serves: ${JSON.stringify(now, null, 1)}`);
    },
  );
  expect(await (await fetch(now.url ?? '')).text()).toContain(String(now.live));
  return now;
}

/** The deployment met the fault and went on: the new release serves everywhere, on as many machines. */
async function expectNewRelease(before: Seen): Promise<CliResult> {
  const result = await deploys();
  expect(result.code, result.stdout + result.stderr).toBe(0);
  const after = await oneReleaseServes();
  expect(after.live).not.toBe(before.live);
  expect(after.machines).toHaveLength(before.machines.length);
  return result;
}

/** The deployment failed as stated, and what served before serves again. */
async function expectPutBack(before: Seen, says: RegExp, code = 1): Promise<CliResult> {
  const result = await deploys();
  expect(result.stdout + result.stderr).toMatch(says);
  expect(result.code).toBe(code);
  expect(result.stdout + result.stderr).not.toContain('NOT restored');
  const after = await oneReleaseServes();
  expect(after.live).toBe(before.live);
  expect(after.machines.map(({ digest }) => digest)).toEqual(before.machines.map(({ digest }) => digest));
  return result;
}

describe('a deployment goes on through', () => {
  test.each<[string, string[], string?]>([
    ['an error that passes', ['error', 'POST', UPDATES, 'status=503', 'times=2']],
    ['a slow platform', ['delay', '*', `/v1/apps/${APP}/machines/**`, 'delay=500ms', 'times=12']],
    ['an answer that is lost after the work was done', ['lost-answer', 'POST', UPDATES, 'times=1']],
    [
      'a creation whose answer is lost, without a second machine',
      ['lost-answer', 'POST', '/v1/apps/*/machines', 'times=1'],
      BLUEGREEN,
    ],
    ['a rate limit', ['rate-limit', '*', `/v1/apps/${APP}/machines/**`, 'times=4']],
    ['a boot that takes longer', ['slow-boot', APP, 'delay=1s']],
    ['a full region, where it needs nothing new', ['no-capacity', 'iad']],
  ])('%s', async (_, words, app) => {
    const before = await nextRelease(app);
    await fault(...words);
    await expectNewRelease(before);
  });
});

describe('a deployment is put back, and says why, when', () => {
  test.each<[string, string[], RegExp, string?]>([
    ['the platform refuses every update', ['error', 'POST', UPDATES, 'status=500'], /PROVIDER_UNREACHABLE/],
    [
      'a machine fails to boot',
      ['boot-failure', APP, 'times=1'],
      /went into the state failed[\s\S]*DEPLOY_EXITED/,
    ],
    [
      'somebody else takes the lease',
      ['lease-stolen', APP, 'delay=2s', 'times=1'],
      /held by somebody-else[\s\S]*PROVIDER_CONFLICT/,
    ],
    [
      'the region has no room for another machine',
      ['no-capacity', 'iad'],
      /a new machine of app tiny-staging in iad: [\s\S]*choose another region or a smaller machine[\s\S]*PROVIDER_QUOTA/,
      BLUEGREEN,
    ],
    [
      'the registry loses the image before it is run',
      ['error', 'HEAD', `/v2/${APP}/manifests/*`, 'status=404'],
      /is not in the registry[\s\S]*DEPLOY_IMAGE_MISSING/,
    ],
  ])('%s', async (_, words, says, app) => {
    const before = await nextRelease(app);
    await fault(...words);
    await expectPutBack(before, says);
  });

  test.each<[string, string, string[], RegExp, string?]>([
    ['crashes at every start', 'crash', [], /exited with code 1[\s\S]*DEPLOY_EXITED/],
    ['never passes its check', 'unhealthy', [], /did not pass its health check[\s\S]*DEPLOY_UNHEALTHY/],
    ['passes its check now and then', 'flapping', ['delay=2s'], /DEPLOY_CANARY_FAILED/, CANARY],
  ])('one machine %s', async (_, kind, settings, says, app) => {
    const before = await nextRelease(app, ...(kind === 'unhealthy' ? ['5s'] : []));
    await fault(kind, before.machines[0]?.id ?? '', ...settings);
    // Seen well a moment ago, it would have to be well again when it is put back.
    if (kind === 'unhealthy')
      await until(async () => !isServing(await seen()), 'its check to fail', AGAIN_WITHIN_MS);
    await expectPutBack(before, says);
  });
});

describe('a deployment says what it cannot settle by itself', () => {
  test('the image that runs is gone: nothing is changed, and the mend is named', async () => {
    const before = await nextRelease();
    await fault('image-gone', `${APP}@${before.machines[0]?.digest}`);
    const { stdout } = await expectPutBack(before, /DEPLOY_NO_WAY_BACK/, 4);
    expect(stdout).toMatch(/the image of web \(sha256:\w+\) is gone from the registry/);
    expect(stdout).toMatch(/glidepath deploy staging --ref \w{7} --local/);
  });

  test('no machine can be started any more: each that is not back is named, and the next deployment mends it', async () => {
    const before = await nextRelease();
    await fault('boot-failure', APP);
    const { code, stdout } = await deploys();
    expect(code).toBe(1);
    expect(stdout).toContain('NOT restored: deploy:web');
    const broken = (await seen()).machines.filter(({ state }) => state !== 'started');
    expect(broken).toHaveLength(1);
    expect(stdout).toContain(`machine ${broken[0]?.id} in iad is not back on`);
    expect(stdout).toContain(`fly machine update ${broken[0]?.id} -a ${APP} --image`);
    await clearFaults(await cloudOf(rig));
    await expectNewRelease(before);
  });

  test('a host is lost: another machine serves, and the one left there goes with the next deployment', async () => {
    const before = await nextRelease();
    const lost = before.machines[0]?.id ?? '';
    await fault('host-unreachable', lost);
    const { code, stdout, stderr } = await deploys();
    expect(code, stdout + stderr).toBe(0);
    const byHand = `fly machine destroy --force ${lost} -a ${APP}`;
    expect(stdout).toMatch(
      new RegExp(`! web: machine ${lost} in iad is left with ${before.live}.*${byHand}`),
    );
    const { live, machines } = await seen();
    expect(machines.filter(({ reachable }) => reachable).map(({ release }) => release)).toEqual([live, live]);
    const status = (await rig.run('status', 'staging', '--local')).stdout;
    expect(status).toContain(
      `machine ${lost} is on a host in iad that Fly cannot reach; it serves no traffic`,
    );
    const emergency = (await rig.run('status', 'staging', '--emergency', '--local')).stdout;
    expect(emergency).toContain(`fly machine destroy --force ${lost} --app ${APP}`);
    expect(emergency).not.toContain(`fly machine update ${lost}`);
    // As whoever plays with it does.
    expect((await rig.run('cloud', 'fault', 'clear')).code).toBe(0);
    await deploys();
    expect((await oneReleaseServes()).machines).toHaveLength(2);
  });
});
