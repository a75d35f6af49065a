import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { deploymentOf, testApp, TestWork } from '../support/fly-rig.ts';
import { failure, secondWork, StrategyRig } from '../support/strategy-rig.ts';

/**
 * How much longer one process takes for its answers than another is chance where neither is told to be slow, and so is how
 * many it gives in that time: a few have to do, also on a busy machine.
 */
const CANARY = { bakeMs: 1_500, maxErrorRate: 0.01, maxLatencyRatio: 100, minRequests: 5 };
const THREE = { regions: [{ region: 'iad', count: 3 }], strategy: 'canary', canary: CANARY } as const;
const ONE = { ...THREE, regions: [{ region: 'iad', count: 1 }] } as const;
/** One that fails is stopped once it has failed often enough, however long that takes. */
const LONG = { ...CANARY, bakeMs: 60_000 };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start({ canaryLookMs: 100, canaryTellMs: 500 });
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('a canary', () => {
  test('that does as well as the others is followed by them, with the figures told meanwhile', async () => {
    // Long enough for answers of both, also where each takes a second.
    const { app } = await rig.deployed('good', { ...THREE, canary: { ...CANARY, bakeMs: 5_000 } });
    const next = await rig.next(app);
    const work = secondWork();
    const { lowest, load } = await rig.watch('good', () => rig.platform.deploy(next, work));
    expect(lowest).toBe(2);
    expect(load.failed).toEqual([]);
    expect(await rig.summary('good')).toEqual(
      Array.from({ length: 3 }, () => `iad started ${next.image} r-2`),
    );
    const text = work.lines.join('\n');
    expect(text).toMatch(/takes traffic as the canary for 5(\.0)? s/);
    expect(text).toMatch(
      /canary \w+ after \d+\.\d s: 0 of \d+ answers failed, mean .+; others 0 of \d+, .+; p95 .+, others /,
    );
    expect(text).toMatch(
      /canary \w+ passed: 0 of \d+ answers failed, mean [\d.]+ ms; others 0 of \d+, [\d.]+ ms; p95 [\d.]+–/,
    );
  });

  test('takes traffic while only it has the new release', async () => {
    const { app } = await rig.deployed('alone-first', THREE);
    const next = await rig.next({ ...app, canary: { ...CANARY, bakeMs: 2_000 } });
    const running = async (): Promise<string[]> => {
      const releases = (await rig.summary('alone-first')).map((line) => line.split(' ').at(-1) ?? '');
      return [...new Set(releases)].sort();
    };
    await rig.watch('alone-first', async () => {
      const deployed = rig.platform.deploy(next, secondWork());
      const both = async (): Promise<void> => expect(await running()).toEqual(['r-1', 'r-2']);
      await vi.waitFor(both, { timeout: 60_000, interval: 200 });
      await deployed;
    });
    expect(await running()).toEqual(['r-2']);
  });

  test('whose answers fail more often is DEPLOY_CANARY_FAILED with the figures, and is undone', async () => {
    const { app } = await rig.deployed('errors', { ...THREE, canary: LONG });
    const before = await rig.was('errors');
    const untouched = await rig.fly.machines('errors');
    const next = await rig.next(app, { FAIL_EVERY: '2' });
    const work = secondWork();
    const { lowest } = await rig.watch('errors', async () => {
      const error = await failure(rig.platform.deploy(next, work));
      expect(error.code).toBe('DEPLOY_CANARY_FAILED');
      expect(error.message).toMatch(
        /failed after [\d.]+ s: \d+ of \d+ answers \(\d+\.\d %\) failed, 0 of \d+ answers \(0\.0 %\) of the other machines; 1\.0 % more is allowed/,
      );
      // Users are spared it before anything is undone.
      expect((await rig.fly.machines('errors')).filter(({ cordoned }) => cordoned === true)).toHaveLength(1);
      await rig.platform.undoDeploy(next, work);
    });
    expect(lowest).toBe(2);
    expect(await rig.was('errors')).toEqual(before);
    const now = new Map((await rig.fly.machines('errors')).map(({ id, instance_id }) => [id, instance_id]));
    expect(untouched.filter(({ id, instance_id }) => now.get(id) === instance_id)).toHaveLength(2);
  });

  test('that answers much more slowly is stopped at the end of the bake time', async () => {
    // The slower it is, the fewer answers it gives until then, and the less does it matter how busy the machine is.
    const canary = { ...CANARY, maxLatencyRatio: 1.5, minRequests: 2 };
    const { app } = await rig.deployed('slow', { ...THREE, canary });
    const next = await rig.next(app, { SLOW_MS: '400' });
    const work = secondWork();
    await rig.watch('slow', async () => {
      const error = await failure(rig.platform.deploy(next, work));
      expect(error.message).toMatch(
        /its answers took \d{3,} ms in the mean \(p95 \d+–\d+ ms\), those of the other machines [\d.]+ ms/,
      );
      expect(error.code).toBe('DEPLOY_CANARY_FAILED');
      await rig.platform.undoDeploy(next, work);
    });
  });

  test('that gets sick or dies while it is watched is stopped at once', async () => {
    const { app } = await rig.deployed('sickens', { ...THREE, canary: LONG });
    const before = new Set((await rig.fly.machines('sickens')).map(({ instance_id }) => instance_id));
    const next = await rig.next(app);
    const work = secondWork();
    const deploying = failure(rig.platform.deploy(next, work));
    await until(() => work.lines.some((line) => line.includes('as the canary')), 'the bake to begin');
    const canary = (await rig.fly.machines('sickens')).find(({ instance_id }) => !before.has(instance_id));
    const port = rig.fly.service.directory.app('sickens')?.machines.find(({ id }) => id === canary?.id)?.port;
    await fetch(`http://127.0.0.1:${port}/exit/9`).catch(() => undefined);
    const error = await deploying;
    expect(error.code).toBe('DEPLOY_CANARY_FAILED');
    expect(error.message).toContain('its process exited with code 9');
    await rig.platform.undoDeploy(next, work);
  });

  test('of an app with one machine stands beside the old one', async () => {
    const { app } = await rig.deployed('beside', ONE);
    const next = await rig.next(app);
    const { lowest, highest, load } = await rig.watch('beside', () =>
      rig.platform.deploy(next, secondWork()),
    );
    expect([lowest, highest, load.failed]).toEqual([1, 2, []]);
    expect(await rig.summary('beside')).toEqual([`iad started ${next.image} r-2`]);
  });

  test('of an app with one machine that does worse is taken out, and the old one never left', async () => {
    const { app } = await rig.deployed('beside-bad', { ...ONE, canary: LONG });
    const before = await rig.was('beside-bad');
    const next = await rig.next(app, { FAIL_EVERY: '2' });
    const work = secondWork();
    const { lowest } = await rig.watch('beside-bad', async () => {
      expect((await failure(rig.platform.deploy(next, work))).code).toBe('DEPLOY_CANARY_FAILED');
      await rig.platform.undoDeploy(next, work);
    });
    expect(lowest).toBe(1);
    expect(await rig.was('beside-bad')).toEqual(before);
  });

  test('with too few requests is judged by its health alone, and it is said', async () => {
    const { app } = await rig.deployed('quiet', THREE);
    const work = secondWork();
    await rig.platform.deploy(await rig.next(app, { FAIL_EVERY: '1' }), work);
    expect(work.lines.join('\n')).toMatch(/fewer than 5 requests, so that its health alone decided/);
  });

  test('whose figures cannot be read is judged by its health alone, and it is said', async () => {
    const { app } = await rig.deployed('unread', { ...THREE, org: 'nobody' });
    const takeOut = rig.fly.intercept((request) =>
      request.url.includes('/prometheus/nobody/')
        ? Promise.resolve(Response.json({ error: 'no such organization' }, { status: 403 }))
        : null,
    );
    const work = secondWork();
    await rig.platform.deploy(await rig.next(app), work);
    takeOut();
    const text = work.lines.join('\n');
    expect(text).toMatch(/the figures of the edge could not be read: .*403/);
    expect(text).toMatch(/so that its health alone decided/);
  });

  test('of a new app has nothing to be compared with: it is made as with rolling', async () => {
    const app = testApp('brand-new', THREE);
    await rig.fly.withoutApp(app.name);
    await rig.platform.ensureApp(app, app.name, new TestWork());
    const work = new TestWork();
    await rig.platform.deploy(deploymentOf(app, await rig.fly.image(app.name, 'one'), 'r-1'), work);
    expect(work.lines.join('\n')).toMatch(/nothing to compare a canary with/);
    expect(await rig.fly.machines('brand-new')).toHaveLength(3);
  });
});

describe('killed and started again', () => {
  const quick = { ...CANARY, bakeMs: 300 };
  // Three in-place changes: lease, cordon, update, uncordon, release each.
  const kills = [1, 2, 3, 4, 5, 8];

  test('after any change, the deployment goes on, or is undone from its journal alone', async () => {
    await Promise.all(
      kills.flatMap((changes) =>
        (['goes-on', 'undone'] as const).map(async (how) => {
          const name = `canary-${how}-${changes}`;
          const { app } = await rig.deployed(name, { ...THREE, canary: quick });
          const before = await rig.was(name);
          const next = await rig.next(app);
          const counter = rig.countRouted(name);
          const { journal } = await rig.killAfter(next, changes);
          if (how === 'undone') await rig.platform.undoDeploy(next, secondWork(journal));
          else await rig.platform.deploy(next, secondWork(journal));
          counter.stop();
          if (how === 'undone') expect(await rig.was(name), name).toEqual(before);
          else
            expect(
              (await rig.summary(name)).every((line) => line.endsWith('r-2')),
              name,
            ).toBe(true);
          expect(await rig.leases(name), name).toEqual([]);
          expect(counter.lowest(), name).toBeGreaterThanOrEqual(2);
        }),
      ),
    );
  });
});
