import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { failure, secondWork, StrategyRig } from '../support/strategy-rig.ts';

const THREE = { regions: [{ region: 'iad', count: 3 }], strategy: 'bluegreen' } as const;
const TWO = { regions: [{ region: 'iad', count: 2 }], strategy: 'bluegreen' } as const;
const IMPATIENT = { path: '/health', intervalMs: 1_000, timeoutMs: 500, gracePeriodMs: 200, withinMs: 2_000 };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('a blue-green deployment', () => {
  test('makes a second fleet, switches when all of it is healthy, and no request fails', async () => {
    const { app } = await rig.deployed('bg', THREE);
    const old = new Set((await rig.fly.machines('bg')).map(({ id }) => id));
    const next = await rig.next(app, { BOOT_MS: '500' });
    const before = rig.fly.seen.length;
    const { lowest, highest, load } = await rig.watch('bg', () => rig.platform.deploy(next, secondWork()));
    expect([lowest, highest]).toEqual([3, 6]);
    expect(load.failed).toEqual([]);
    expect(await rig.summary('bg')).toEqual(Array.from({ length: 3 }, () => `iad started ${next.image} r-2`));
    expect((await rig.fly.machines('bg')).some(({ id }) => old.has(id))).toBe(false);
    const stops = rig.fly.seen
      .slice(before)
      .filter(({ path }) => path.startsWith('/v1/apps/bg/') && path.endsWith('/stop'));
    expect(stops).toHaveLength(3);
  });

  test('never routes a new machine before all of them are healthy', async () => {
    const { app } = await rig.deployed('bg-slow', TWO);
    const counter = rig.countRouted('bg-slow');
    const next = await rig.next({ ...app, health: IMPATIENT }, { SICK: '1' });
    const work = secondWork();
    expect((await failure(rig.platform.deploy(next, work))).code).toBe('DEPLOY_UNHEALTHY');
    counter.stop();
    expect([counter.lowest(), counter.highest()]).toEqual([2, 2]);
    const green = (await rig.fly.machines('bg-slow')).filter(({ cordoned }) => cordoned === true);
    expect(green).toHaveLength(2);
    await rig.platform.undoDeploy(next, work);
    expect(await rig.fly.machines('bg-slow')).toHaveLength(2);
  });

  test('goes to other regions and another number the same way, and says how many old ones went', async () => {
    const { app } = await rig.deployed('bg-moved', TWO);
    const moved = {
      ...app,
      regions: [
        { region: 'sjc', count: 2 },
        { region: 'ams', count: 1 },
      ],
    };
    const next = await rig.next(moved);
    const work = secondWork();
    const { lowest, load } = await rig.watch('bg-moved', () => rig.platform.deploy(next, work));
    expect([lowest, load.failed]).toEqual([2, []]);
    expect((await rig.fly.machines('bg-moved')).map(({ region }) => region).sort()).toEqual([
      'ams',
      'sjc',
      'sjc',
    ]);
    expect(work.lines).toContain('2 old machines removed');
  });

  test('a new machine that dies right after the switch ends it, and the old ones are put back', async () => {
    const { app } = await rig.deployed('bg-dies', TWO);
    const before = await rig.fly.machines('bg-dies');
    const known = new Set(before.map(({ id }) => id));
    const next = await rig.next(app);
    // Right after the first old machine is told to stop, one of the new ones turns sick.
    const takeOut = rig.fly.intercept((request, forward) => {
      if (!request.url.endsWith('/stop') || !request.url.includes('/bg-dies/')) return null;
      takeOut();
      return (async () => {
        const port = rig.fly.service.directory
          .app('bg-dies')
          ?.machines.find(({ id }) => !known.has(id))?.port;
        await fetch(`http://127.0.0.1:${port}/sick`);
        return forward();
      })();
    });
    const stopped = secondWork();
    const slow = rig.fly.intercept((request, forward) => {
      const id = /\/apps\/bg-dies\/machines\/(\w+)$/.exec(request.url)?.[1] ?? '';
      const isStopping = rig.fly.seen.some(
        ({ path }) => path.includes('/bg-dies/') && path.endsWith('/stop'),
      );
      if (request.method !== 'GET' || id === '' || known.has(id) || !isStopping) return null;
      // Checks run once a second: the platform has to see it before it is asked.
      return sickSeen('bg-dies', known).then(forward);
    });
    const error = await failure(rig.platform.deploy(next, stopped));
    slow();
    expect(error.code).toBe('DEPLOY_UNHEALTHY');
    expect(error.message).toContain('after the old ones were stopped');
    await rig.platform.undoDeploy(next, stopped);
    const after = await rig.fly.machines('bg-dies');
    expect(
      after.map(({ id, instance_id, state, cordoned }) => [id, instance_id, state, cordoned ?? false]),
    ).toEqual(
      before.map(({ id, instance_id, state, cordoned }) => [id, instance_id, state, cordoned ?? false]),
    );
  });

  test('found bad by a later step it is undone from what was saved, without a gap', async () => {
    const { app } = await rig.deployed('bg-later', TWO);
    const before = await rig.was('bg-later');
    const next = await rig.next(app);
    const work = secondWork();
    await rig.platform.deploy(next, work);
    const { lowest, load } = await rig.watch('bg-later', () => rig.platform.undoDeploy(next, work));
    expect([lowest, load.failed]).toEqual([2, []]);
    expect(await rig.was('bg-later')).toEqual(before);
  });
});

describe('killed and started again', () => {
  // Two creations, two uncordonings, then cordon, stop and destroy of two.
  const kills = [1, 2, 3, 4, 5, 6, 7, 9, 10];

  test('after any change, the deployment goes on, and the number that serves is never below the one before', async () => {
    await Promise.all(
      kills.map(async (changes) => {
        const name = `bg-killed-${changes}`;
        const { app } = await rig.deployed(name, TWO);
        const next = await rig.next(app);
        const counter = rig.countRouted(name);
        const { journal, died } = await rig.killAfter(next, changes);
        await rig.platform.deploy(next, secondWork(journal));
        counter.stop();
        expect(died, name).toBe(true);
        expect(await rig.summary(name), name).toEqual(
          Array.from({ length: 2 }, () => `iad started ${next.image} r-2`),
        );
        expect(counter.lowest(), name).toBe(2);
      }),
    );
  });

  test('after any change, the deployment is undone from its journal alone', async () => {
    await Promise.all(
      kills.map(async (changes) => {
        const name = `bg-undone-${changes}`;
        const { app } = await rig.deployed(name, TWO);
        const before = await rig.was(name);
        const next = await rig.next(app);
        const counter = rig.countRouted(name);
        const { journal } = await rig.killAfter(next, changes);
        await rig.platform.undoDeploy(next, secondWork(journal));
        await rig.routed(name, 2);
        counter.stop();
        expect(await rig.was(name), name).toEqual(before);
        expect(await rig.leases(name), name).toEqual([]);
        expect(counter.lowest(), name).toBe(2);
      }),
    );
  });
});

/** Resolves once the platform has seen that one of the new machines fails its check. */
async function sickSeen(app: string, known: ReadonlySet<string>): Promise<void> {
  const isSick = async (): Promise<boolean> =>
    (await rig.fly.machines(app)).some(
      ({ id, checks }) => !known.has(id) && (checks ?? []).some(({ status }) => status === 'critical'),
    );
  await until(isSick, 'a new machine to be seen sick');
}
