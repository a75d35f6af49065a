import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppPlatform, AppScale } from '../../src/providers/app-platform.ts';
import type { Machine } from '../../src/providers/fly/client/wire-types.ts';
import { until } from '../support/cloud-fly-rig.ts';
import {
  deploymentOf,
  FreezableProcess,
  MemoryJournal,
  ProviderRig,
  testApp,
  TestWork,
} from '../support/fly-rig.ts';

// One service for the file: every test has an app of its own.
let rig: ProviderRig;
let platform: AppPlatform;

beforeAll(async () => {
  rig = await ProviderRig.start();
  platform = rig.platform();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const LARGER = { cpuKind: 'shared', cpus: 2, memoryMb: 512 } as const;

describe.concurrent('scaling by hand', () => {
  test('makes copies with the image and settings of what runs, and takes out what is too many last', async () => {
    const { scale, image } = await deployed('counts');
    const [first] = await rig.machines('counts');
    let lowest = rig.routable('counts');
    const unsubscribe = rig.service.directory.onChange(() => {
      lowest = Math.min(lowest, rig.routable('counts'));
    });
    const result = await platform.scale({ ...scale, counts: { iad: 1, sjc: 2 } }, scaleWork());
    unsubscribe();
    expect([result.created.length, result.resized.length, result.removed.length]).toEqual([2, 0, 1]);
    expect(lowest).toBe(2);
    const machines = await rig.machines('counts');
    expect(machines.map(({ region, state }) => `${region} ${state}`).sort()).toEqual([
      'iad started',
      'sjc started',
      'sjc started',
    ]);
    for (const machine of machines) {
      expect(machine.config.image).toBe(image);
      expect(machine.config.env).toEqual(first?.config.env);
      expect(machine.config.metadata?.['glidepath_release']).toBe('r-1');
      expect(machine.config['guest']).toEqual(first?.config['guest']);
    }
  });

  test('changes the size of one after the other, and the next deployment brings it back', async () => {
    const { app, scale, image } = await deployed('sizes');
    const before = await rig.machines('sizes');
    let lowest = rig.routable('sizes');
    const unsubscribe = rig.service.directory.onChange(() => {
      lowest = Math.min(lowest, rig.routable('sizes'));
    });
    const result = await platform.scale({ ...scale, vm: LARGER }, scaleWork());
    unsubscribe();
    expect(lowest).toBe(1);
    expect(result.resized.toSorted()).toEqual(before.map((machine) => machine.id).toSorted());
    expect(await sizes('sizes')).toEqual(['shared 2 512', 'shared 2 512']);
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork({ key: 'run-3/deploy:web' }));
    expect(await sizes('sizes')).toEqual(['shared 1 256', 'shared 1 256']);
  });

  test('puts a successor beside a machine that serves alone, so that it is never away', async () => {
    const { scale } = await deployed('alone', { regions: [{ region: 'iad', count: 1 }] });
    const [old] = await living('alone');
    let lowest = rig.routable('alone');
    const unsubscribe = rig.service.directory.onChange(() => {
      lowest = Math.min(lowest, rig.routable('alone'));
    });
    const result = await platform.scale({ ...scale, vm: LARGER }, scaleWork());
    unsubscribe();
    expect(lowest).toBe(1);
    expect(result).toMatchObject({ created: [expect.any(String)], resized: [], removed: [old?.id] });
    expect(await sizes('alone')).toEqual(['shared 2 512']);
  });

  test('leaves a sleeping machine asleep with its new size', async () => {
    const { scale } = await deployed('asleep', { sleep: 'when-idle' });
    const [one] = await rig.machines('asleep');
    await rig.call('POST', `/v1/apps/asleep/machines/${one?.id}/stop`, {});
    await until(async () => (await stateOf('asleep', one?.id)) === 'stopped', 'the machine to stop');
    const work = scaleWork();
    await platform.scale({ ...scale, vm: LARGER }, work);
    expect(await stateOf('asleep', one?.id)).toBe('stopped');
    expect(await sizes('asleep')).toEqual(['shared 2 512', 'shared 2 512']);
    expect(work.lines.filter((line) => line.includes('unproven'))).toHaveLength(1);
  });

  test('to none takes the app down, and needs a deployment to come back', async () => {
    const { scale } = await deployed('none');
    await platform.scale({ ...scale, counts: { iad: 0 } }, scaleWork());
    expect(await living('none')).toEqual([]);
    await expect(platform.scale({ ...scale, counts: { iad: 1 } }, scaleWork('run-3'))).rejects.toThrow(
      'has no machine that could be copied',
    );
  });

  test('gives a copy of a machine with a volume one of its own, and keeps the volume of one that it removes', async () => {
    const volume = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };
    const { scale } = await deployed('volumes', { volume, regions: [{ region: 'iad', count: 2 }] });
    await platform.scale({ ...scale, counts: { iad: 3 } }, scaleWork());
    const attached = (await platform.observeVolumes('volumes')).map(({ machine }) => machine ?? 'none');
    expect(attached.toSorted()).toEqual((await living('volumes')).map(({ id }) => id).toSorted());
    const work = scaleWork('run-3');
    await platform.scale({ ...scale, counts: { iad: 1 } }, work);
    const left = (await platform.observeVolumes('volumes')).filter(({ machine }) => machine === null);
    expect(left).toMatchObject([
      { name: 'data', region: 'iad', sizeGb: 1 },
      { name: 'data', region: 'iad' },
    ]);
    expect(work.lines.filter((line) => line.includes('stays with its data'))).toHaveLength(2);
    const unknown = { ...scale, app: { ...scale.app, volume: null }, counts: { iad: 2 } };
    await expect(platform.scale(unknown, scaleWork('run-4'))).rejects.toMatchObject({
      code: 'PROVIDER_CONFLICT',
    });
  });

  test('does nothing twice when it is called again with the same journal', async () => {
    const { scale } = await deployed('again');
    const journal = new MemoryJournal();
    const asked = { ...scale, counts: { iad: 3 }, vm: LARGER };
    await platform.scale(asked, scaleWork('run-2', journal));
    const before = (await rig.machines('again')).map((machine) => machine.instance_id).toSorted();
    await platform.scale(asked, scaleWork('run-2', journal));
    expect((await rig.machines('again')).map((machine) => machine.instance_id).toSorted()).toEqual(before);
  });
});

describe.concurrent('a scaling that is killed', () => {
  // The creation · the cordon or lease of the first resize · in the midst of the resizes · at the removal.
  test.each([1, 2, 5, 8, 11])('right after its change number %i goes on where it was', async (count) => {
    const name = `killed-${count}`;
    const { scale } = await deployed(name);
    const asked: AppScale = { ...scale, counts: { iad: 1, sjc: 1 }, vm: LARGER };
    const journal = await killAfter(name, count, asked);
    await platform.scale(asked, scaleWork('run-2', journal));
    expect((await living(name)).map((machine) => machine.region).toSorted()).toEqual(['iad', 'sjc']);
    expect(await sizes(name)).toEqual(['shared 2 512', 'shared 2 512']);
    expect((await living(name)).every((machine) => machine.cordoned !== true)).toBe(true);
  });
});

describe.concurrent('a scaling that fails', () => {
  test('is undone: copies go, sizes and removed machines come back', async () => {
    const { scale } = await deployed('undone', { regions: [{ region: 'iad', count: 2 }] });
    const journal = new MemoryJournal();
    const asked: AppScale = { ...scale, counts: { iad: 1, sjc: 1 }, vm: LARGER };
    await platform.scale(asked, scaleWork('run-2', journal));
    expect(await sizes('undone')).toEqual(['shared 2 512', 'shared 2 512']);
    await platform.undoScale(asked, scaleWork('run-2', journal));
    expect((await living('undone')).map((machine) => machine.region)).toEqual(['iad', 'iad']);
    expect(await sizes('undone')).toEqual(['shared 1 256', 'shared 1 256']);
  });

  test('because a copy does not start leaves what runs untouched', async () => {
    const { scale, app } = await deployed('unlucky');
    const before = (await rig.machines('unlucky')).map((machine) => machine.instance_id);
    const health = { path: '/health', intervalMs: 1000, timeoutMs: 500, gracePeriodMs: 200, withinMs: 0 };
    const asked = { ...scale, app: { ...app, health }, counts: { iad: 3 } };
    const work = scaleWork();
    await expect(platform.scale(asked, work)).rejects.toMatchObject({ code: 'DEPLOY_UNHEALTHY' });
    await platform.undoScale(asked, work);
    expect((await living('unlucky')).map((machine) => machine.instance_id)).toEqual(before);
  });
});

/** An app, with two machines in iad where nothing else is said, that runs release r-1, and a scaling of it that asks for nothing yet. */
async function deployed(name: string, more: Parameters<typeof testApp>[1] = {}) {
  const app = testApp(name, more);
  await rig.withoutApp(name);
  await platform.ensureApp(app, name, new TestWork());
  const image = await rig.image(name, 'one');
  await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork());
  const count = app.regions.reduce((sum, region) => sum + region.count, 0);
  await until(() => rig.routable(name) === count, `the machines of ${name} to be routed`);
  const scale: AppScale = { app, platformName: name, counts: {}, vm: null };
  return { app, image, scale };
}

/** Scales in a process that dies right after its nth change of the app; returns its journal. */
async function killAfter(app: string, count: number, asked: AppScale): Promise<MemoryJournal> {
  const process = new FreezableProcess();
  const journal = new MemoryJournal();
  let changes = 0;
  const takeOut = rig.intercept((request, forward) => {
    const isChange = request.method !== 'GET' && request.url.includes(`/apps/${app}/`);
    if (!isChange || changes >= count || ++changes < count) return null;
    return forward().finally(() => process.freeze());
  });
  await Promise.race([process.frozen, rig.platform(process).scale(asked, scaleWork('run-2', journal))]);
  takeOut();
  return journal;
}

function scaleWork(run = 'run-2', journal: MemoryJournal = new MemoryJournal()): TestWork {
  return new TestWork({ key: `${run}/scale:web`, journal });
}

async function living(app: string): Promise<Machine[]> {
  return (await rig.machines(app)).filter((machine) => !machine.state.startsWith('destroy'));
}

async function stateOf(app: string, id: string | undefined): Promise<string | undefined> {
  return (await rig.machines(app)).find((machine) => machine.id === id)?.state;
}

async function sizes(app: string): Promise<string[]> {
  return (await living(app)).map((machine) => {
    const guest = machine.config['guest'] as { cpu_kind: string; cpus: number; memory_mb: number };
    return `${guest.cpu_kind} ${guest.cpus} ${guest.memory_mb}`;
  });
}
