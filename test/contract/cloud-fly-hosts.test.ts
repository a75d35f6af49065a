import { expect, test } from 'vitest';
import { FaultBoard } from '../../src/cloud/faults/fault-board.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FlyRig, serviceConfig } from '../support/cloud-fly-rig.ts';

const state = { delayMs: 0, times: null };

async function rigWithFaults(): Promise<{ rig: FlyRig; faults: FaultBoard }> {
  const faults = new FaultBoard(systemClock);
  return { rig: await FlyRig.start({ faults }), faults };
}

function hostOf(rig: FlyRig, id: string): string {
  const machines = rig.service.inventory().flatMap((app) => app.machines);
  return machines.find((machine) => machine.id === id)?.host ?? '';
}

test('machines of an app are spread over the hosts of their region', async () => {
  const { rig } = await rigWithFaults();
  await using _ = rig;
  const ids = [];
  for (let i = 0; i < 4; i++)
    ids.push((await rig.machine('web', { image: rig.image }, { body: { region: 'lhr' } })).id);
  expect(ids.map((id) => hostOf(rig, id))).toEqual(['lhr-1', 'lhr-2', 'lhr-1', 'lhr-2']);
});

test('a machine whose host is unreachable says so, does not serve, and cannot be changed until it is back', async () => {
  const { rig, faults } = await rigWithFaults();
  await using _ = rig;
  const { id } = await rig.machine('web', serviceConfig(rig.image, { metadata: { a: 'b' } }));
  await rig.ask('web', id, '/');
  const at = `/v1/apps/web/machines/${id}`;
  const { id: fault } = faults.add({ kind: 'host-unreachable', target: hostOf(rig, id), ...state });
  rig.service.faultsChanged();

  const seen = await rig.get('web', id);
  expect(seen).toMatchObject({ state: 'started', host_status: 'unreachable' });
  expect(seen.config).toBeUndefined();
  expect(seen.incomplete_config).toMatchObject({ image: rig.image, metadata: { a: 'b' } });
  expect(rig.isReady('web', id)).toBe(false);
  for (const what of ['stop', 'start', 'restart', 'suspend', 'cordon', 'uncordon', 'lease', 'exec', 'signal'])
    expect(await rig.call('POST', `${at}/${what}`, { body: {} })).toMatchObject({
      status: 503,
      body: { error: `unavailable: the host of machine ${id} is unreachable` },
    });
  expect((await rig.call('POST', at, { body: { config: { image: rig.image } } })).status).toBe(503);
  expect((await rig.call('GET', `${at}/ps`)).status).toBe(503);
  expect((await rig.call('GET', `${at}/events`)).status).toBe(200);

  faults.clear(fault);
  rig.service.faultsChanged();
  expect(await rig.get('web', id)).toMatchObject({ host_status: 'ok', config: { image: rig.image } });
  expect(await rig.ask('web', id, '/')).toBe('fine');
});

test('a machine on an unreachable host is marked for destruction, and destroyed when the host is back', async () => {
  const { rig, faults } = await rigWithFaults();
  await using _ = rig;
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const { id: fault } = faults.add({ kind: 'host-unreachable', target: id, ...state });
  expect((await rig.call('DELETE', `/v1/apps/web/machines/${id}?force=true`)).status).toBe(200);
  expect((await rig.get('web', id)).state).toBe('destroying');
  expect(rig.pid(id)).not.toBeNull();
  faults.clear(fault);
  rig.service.faultsChanged();
  await rig.wait('web', id, 'destroyed');
  expect(rig.pid(id)).toBeNull();
});

test('what is new goes to a host that answers, and a machine cannot go where its volume is not reachable', async () => {
  const { rig, faults } = await rigWithFaults();
  await using _ = rig;
  const create = (body: object) => rig.call('POST', '/v1/apps/web/machines', { body });
  const { body: volume } = await rig.call('POST', '/v1/apps/web/volumes', {
    body: { name: 'data', region: 'iad' },
  });
  faults.add({ kind: 'host-unreachable', target: 'iad-1', ...state });
  const { id } = await rig.machine('web', { image: rig.image });
  expect(hostOf(rig, id)).toBe('iad-2');
  expect((await rig.call('GET', `/v1/apps/web/volumes/${volume.id}`)).body.host_status).toBe('unreachable');
  expect((await rig.call('DELETE', `/v1/apps/web/volumes/${volume.id}`)).status).toBe(503);
  const mounts = [{ volume: volume.id, path: '/data' }];
  expect(await create({ config: { image: rig.image, mounts } })).toMatchObject({
    status: 412,
    body: {
      error: `insufficient resources to create new machine with existing volume '${volume.id}'`,
      status: 'volume_placement_capacity',
    },
  });
  faults.add({ kind: 'host-unreachable', target: 'iad-2', ...state });
  expect(await create({ config: { image: rig.image } })).toMatchObject({
    status: 422,
    body: { status: 'insufficient_capacity' },
  });
});

test('a region out of capacity refuses new machines and volumes, and no placement names it', async () => {
  const { rig, faults } = await rigWithFaults();
  await using _ = rig;
  faults.add({ kind: 'no-capacity', target: 'fra', ...state });
  const machine = { config: { image: rig.image }, region: 'fra' };
  expect(await rig.call('POST', '/v1/apps/web/machines', { body: machine })).toMatchObject({
    status: 422,
    body: { status: 'insufficient_capacity', error: expect.stringContaining('fra') },
  });
  const volume = { name: 'data', region: 'fra' };
  expect(await rig.call('POST', '/v1/apps/web/volumes', { body: volume })).toMatchObject({
    status: 409,
    body: { error: 'aborted: no capacity' },
  });
  const place = (body: object) =>
    rig.call('POST', '/v1/platform/placements', { body: { org_slug: 'personal', ...body } });
  expect((await place({ region: 'fra,lhr', count: 3 })).body).toEqual({
    regions: [{ region: 'lhr', count: 3, concurrency: 2 }],
  });
  expect(await place({ region: 'fra', count: 1 })).toMatchObject({ status: 422 });
  const { regions } = (await place({ region: 'eu' })).body;
  expect(regions.map((each: { region: string }) => each.region)).toEqual(['ams', 'arn', 'cdg', 'lhr']);
  expect(await place({ region: 'moon' })).toMatchObject({ status: 400 });
});

test.each([
  [{ cpu_kind: 'quantum' }, 'cpu_kind "quantum": must be shared or performance'],
  [{ cpus: 3 }, 'cpus 3: must be one of 1, 2, 4, 6, 8 for shared'],
  [{ cpus: 2, memory_mb: 256 }, 'memory_mb 256: must be 512 to 4096 in steps of 256 for 2 shared CPUs'],
  [{ memory_mb: 300 }, 'memory_mb 300: must be 256 to 2048 in steps of 256 for 1 shared CPUs'],
  [
    { cpu_kind: 'performance', memory_mb: 1024 },
    'memory_mb 1024: must be 2048 to 8192 in steps of 1024 for 1 performance CPUs',
  ],
])('the guest %o is no size', async (guest, why) => {
  await using rig = await FlyRig.start();
  const body = { config: { image: rig.image, guest } };
  expect(await rig.call('POST', '/v1/apps/web/machines', { body })).toMatchObject({
    status: 400,
    body: { error: `invalid config.guest.${why}` },
  });
});

test('a guest is filled in to the smallest size of its kind, or is what a preset is named after', async () => {
  await using rig = await FlyRig.start();
  const guestOf = async (config: object) =>
    (
      await rig.call('POST', '/v1/apps/web/machines', {
        body: { config: { image: rig.image, ...config }, skip_launch: true },
      })
    ).body.config.guest;
  expect(await guestOf({})).toEqual({ cpu_kind: 'shared', cpus: 1, memory_mb: 256 });
  expect(await guestOf({ guest: { cpus: 4 } })).toEqual({ cpu_kind: 'shared', cpus: 4, memory_mb: 1024 });
  expect(await guestOf({ size: 'performance-2x' })).toEqual({
    cpu_kind: 'performance',
    cpus: 2,
    memory_mb: 4096,
  });
});
