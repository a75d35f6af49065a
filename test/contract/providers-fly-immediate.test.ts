import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure, secondWork, StrategyRig } from '../support/strategy-rig.ts';

const THREE = { regions: [{ region: 'iad', count: 3 }], strategy: 'immediate' } as const;
const IMPATIENT = { path: '/health', intervalMs: 1_000, timeoutMs: 500, gracePeriodMs: 200, withinMs: 3_000 };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe('an immediate deployment', () => {
  test('changes all machines at once, no more than eight calls under way, and proves each healthy', async () => {
    const { app } = await rig.deployed('now', { ...THREE, regions: [{ region: 'iad', count: 12 }] });
    const dir = mkdtempSync(join(tmpdir(), 'glidepath-boot-'));
    const boot = join(dir, 'go');
    // None of them boots before the last has been told.
    const next = await rig.next(app, { BOOT_FILE: boot });
    const counter = rig.countRouted('now');
    let running = 0;
    let most = 0;
    let told = 0;
    const takeOut = rig.fly.intercept((request, forward) => {
      if (!request.url.includes('/apps/now/')) return null;
      most = Math.max(most, ++running);
      return forward().finally(() => {
        running--;
        if (request.method === 'POST' && /\/machines\/\w+$/.test(request.url) && ++told === 12)
          writeFileSync(boot, '');
      });
    });
    const result = await rig.platform.deploy(next, secondWork());
    takeOut();
    counter.stop();
    expect(result.machines).toHaveLength(12);
    expect(result.unproven).toEqual([]);
    expect(most).toBeLessThanOrEqual(8);
    expect(counter.lowest()).toBe(0);
    expect(told).toBe(12);
    expect(await rig.summary('now')).toEqual(
      Array.from({ length: 12 }, () => `iad started ${next.image} r-2`),
    );
    expect(await rig.leases('now')).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  test('keeps the requests of the meantime waiting, so that none fails', async () => {
    const { app } = await rig.deployed('waits', THREE);
    const next = await rig.next(app);
    const { lowest, load } = await rig.watch('waits', () => rig.platform.deploy(next, secondWork()));
    expect([lowest, load.failed]).toEqual([0, []]);
  });

  test('that ends with sick machines is undone at once: all of them together, in the time of one', async () => {
    const { app } = await rig.deployed('now-bad', { ...THREE, maxUnavailable: 1 });
    const before = await rig.was('now-bad');
    const next = await rig.next({ ...app, health: IMPATIENT }, { SICK: '1' });
    const work = secondWork();
    expect((await failure(rig.platform.deploy(next, work))).code).toBe('DEPLOY_UNHEALTHY');
    const together = rig.toldTogether('now-bad', 3);
    // What is put back has the time that it had before.
    await rig.platform.undoDeploy({ ...next, app }, work);
    expect(together.stop()).toBe(3);
    expect(await rig.was('now-bad')).toEqual(before);
    await rig.routed('now-bad', 3);
  });

  test('found bad later it is put back in waves of what may be out of service', async () => {
    const { app } = await rig.deployed('now-later', THREE);
    const before = await rig.was('now-later');
    const next = await rig.next(app);
    const work = secondWork();
    await rig.platform.deploy(next, work);
    const { lowest, load } = await rig.watch('now-later', () => rig.platform.undoDeploy(next, work));
    expect([lowest, load.failed]).toEqual([2, []]);
    expect(await rig.was('now-later')).toEqual(before);
  });
});

describe('killed and started again', () => {
  const kills = [1, 3, 4, 6, 9];

  test('after any change, the deployment goes on, or is undone from its journal alone', async () => {
    await Promise.all(
      kills.flatMap((changes) =>
        (['goes-on', 'undone'] as const).map(async (how) => {
          const name = `now-${how}-${changes}`;
          const { app } = await rig.deployed(name, THREE);
          const before = await rig.was(name);
          const next = await rig.next(app);
          const { journal } = await rig.killAfter(next, changes);
          if (how === 'undone') {
            await rig.platform.undoDeploy(next, secondWork(journal));
            expect(await rig.was(name), name).toEqual(before);
          } else {
            await rig.platform.deploy(next, secondWork(journal));
            const expected = Array.from({ length: 3 }, () => `iad started ${next.image} r-2`);
            expect(await rig.summary(name), name).toEqual(expected);
          }
          expect(await rig.leases(name), name).toEqual([]);
        }),
      ),
    );
  });
});
