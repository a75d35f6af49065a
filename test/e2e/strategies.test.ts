import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { startLoad } from '../support/steady-load.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

/** Like the good server, but every second answer that is no health check is an error. */
const FLAKY_SERVER = GOOD_SERVER.replace(
  '  response.end([',
  '  if ((globalThis.answered = (globalThis.answered ?? 0) + 1) % 2 === 0) response.statusCode = 500;\n  response.end([',
);
const UNHEALTHY_SERVER = GOOD_SERVER.replace(
  "void response.end('ok')",
  "void response.writeHead(500).end('broken')",
);
/** Judged by its answers, not by how quick they are: this computer may be busy with other tests. */
const CANARY = "strategy: 'canary', canary: { bake: '3s', minRequests: 20, maxLatencyRatio: 1000 },";

interface Status {
  readonly environments: readonly {
    readonly live: { readonly release: string } | null;
    readonly apps: readonly {
      readonly url: string | null;
      readonly machines: readonly { readonly id: string; readonly state: string; readonly release: string }[];
    }[];
  }[];
}

async function webOf(rig: ProjectRig) {
  const [staging] = (await rig.json<Status>('status', 'staging', '--local')).environments;
  const app = staging?.apps[0];
  return { release: staging?.live?.release, url: app?.url ?? '', machines: app?.machines ?? [] };
}

/** A project whose app is deployed once, with its strategy. */
async function deployed(app: string, machines: number): Promise<ProjectRig> {
  const rig = await projectRig(tinyProject({ app, machines }));
  await rig.cloudUp();
  const { code, stdout, stderr } = await rig.run('deploy', 'staging', '--local');
  if (code !== 0) throw new Error(stdout + stderr);
  return rig;
}

/** Deploys the next commit while requests are sent. */
async function deployUnderLoad(rig: ProjectRig, server: string) {
  const before = await webOf(rig);
  rig.write('server.mjs', server);
  await rig.commit('Next');
  const load = startLoad(before.url, 50);
  await load.answered(1);
  const result = await rig.run('deploy', 'staging', '--local');
  return { before, after: await webOf(rig), result, load: await load.end() };
}

describe('the strategy that is written', () => {
  test.each([
    ['bluegreen', "strategy: 'bluegreen',", 2],
    ['canary', CANARY, 2],
    ['rolling', '', 1],
  ] as const)('%s brings the next release without one failed request', async (strategy, app, machines) => {
    await using rig = await deployed(app, machines);
    const { before, after, result, load } = await deployUnderLoad(rig, `${GOOD_SERVER}\n// second`);
    expect([result.code, load.failed]).toEqual([0, []]);
    expect(load.sent).toBeGreaterThan(50);
    expect(after.machines.map(({ state, release }) => [state, release])).toEqual(
      Array.from({ length: machines }, () => ['started', after.release]),
    );
    expect(after.release).not.toBe(before.release);
    const kept = after.machines.filter(({ id }) => before.machines.some((old) => old.id === id)).length;
    expect(kept).toBe(strategy === 'canary' ? 2 : 0);
  });

  test('canary is not waited for on the way back, to a release that has served before', async () => {
    await using rig = await deployed("strategy: 'canary', canary: { bake: '2s', maxLatencyRatio: 1000 },", 2);
    const before = await webOf(rig);
    const { result } = await deployUnderLoad(rig, `${GOOD_SERVER}\n// second`);
    expect(result.code).toBe(0);
    const back = await rig.run('rollback', 'staging', '--local', '--verbose');
    expect([back.code, /as the canary/.test(back.stdout)]).toEqual([0, false]);
    expect((await webOf(rig)).machines.map(({ release }) => release)).toEqual([
      before.release,
      before.release,
    ]);
  });

  test('canary stops a release whose answers fail, with the figures, and puts the one before back', async () => {
    await using rig = await deployed(CANARY, 2);
    const { before, after, result } = await deployUnderLoad(rig, FLAKY_SERVER);
    const text = result.stdout + result.stderr;
    expect(result.code).toBe(1);
    expect(text).toMatch(/DEPLOY_CANARY_FAILED/);
    expect(text).toMatch(/\d+ of \d+ answers \([\d.]+ %\) failed, 0 of \d+ answers/);
    expect(after.release).toBe(before.release);
    expect(after.machines.map(({ id, release }) => [id, release])).toEqual(
      before.machines.map(({ id, release }) => [id, release]),
    );
  });

  test('bluegreen never routes to a release that does not become healthy', async () => {
    const app = "strategy: 'bluegreen',";
    await using rig = await deployed(app, 2);
    rig.write('glidepath.config.ts', tinyConfig({ app, machines: 2, healthWithin: '2s' }));
    const { before, after, result, load } = await deployUnderLoad(rig, UNHEALTHY_SERVER);
    expect(result.code).toBe(1);
    expect(result.stdout + result.stderr).toMatch(/DEPLOY_UNHEALTHY/);
    expect(load.failed).toEqual([]);
    expect(after.machines).toEqual(before.machines);
  });
});
