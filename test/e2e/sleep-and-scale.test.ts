import { describe, expect, test, vi } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { Gate } from '../support/gate.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

interface Machine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  readonly memoryMb: number;
  readonly rest: { readonly by: string } | null;
  readonly wake: { readonly at: number; readonly bootMs: number } | null;
  readonly coldStartMs: number | null;
}

interface AppStatus {
  readonly url: string | null;
  readonly machines: readonly Machine[] | null;
  readonly drift: {
    readonly differences: readonly { readonly words: { readonly written: string; readonly there: string } }[];
    readonly scaled: { readonly by: string; readonly run: string } | null;
    readonly toWrite: readonly string[];
  } | null;
}

async function appOf(rig: ProjectRig, environment = 'staging'): Promise<AppStatus> {
  const status = await rig.json<{ environments: { apps: AppStatus[] }[] }>('status', environment, '--local');
  return status.environments[0]?.apps[0] ?? { url: null, machines: null, drift: null };
}

async function states(rig: ProjectRig, environment = 'staging'): Promise<string[]> {
  return ((await appOf(rig, environment)).machines ?? []).map((machine) => machine.state).toSorted();
}

/** Waits until the machines of an environment are in these states. Asks the cloud: a command at each look would keep a core busy. */
async function rest(rig: ProjectRig, wanted: string, environment = 'staging'): Promise<void> {
  const cloud = await cloudOf(rig);
  const look = async (): Promise<void> => {
    const path = `/v1/apps/tiny-${environment}/machines`;
    const machines = (await callCloud(cloud, cloud.token, 'GET', path)) as { state: string }[];
    expect(machines.map(({ state }) => state).toSorted()).toEqual(wanted.split(','));
  };
  // Slower than the platform allows to be asked.
  await vi.waitFor(look, { timeout: 60_000, interval: 300 });
  expect((await states(rig, environment)).join()).toBe(wanted);
}

/** Longer than a deployment needs to see a new machine healthy, also on a busy computer: idle ones are stopped then. */
const IDLE = '2s';

/** Answers `/hold` only after a minute. */
const HOLDING_SERVER = GOOD_SERVER.replace(
  "  if (request.url === '/health')",
  "  if (request.url === '/hold') return void setTimeout(() => response.end('late'), 60_000).unref();\n  if (request.url === '/health')",
);

/** Machines that may sleep, and a cloud that looks for idle ones several times a second. */
async function sleepyRig(sleep: string, machines: number): Promise<ProjectRig> {
  const config = tinyConfig({ machines }).replaceAll("sleep: 'never',", sleep);
  const rig = await projectRig({
    ...tinyProject({ server: HOLDING_SERVER }),
    'glidepath.config.ts': config,
  });
  await rig.cloudUp('--idle', IDLE);
  return rig;
}

describe('a machine of staging', () => {
  test.each([
    ["sleep: 'when-idle',", 'stopped', /asleep .*stopped (just now|.* ago), wakes on the next request/],
    ["sleep: 'suspend',", 'suspended', /suspended .*suspended (just now|.* ago), wakes on the next request/],
  ])('with %s is %s when it idles, and the first request wakes it', async (sleep, state, shown) => {
    await using rig = await sleepyRig(sleep, 1);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    await rest(rig, state);
    expect((await rig.run('status', 'staging', '--local')).stdout).toMatch(shown);
    const asleep = await appOf(rig);
    expect(asleep.machines?.[0]?.rest?.by).toBe('proxy');
    // A request that is under way keeps the machine up while it is looked at.
    const held = new AbortController();
    const answer = fetch(`${asleep.url}/hold`, { signal: held.signal }).catch(() => null);
    await rest(rig, 'started');
    await until(async () => ((await appOf(rig)).machines?.[0]?.coldStartMs ?? 0) > 0, 'the cold start');
    expect((await rig.run('status', 'staging', '--local')).stdout).toMatch(
      /woke in \d+\.\d\d s at \d\d:\d\d/,
    );
    held.abort();
    await answer;
  });

  test('that sleeps is woken by health, which measures the cold start', async () => {
    await using rig = await sleepyRig("sleep: 'when-idle',", 1);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    await rest(rig, 'stopped');
    const { isHealthy, health } = await rig.json<{
      isHealthy: boolean;
      health: { before: object; answer: { status: number }; coldStartMs: number; wake: object | null }[];
    }>('health', 'staging', '--local');
    expect(isHealthy).toBe(true);
    expect(health).toMatchObject([
      { before: { awake: 0, asleep: 1, other: 0 }, answer: { status: 200 }, coldStartMs: expect.any(Number) },
    ]);
    expect(health[0]?.coldStartMs).toBeGreaterThan(0);
    const nothing = await rig.run('health', 'production', '--local');
    expect(nothing.code).toBe(1);
    expect(nothing.stdout).toMatch(/no machine[\s\S]*glidepath deploy production --local/);
  });

  test('stays awake where it is the least that must run in the primary region', async () => {
    const config = tinyConfig({ machines: 2 }).replace(
      "sleep: 'never',",
      "sleep: 'when-idle', minMachinesRunning: 1,",
    );
    await using rig = await projectRig({
      ...tinyProject(),
      'glidepath.config.ts': config.replace("sleep: 'never',", "sleep: 'when-idle',"),
    });
    await rig.cloudUp('--idle', IDLE);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    await rest(rig, 'started,stopped');
    expect((await rig.run('deploy', 'production', '--local')).code).toBe(0);
    // Machines that may all sleep, and that were idle for less long, are all asleep by then.
    await rest(rig, 'stopped,stopped', 'production');
    expect(await states(rig)).toEqual(['started', 'stopped']);
  });
});

describe('glidepath scale', () => {
  test('changes counts and size at once, is shown as drift, and ends with the next deployment', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    const scaled = await rig.run(
      'scale',
      'staging',
      'web',
      '--count',
      'iad=2',
      'sjc=1',
      '--memory',
      '512mb',
      '--local',
    );
    expect(scaled.code).toBe(0);
    expect(scaled.stdout).toContain('apps: { web: { regions: { iad: 2, sjc: 1 }, vm: {');
    const { machines, drift } = await appOf(rig);
    expect(machines?.map(({ region, memoryMb }) => `${region} ${memoryMb}`).toSorted()).toEqual([
      'iad 512',
      'iad 512',
      'sjc 512',
    ]);
    expect(drift?.differences.map(({ words }) => `${words.written} · ${words.there}`)).toEqual([
      'iad 1 · iad 2',
      'sjc 0 · sjc 1',
      'shared-cpu-1x 256 MB · shared-cpu-1x 512 MB on 3 machines',
    ]);
    expect(drift?.scaled?.by).toMatch(/@/);
    const shown = (await rig.run('status', 'staging', '--local')).stdout;
    expect(shown).toMatch(/written: iad 1 {2}· {2}there: iad 2/);
    expect(shown).toMatch(/scaled by hand (just now|.* ago) by .*, run-/);
    const planned = await rig.run('plan', 'deploy', 'staging', '--local');
    expect(planned.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'web is brought back to the config: iad 2 now, iad 1 written',
    );
    const deployed = await rig.run('deploy', 'staging', '--local');
    expect(deployed.code).toBe(0);
    expect(deployed.stderr).toContain('web is brought back to the config: iad 2 now, iad 1 written');
    const after = await appOf(rig);
    expect(after.machines?.map(({ region, memoryMb }) => `${region} ${memoryMb}`)).toEqual(['iad 256']);
    expect(after.drift).toBeNull();
  });

  test('waits for the deployment that holds the environment, and is undone when it fails', async () => {
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    rig.write('server.mjs', gate.server());
    await rig.commit('Second');
    const deploying = rig.start('deploy', 'staging', '--local', '--verbose');
    await deploying.printed(/started run-/);
    const scaling = rig.start('scale', 'staging', 'web', '--count', '2', '--local');
    await scaling.printed(/queued behind run-\w+ \(deploy/);
    gate.open();
    expect((await deploying.result).code).toBe(0);
    expect((await scaling.result).code).toBe(0);
    expect(await states(rig)).toEqual(['started', 'started']);
    await rig.run('cloud', 'fault', 'boot-failure', 'staging/web');
    const failed = await rig.run('scale', 'staging', 'web', '--count', '4', '--local');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('all its changes were undone');
    expect(await states(rig)).toEqual(['started', 'started']);
  });

  test('finds every mistake before anything is changed', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    const early = await rig.run('scale', 'staging', 'web', '--count', '2', '--local');
    expect([early.code, early.stderr]).toEqual([
      2,
      expect.stringContaining('glidepath deploy staging --local'),
    ]);
    await rig.run('deploy', 'staging', '--local');
    const cases: [string[], RegExp][] = [
      [['prodution', 'web', '--count', '2'], /Did you mean production/],
      [['staging', 'wbe', '--count', '2'], /Did you mean web/],
      [['staging', 'web', '--count', 'iat=2'], /no region "iat"[\s\S]*Did you mean iad/],
      [['staging', 'web', '--vm', 'shared-cpu-1'], /Did you mean shared-cpu-1x/],
      [['staging', 'web', '--memory', '3gb'], /From 256 to 2048 MB/],
      [['staging', 'web', '--count', 'iad=0'], /--count iad=0 --yes --local/],
      [['staging', 'web'], /Nothing to change/],
    ];
    for (const [args, expected] of cases) {
      const { code, stderr } = await rig.run('scale', ...args, '--local');
      expect([args.join(' '), code]).toEqual([args.join(' '), 2]);
      expect(stderr).toMatch(expected);
    }
    const same = await rig.run('scale', 'staging', 'web', '--count', '1', '--local');
    expect([same.code, same.stdout]).toEqual([0, 'web is already at iad 1. Nothing to do.\n']);
    expect((await rig.run('runs', '--local')).stdout).not.toMatch(/scale/);
    expect((await rig.run('scale', 'staging', 'web', '--count', '0', '--yes', '--local')).code).toBe(0);
    expect(await states(rig)).toEqual([]);
    expect((await rig.run('status', 'staging', '--local')).stdout).toMatch(/no machine/);
  });
});

test('two versions that a failed deployment left behind are said loudly, with both ways out', async () => {
  await using rig = await projectRig(tinyProject({ production: "rollback: 'manual'," }));
  await rig.cloudUp();
  expect((await rig.run('deploy', 'production', '--local')).code).toBe(0);
  rig.write('glidepath.config.ts', tinyConfig({ production: "rollback: 'manual',", healthWithin: '2s' }));
  rig.write(
    'server.mjs',
    GOOD_SERVER.replace("void response.end('ok')", 'void response.writeHead(500).end()'),
  );
  await rig.commit('Bad');
  expect((await rig.run('deploy', 'production', '--local')).code).toBe(1);
  const { stdout } = await rig.run('status', 'production', '--local');
  expect(stdout).toMatch(/✗ web runs 2 versions at once: r-\w+-\w+ on machine \w+, r-\w+-\w+ on machine \w+/);
  expect(stdout).toContain('glidepath deploy production --local, or glidepath rollback production --local');
  expect(stdout).toMatch(/there: machine \w+ cordoned/);
});

describe('glidepath cloud', () => {
  test('strikes apps by the names of the config, and refuses names that mean nothing', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    const both = await rig.run('cloud', 'fault', 'slow-boot', 'web', 'delay=10ms');
    expect(both.stdout).toMatch(/of tiny-staging[\s\S]*of tiny-production/);
    const wrong = await rig.run('cloud', 'fault', 'crash', 'stagin/web');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean staging/web?')]);
  });

  test('lets names lead to apps and puts regions far away', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    const set = await rig.run('cloud', 'dns', 'www.tiny.test', '--points-to', 'staging/web');
    expect(set.stdout).toMatch(/www\.tiny\.test +cname tiny-staging\.fly\.dev/);
    expect((await rig.run('cloud', 'dns', 'www.tiny.test', '--clear')).stdout).toContain('leads nowhere');
    expect((await rig.run('cloud', 'dns', 'www.tiny.test', '--points-to', 'web')).stderr).toMatch(
      /Say which/,
    );
    expect((await rig.run('cloud', 'region', 'syd', '--latency', '30ms')).stdout).toMatch(
      /syd {2}30 ms away/,
    );
    expect((await rig.run('cloud', 'region', 'sid')).stderr).toMatch(/Did you mean/);
    expect((await rig.run('cloud', 'region', 'syd', '--latency', '0')).stdout).toMatch(/syd {2}0 ms away/);
  });

  test('does not go down under a deployment, unless it is told to', async () => {
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ machines: 1, server: gate.server() }));
    await rig.cloudUp();
    const deploying = rig.start('deploy', 'staging', '--local', '--verbose');
    await deploying.printed(/machine \w+ created/);
    const refused = await rig.run('cloud', 'down');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/CLOUD_BUSY/);
    expect(refused.stderr).toMatch(/glidepath cloud down --force/);
    gate.open();
    expect((await deploying.result).code).toBe(0);
    expect((await rig.run('cloud', 'down')).code).toBe(0);
  });
});
