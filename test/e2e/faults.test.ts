import { describe, expect, test } from 'vitest';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';

/**
 * One deployment for each thing that can go wrong on the platform. Each ends in one of two states: the new release
 * everywhere, or the one before everywhere; both serving, with nothing left behind.
 */

interface Machine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  readonly digest: string;
  readonly release: string;
  readonly healthy: boolean;
  readonly cordoned: boolean;
}

interface Seen {
  readonly live: string | null;
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

async function seen(rig: ProjectRig): Promise<Seen> {
  const [found] = (await rig.json<Status>('status', 'staging', '--local')).environments;
  const [app] = found?.apps ?? [];
  return { live: found?.live?.release ?? null, machines: app?.machines ?? [], url: app?.url ?? null };
}

/** A project whose first release serves in staging, and whose second is committed. */
async function withTwoReleases(
  options: Parameters<typeof tinyProject>[0] = {},
): Promise<{ rig: ProjectRig; before: Seen }> {
  const rig = await projectRig(tinyProject(options));
  await rig.cloudUp();
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  const before = await seen(rig);
  rig.write('server.mjs', `${GOOD_SERVER}\n// second`);
  await rig.commit('Second');
  return { rig, before };
}

async function fault(rig: ProjectRig, ...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await rig.run('cloud', 'fault', ...words);
  if (code !== 0) throw new Error(`no fault: ${stdout}${stderr}`);
}

/** Every machine runs one release and serves it; returns which. */
async function oneReleaseServes(rig: ProjectRig): Promise<{ release: string; machines: readonly Machine[] }> {
  const { live, machines, url } = await seen(rig);
  expect(machines.length).toBeGreaterThan(0);
  for (const machine of machines) {
    expect(machine, JSON.stringify(machines)).toMatchObject({
      state: 'started',
      healthy: true,
      cordoned: false,
      release: live,
    });
  }
  expect(await (await fetch(url ?? '')).text()).toContain(String(live));
  return { release: String(live), machines };
}

async function deploys(rig: ProjectRig): Promise<CliResult> {
  return rig.run('deploy', 'staging', '--local');
}

/** The deployment met the fault and went on: the new release serves everywhere, on as many machines. */
async function expectNewRelease(rig: ProjectRig, before: Seen): Promise<void> {
  const { code, stdout, stderr } = await deploys(rig);
  expect(code, stdout + stderr).toBe(0);
  const after = await oneReleaseServes(rig);
  expect(after.release).not.toBe(before.live);
  expect(after.machines).toHaveLength(before.machines.length);
}

/** The deployment failed as stated, and what served before serves again. */
async function expectPutBack(rig: ProjectRig, before: Seen, says: RegExp): Promise<void> {
  const { code, stdout, stderr } = await deploys(rig);
  expect(stdout + stderr).toMatch(says);
  expect(code).toBe(1);
  const after = await oneReleaseServes(rig);
  expect(after.release).toBe(before.live);
  expect(after.machines.map(({ digest }) => digest)).toEqual(before.machines.map(({ digest }) => digest));
}

describe('a deployment goes on through', () => {
  test.each([
    ['an error that passes', ['error', 'POST', `/v1/apps/${APP}/machines/*`, 'status=503', 'times=2']],
    ['a slow platform', ['delay', '*', `/v1/apps/${APP}/machines/**`, 'delay=700ms', 'times=12']],
    [
      'an answer that is lost after the work was done',
      ['lost-answer', 'POST', `/v1/apps/${APP}/machines/*`, 'times=1'],
    ],
    ['a rate limit', ['rate-limit', '*', `/v1/apps/${APP}/machines/**`, 'times=4']],
    ['a boot that takes longer', ['slow-boot', APP, 'delay=1s']],
  ])('%s', async (_, words) => {
    const { rig, before } = await withTwoReleases();
    await using _end = rig;
    await fault(rig, ...words);
    await expectNewRelease(rig, before);
  });

  test('a creation whose answer is lost makes no second machine', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await fault(rig, 'lost-answer', 'POST', '/v1/apps/*/machines', 'times=1');
    expect((await deploys(rig)).code).toBe(0);
    expect((await oneReleaseServes(rig)).machines).toHaveLength(2);
  });
});

describe('a deployment is put back, and says why, when', () => {
  test.each([
    [
      'the platform refuses every update',
      ['error', 'POST', `/v1/apps/${APP}/machines/*`, 'status=500', 'times=40'],
      /PROVIDER_/,
    ],
    [
      'a machine fails to boot',
      ['boot-failure', APP, 'times=1'],
      /DEPLOY_EXITED|DEPLOY_NOT_CONVERGED|DEPLOY_UNHEALTHY/,
    ],
    [
      'somebody else takes the lease',
      ['lease-stolen', APP, 'delay=2s', 'times=1'],
      /held by somebody-else[\s\S]*PROVIDER_CONFLICT/,
    ],
  ])('%s', async (_, words, says) => {
    const { rig, before } = await withTwoReleases();
    await using _end = rig;
    await fault(rig, ...words);
    await expectPutBack(rig, before, says);
  });
});
