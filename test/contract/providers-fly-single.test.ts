import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure, secondWork, StrategyRig } from '../support/strategy-rig.ts';

const ONE = { regions: [{ region: 'iad', count: 1 }] };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('an app with one machine', () => {
  test('gets a new one beside it: no request fails, and one is always routed', async () => {
    const { app } = await rig.deployed('one', ONE);
    const [before] = await rig.fly.machines('one');
    const next = await rig.next(app, { BOOT_MS: '700' });
    const work = secondWork();
    const { lowest, highest, load } = await rig.watch('one', () => rig.platform.deploy(next, work));
    expect([lowest, highest]).toEqual([1, 2]);
    expect(load.sent).toBeGreaterThan(30);
    expect(load.failed).toEqual([]);
    expect(await rig.summary('one')).toEqual([`iad started ${next.image} r-2`]);
    expect((await rig.fly.machines('one'))[0]?.id).not.toBe(before?.id);
    expect(work.lines.join('\n')).toMatch(/the new one beside it serves in its place/);
  });

  test('keeps the old one when the new one is sick: it never left, and undo only removes the new one', async () => {
    const { app, image } = await rig.deployed('one-sick', ONE);
    const before = await rig.fly.machines('one-sick');
    const next = await rig.next({ ...app, health: { ...impatient } }, { SICK: '1' });
    const work = secondWork();
    const { lowest, load } = await rig.watch('one-sick', async () => {
      expect((await failure(rig.platform.deploy(next, work))).code).toBe('DEPLOY_UNHEALTHY');
      await rig.platform.undoDeploy(next, work);
    });
    expect([lowest, load.failed]).toEqual([1, []]);
    expect(await rig.summary('one-sick')).toEqual([`iad started ${image} r-1`]);
    const after = await rig.fly.machines('one-sick');
    expect(after.map(({ id, instance_id }) => [id, instance_id])).toEqual(
      before.map(({ id, instance_id }) => [id, instance_id]),
    );
  });

  test('is put back without a gap when the release is found bad later', async () => {
    const { app } = await rig.deployed('one-later', ONE);
    const before = await rig.was('one-later');
    const next = await rig.next(app);
    const work = secondWork();
    await rig.platform.deploy(next, work);
    const { lowest, load } = await rig.watch('one-later', () => rig.platform.undoDeploy(next, work));
    expect([lowest, load.failed]).toEqual([1, []]);
    expect(await rig.was('one-later')).toEqual(before);
  });

  test('with a volume is replaced in its place, keeps its volume, and the gap is said beforehand', async () => {
    const volume = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };
    const { app } = await rig.deployed('one-volume', { ...ONE, volume });
    const [before] = await rig.fly.machines('one-volume');
    const next = await rig.next(app);
    const work = secondWork();
    await rig.platform.deploy(next, work);
    const [after] = await rig.fly.machines('one-volume');
    expect(after?.id).toBe(before?.id);
    expect(after?.config['mounts']).toEqual(before?.config['mounts']);
    expect(after?.config['mounts']).toEqual([expect.objectContaining({ path: '/data', name: 'data' })]);
    expect(work.lines.join('\n')).toMatch(/serves alone, and its volume cannot be at two machines/);
  });

  test('that is a worker is never doubled: two would do the same work twice', async () => {
    const { app } = await rig.deployed('one-worker', { ...ONE, port: null, health: null });
    const [before] = await rig.fly.machines('one-worker');
    let most = 0;
    const stop = rig.fly.service.directory.onChange(() => {
      most = Math.max(most, rig.fly.service.processes().filter((info) => info.app === 'one-worker').length);
    });
    await rig.platform.deploy(await rig.next(app), secondWork());
    stop();
    expect(most).toBeLessThanOrEqual(1);
    expect((await rig.fly.machines('one-worker'))[0]?.id).toBe(before?.id);
  });
});

describe('killed and started again', () => {
  // A creation, its uncordoning, and cordon, stop and destroy of the old one; one more finds it done.
  const kills = [1, 2, 3, 4, 5, 6];

  test('after any change, the deployment goes on and ends with one machine', async () => {
    await Promise.all(
      kills.map(async (changes) => {
        const name = `one-killed-${changes}`;
        const { app } = await rig.deployed(name, ONE);
        const next = await rig.next(app);
        const counter = rig.countRouted(name);
        const { journal } = await rig.killAfter(next, changes);
        await rig.platform.deploy(next, secondWork(journal));
        counter.stop();
        expect(await rig.summary(name), name).toEqual([`iad started ${next.image} r-2`]);
        expect(counter.lowest(), name).toBe(1);
      }),
    );
  });

  test('after any change, the deployment is undone from its journal alone, without a gap', async () => {
    await Promise.all(
      kills.map(async (changes) => {
        const name = `one-undone-${changes}`;
        const { app } = await rig.deployed(name, ONE);
        const before = await rig.was(name);
        const next = await rig.next(app);
        const counter = rig.countRouted(name);
        const { journal } = await rig.killAfter(next, changes);
        await rig.platform.undoDeploy(next, secondWork(journal));
        counter.stop();
        expect(await rig.was(name), name).toEqual(before);
        expect(counter.lowest(), name).toBe(1);
      }),
    );
  });
});

const impatient = { path: '/health', intervalMs: 1_000, timeoutMs: 500, gracePeriodMs: 200, withinMs: 2_000 };
