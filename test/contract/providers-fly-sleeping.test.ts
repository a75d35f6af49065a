import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { deploymentOf } from '../support/fly-rig.ts';
import { failure, secondWork, StrategyRig, type Deployed } from '../support/strategy-rig.ts';

const SLEEPY = { regions: [{ region: 'iad', count: 2 }], sleep: 'when-idle' } as const;
const IMPATIENT = {
  path: '/health',
  intervalMs: 1_000,
  timeoutMs: 500,
  gracePeriodMs: 200,
  withinMs: 60_000,
};

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('sleeping machines', () => {
  test('get the release asleep; one in each region is woken once, out of rotation, and stopped again', async () => {
    const regions = [
      { region: 'iad', count: 2 },
      { region: 'sjc', count: 2 },
    ];
    const { app } = await allAsleep('asleep', { ...SLEEPY, regions });
    const next = await rig.next(app);
    const work = secondWork();
    const counter = rig.countRouted('asleep');
    const started = startsOf('asleep');
    const result = await rig.platform.deploy(next, work);
    counter.stop();
    expect(counter.highest()).toBe(0);
    expect(started()).toBe(2);
    expect(await rig.summary('asleep')).toEqual(
      ['iad', 'iad', 'sjc', 'sjc'].map((region) => `${region} stopped ${next.image} r-2`),
    );
    expect(result.unproven).toHaveLength(2);
    const inRegion = new Map((await rig.fly.machines('asleep')).map(({ id, region }) => [id, region]));
    expect(new Set(result.unproven.map((id) => inRegion.get(id)))).toEqual(new Set(['iad', 'sjc']));
    expect(work.lines.join('\n')).toContain(`unproven, for they sleep: ${result.unproven.join(', ')}`);
    expect(work.lines.filter((line) => line.includes('woken once to prove it'))).toHaveLength(2);
    await rig.answers('asleep');
  });

  test('a release that does not run is found out by the probe, and everything sleeps on with the old one', async () => {
    const { app } = await allAsleep('asleep-bad', SLEEPY);
    const before = await rig.was('asleep-bad');
    const next = await rig.next({ ...app, health: IMPATIENT }, { EXIT_CODE: '7' });
    const work = secondWork();
    const error = await failure(rig.platform.deploy(next, work));
    expect(error.code).toBe('DEPLOY_EXITED');
    await rig.platform.undoDeploy(next, work);
    expect(await rig.was('asleep-bad')).toEqual(before);
    await rig.answers('asleep-bad');
  });

  test('beside one that runs: the running one gets a successor, the sleeping one is probed', async () => {
    const { app } = await rig.deployed('half-asleep', SLEEPY);
    const [first] = await rig.fly.machines('half-asleep');
    await sleep('half-asleep', [first?.id ?? '']);
    const next = await rig.next(app);
    const { lowest, load } = await rig.watch('half-asleep', () => rig.platform.deploy(next, secondWork()));
    expect([lowest, load.failed]).toEqual([1, []]);
    expect(await rig.summary('half-asleep')).toEqual([
      `iad started ${next.image} r-2`,
      `iad stopped ${next.image} r-2`,
    ]);
  });

  test('that the proxy wakes while they are changed end awake, healthy and proven', async () => {
    const { app } = await allAsleep('woken', { ...SLEEPY, regions: [{ region: 'iad', count: 1 }] });
    const next = await rig.next(app);
    // A request comes right before the machine is taken out of rotation.
    const takeOut = rig.fly.intercept((request, forward) => {
      if (!request.url.includes('/woken/') || !request.url.endsWith('/cordon')) return null;
      takeOut();
      return rig.answers('woken').then(forward);
    });
    const result = await rig.platform.deploy(next, secondWork());
    expect(result.unproven).toEqual([]);
    expect(await rig.summary('woken')).toEqual([`iad started ${next.image} r-2`]);
  });

  test('that the proxy puts to sleep before the deployment has seen them well are woken for it', async () => {
    const { app, image } = await rig.deployed('dozing', { ...SLEEPY, health: IMPATIENT });
    const machines = await rig.fly.machines('dozing');
    // Whoever deploys is held up so long that the proxy finds the new one idle.
    rig.fly.intercept((request, forward) => {
      const isCreation = request.method === 'POST' && request.url.endsWith('/apps/dozing/machines');
      return isCreation ? forward().then(asleepBeforeItIsTold) : null;
    });
    const { directory } = rig.fly.service;
    const asleepBeforeItIsTold = async (answer: Response): Promise<Response> => {
      const { id } = (await answer.clone().json()) as { id: string };
      const seen = () => directory.app('dozing')?.machines.find((machine) => machine.id === id);
      await until(() => seen()?.routable === true, 'the new machine to be up');
      await directory.stopMachine('dozing', id, 'stop');
      await until(() => seen()?.state === 'stopped', 'the new machine to sleep');
      return answer;
    };
    const more = { ...app, regions: [{ region: 'iad', count: 3 }] };
    await rig.platform.deploy(deploymentOf(more, image, 'r-2'), secondWork());
    const now = await rig.fly.machines('dozing');
    expect(now).toHaveLength(machines.length + 1);
    expect(now.map(({ state }) => state)).toEqual(['started', 'started', 'started']);
  });

  test('of an app that never sleeps are started: stopped by hand they are no excuse', async () => {
    const { app } = await rig.deployed('by-hand', { regions: [{ region: 'iad', count: 2 }] });
    const [first] = await rig.fly.machines('by-hand');
    await sleep('by-hand', [first?.id ?? '']);
    const next = await rig.next(app);
    await rig.platform.deploy(next, secondWork());
    expect(await rig.summary('by-hand')).toEqual(
      Array.from({ length: 2 }, () => `iad started ${next.image} r-2`),
    );
  });
});

describe('killed and started again', () => {
  // The probe: lease, cordon, update, stop, uncordon, release; then the other: lease, cordon, update, …
  const kills = [1, 2, 3, 4, 5, 6, 8];

  test('after any change, sleeping machines end asleep, with the release or without it', async () => {
    await Promise.all(
      kills.flatMap((changes) =>
        (['goes-on', 'undone'] as const).map(async (how) => {
          const name = `asleep-${how}-${changes}`;
          const { app } = await allAsleep(name, SLEEPY);
          const before = await rig.was(name);
          const next = await rig.next(app);
          const { journal } = await rig.killAfter(next, changes);
          if (how === 'undone') {
            await rig.platform.undoDeploy(next, secondWork(journal));
            expect(await rig.was(name), name).toEqual(before);
          } else {
            await rig.platform.deploy(next, secondWork(journal));
            const expected = Array.from({ length: 2 }, () => `iad stopped ${next.image} r-2`);
            expect(await rig.summary(name), name).toEqual(expected);
          }
          expect(await rig.leases(name), name).toEqual([]);
        }),
      ),
    );
  });
});

/** An app whose machines all sleep. */
async function allAsleep(name: string, more: Parameters<StrategyRig['deployed']>[1]): Promise<Deployed> {
  const deployed = await rig.deployed(name, more);
  await sleep(
    name,
    (await rig.fly.machines(name)).map(({ id }) => id),
  );
  return deployed;
}

async function sleep(app: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rig.fly.call('POST', `/v1/apps/${app}/machines/${id}/stop`, {});
  const isAsleep = async (): Promise<boolean> =>
    (await rig.fly.machines(app)).filter(({ id, state }) => ids.includes(id) && state === 'stopped')
      .length === ids.length;
  await until(isAsleep, `the machines of ${app} to sleep`);
}

/** Counts the processes that an app starts from now on. */
function startsOf(app: string): () => number {
  const pids = new Set<number>();
  rig.fly.service.directory.onChange(() => {
    for (const info of rig.fly.service.processes())
      if (info.app === app && info.pid !== null) pids.add(info.pid);
  });
  return () => pids.size;
}
