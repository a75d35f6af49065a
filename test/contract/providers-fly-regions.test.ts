import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secondWork, StrategyRig } from '../support/strategy-rig.ts';

const STRATEGIES = ['rolling', 'bluegreen', 'canary', 'immediate'] as const;
const CANARY = { bakeMs: 300, maxErrorRate: 0.01, maxLatencyRatio: 10, minRequests: 10_000 };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start({ canaryLookMs: 100, canaryTellMs: 200 });
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('machines that move to another region', () => {
  test.each(STRATEGIES)(
    'with %s: new ones first, then the old ones go, never fewer than before, and back again',
    async (strategy) => {
      const name = `move-${strategy}`;
      const { app } = await rig.deployed(name, {
        strategy,
        canary: CANARY,
        regions: [{ region: 'iad', count: 2 }],
      });
      const before = await rig.was(name);
      const moved = { ...app, regions: [{ region: 'sjc', count: 2 }] };
      const next = await rig.next(moved);
      const work = secondWork();
      const there = await rig.watch(name, () => rig.platform.deploy(next, work));
      expect([there.lowest, there.highest, there.load.failed]).toEqual([2, 4, []]);
      expect(await rig.summary(name)).toEqual(
        Array.from({ length: 2 }, () => `sjc started ${next.image} r-2`),
      );
      const back = await rig.watch(name, () => rig.platform.undoDeploy(next, work));
      expect([back.lowest, back.load.failed]).toEqual([2, []]);
      expect(await rig.was(name)).toEqual(before);
    },
  );
});

describe.concurrent('the number of machines', () => {
  test.each(['rolling', 'bluegreen', 'canary'] as const)(
    'with %s comes to what is written, more and fewer, in one deployment',
    async (strategy) => {
      const name = `count-${strategy}`;
      const regions = [
        { region: 'iad', count: 3 },
        { region: 'sjc', count: 1 },
      ];
      const { app } = await rig.deployed(name, { strategy, canary: CANARY, regions });
      const other = {
        ...app,
        regions: [
          { region: 'iad', count: 1 },
          { region: 'sjc', count: 2 },
          { region: 'ams', count: 1 },
        ],
      };
      const next = await rig.next(other);
      const { lowest, load } = await rig.watch(name, () => rig.platform.deploy(next, secondWork()));
      // Four before and four after; what is made comes before what goes.
      expect(lowest).toBeGreaterThanOrEqual(4);
      expect(load.failed).toEqual([]);
      expect((await rig.summary(name)).map((line) => line.slice(0, 3))).toEqual(['ams', 'iad', 'sjc', 'sjc']);
    },
  );

  test('goes from one machine to two: the second is there before the first is touched', async () => {
    const { app } = await rig.deployed('grow', { regions: [{ region: 'iad', count: 1 }] });
    const next = await rig.next({ ...app, regions: [{ region: 'iad', count: 2 }] });
    const { lowest, load } = await rig.watch('grow', () => rig.platform.deploy(next, secondWork()));
    expect([lowest, load.failed]).toEqual([1, []]);
    expect(await rig.fly.machines('grow')).toHaveLength(2);
  });

  test('goes from three to one: the one that stays is changed while others serve', async () => {
    const { app } = await rig.deployed('shrink', { regions: [{ region: 'iad', count: 3 }] });
    const next = await rig.next({ ...app, regions: [{ region: 'iad', count: 1 }] });
    const { lowest, load } = await rig.watch('shrink', () => rig.platform.deploy(next, secondWork()));
    expect([lowest, load.failed]).toEqual([1, []]);
    expect(await rig.summary('shrink')).toEqual([`iad started ${next.image} r-2`]);
  });
});

describe('a large fleet', () => {
  test('takes five calls for each machine, and lists for looking at all of them', async () => {
    const { app } = await rig.deployed('fleet', {
      regions: [
        { region: 'iad', count: 6 },
        { region: 'sjc', count: 6 },
      ],
      maxUnavailable: 11,
    });
    const next = await rig.next(app);
    const seen = rig.fly.seen.length;
    await rig.platform.deploy(next, secondWork());
    const calls = rig.fly.seen.slice(seen).filter(({ path }) => path.startsWith('/v1/apps/fleet/'));
    const changes = calls.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/lease'));
    // Cordon, update and uncordon of each; taking and releasing its lease, and once in five seconds refreshing it.
    expect(changes).toHaveLength(3 * 12);
    const leases = calls.filter(({ path }) => path.endsWith('/lease'));
    expect(leases.length).toBeGreaterThanOrEqual(2 * 12);
    const looks = calls.filter(({ method, path }) => method === 'GET' && !path.endsWith('/lease'));
    const seconds = ((calls.at(-1)?.at ?? 0) - (calls[0]?.at ?? 0)) / 1_000;
    // The first machine is alone and looked at by itself; the others share a list a second.
    const ofFirst = looks.filter(({ path }) => !path.endsWith('/machines')).length;
    expect(looks.length - ofFirst).toBeLessThanOrEqual(seconds + 4);
  });
});
