import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasOwnMounts } from '../../src/cloud/machines/mounted-command.ts';
import { FlyRig, serviceConfig, until } from '../support/cloud-fly-rig.ts';

/** A server that keeps what it is told in its volume, wherever that is, and says it back. */
const KEEPER = `
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
const at = (process.env.KEEP_AT ?? process.env.FLY_VOLUME_PATH) + '/kept';
createServer((request, response) => {
  const [, what, text] = request.url.split('/');
  if (what === 'keep') writeFileSync(at, text);
  try {
    response.end(what === 'env' ? process.env.FLY_VOLUME_PATH : readFileSync(at));
  } catch (error) {
    response.end(error.code);
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

function keeper(rig: FlyRig, env: Readonly<Record<string, string>> = {}): string {
  const files = { 'keep.mjs': KEEPER };
  return rig.images.add('web', { files, command: ['node', '/app/keep.mjs'], env });
}

async function newVolume(rig: FlyRig, body: object = {}): Promise<{ id: string; [key: string]: unknown }> {
  const { status, body: volume } = await rig.call('POST', '/v1/apps/web/volumes', {
    body: { name: 'data', region: 'fra', size_gb: 2, ...body },
  });
  expect(status).toBe(200);
  return volume;
}

const mounting = (volume: string, path = '/data'): object => ({ mounts: [{ volume, path }] });
const inFra = { body: { region: 'fra' } };

test('what a machine writes to its volume outlives stop, update, and the machine itself', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const config = serviceConfig(keeper(rig), mounting(volume));
  const { id } = await rig.machine('web', config, inFra);
  expect(await rig.ask('web', id, '/read')).toBe('ENOENT');
  expect(await rig.ask('web', id, '/keep/one')).toBe('one');
  expect((await rig.call('GET', `/v1/apps/web/volumes/${volume}`)).body.attached_machine_id).toBe(id);

  await rig.call('POST', `/v1/apps/web/machines/${id}/stop`, { body: {} });
  await rig.wait('web', id, 'stopped');
  await rig.call('POST', `/v1/apps/web/machines/${id}/start`);
  await rig.wait('web', id, 'started');
  expect(await rig.ask('web', id, '/read')).toBe('one');

  const next = { ...config, image: keeper(rig, { VERSION: 'two' }) };
  expect((await rig.call('POST', `/v1/apps/web/machines/${id}`, { body: { config: next } })).status).toBe(
    200,
  );
  await rig.wait('web', id, 'started');
  expect(await rig.ask('web', id, '/read')).toBe('one');

  await rig.call('DELETE', `/v1/apps/web/machines/${id}?force=true`);
  await rig.wait('web', id, 'destroyed');
  expect((await rig.call('GET', `/v1/apps/web/volumes/${volume}`)).body.attached_machine_id).toBeNull();
  const second = await rig.machine('web', next, inFra);
  expect(await rig.ask('web', second.id, '/read')).toBe('one');
});

test('a volume is there again with its files and its machine after a restart of the service', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const { id } = await rig.machine('web', serviceConfig(keeper(rig), mounting(volume)), inFra);
  await rig.ask('web', id, '/keep/one');
  await rig.service.shutdown({ stopMachines: true });
  await using again = await rig.again();
  await again.wait('web', id, 'started');
  expect(await again.ask('web', id, '/read')).toBe('one');
  expect((await again.call('GET', '/v1/apps/web/volumes')).body).toMatchObject([
    { id: volume, attached_machine_id: id, region: 'fra' },
  ]);
});

test.skipIf(!hasOwnMounts())(
  'a process finds its volume and files at the very paths of the config, and nobody else does (needs mount namespaces)',
  async () => {
    await using rig = await FlyRig.start();
    const [one, two] = [await newVolume(rig), await newVolume(rig)];
    await rig.call('POST', '/v1/apps/web/secrets/FILE', { body: { value: btoa('of a secret') } });
    const path = '/glidepath-test-data/deep';
    const image = keeper(rig, { KEEP_AT: path });
    const files = [
      { guest_path: '/etc/glidepath-test/raw.txt', raw_value: btoa('raw') },
      { guest_path: '/glidepath-test-secret.txt', secret_name: 'FILE', mode: 0o600 },
    ];
    const machines = [one, two].map((volume) =>
      rig.machine('web', serviceConfig(image, { ...mounting(volume.id, path), files }), inFra),
    );
    const [first, second] = await Promise.all(machines);
    await rig.ask('web', first.id, '/keep/one');
    await rig.ask('web', second.id, '/keep/two');
    expect(await rig.ask('web', first.id, '/read')).toBe('one');
    expect(await rig.ask('web', second.id, '/read')).toBe('two');
    expect(await rig.ask('web', first.id, '/env')).toBe(path);
    const command = ['cat', `${path}/kept`, files[0]?.guest_path, files[1]?.guest_path];
    const { body: exec } = await rig.call('POST', `/v1/apps/web/machines/${first.id}/exec`, {
      body: { command },
    });
    expect(exec).toMatchObject({ exit_code: 0, stdout: 'onerawof a secret' });
    expect(['/glidepath-test-data', '/etc/glidepath-test'].some((here) => existsSync(here))).toBe(false);
  },
);

test('a path below the working directory is a path of the image', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const image = keeper(rig, hasOwnMounts() ? { KEEP_AT: 'data' } : {});
  const { id } = await rig.machine('web', serviceConfig(image, mounting(volume, '/app/data')), inFra);
  expect(await rig.ask('web', id, '/keep/here')).toBe('here');
});

test('a volume has one machine, and one machine has one volume', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const { id: other } = await newVolume(rig);
  const image = keeper(rig);
  const create = (config: object, region = 'fra') =>
    rig.call('POST', '/v1/apps/web/machines', { body: { config: serviceConfig(image, config), region } });
  const { id } = await rig.machine('web', serviceConfig(image, mounting(volume)), inFra);

  expect(await create(mounting(volume))).toMatchObject({
    status: 412,
    body: { error: expect.stringContaining(`already claimed by machine ${id}`) },
  });
  expect(await create(mounting(other), 'lhr')).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('is in region fra, the machine in lhr') },
  });
  expect((await create(mounting('vol_none'))).status).toBe(400);
  expect((await create({ mounts: [{ volume: other, path: 'data' }] })).status).toBe(400);
  const two = [volume, other].map((each) => ({ volume: each, path: '/data' }));
  expect((await create({ mounts: two })).status).toBe(400);
  expect(
    await rig.call('POST', `/v1/apps/web/machines/${id}`, {
      body: { config: serviceConfig(image, mounting(other)) },
    }),
  ).toMatchObject({ status: 400, body: { error: expect.stringContaining('cannot be changed') } });
  expect(await rig.call('DELETE', `/v1/apps/web/volumes/${volume}`)).toMatchObject({
    status: 409,
    body: { error: `failed_precondition: volume is currently bound to machine: ${id}` },
  });
  expect(await rig.call('DELETE', `/v1/apps/web/volumes/${other}`)).toMatchObject({
    status: 200,
    body: { id: other, state: 'destroyed' },
  });
  expect((await rig.call('GET', `/v1/apps/web/volumes/${other}`)).status).toBe(404);
});

test('of many machines that want one volume at once, one gets it', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const body = { region: 'fra', config: serviceConfig(keeper(rig), mounting(volume)), skip_launch: true };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => rig.call('POST', '/v1/apps/web/machines', { body })),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([200, ...Array<number>(7).fill(412)]);
});

test('a snapshot keeps what was, and a volume is made of it or of another volume', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const image = keeper(rig);
  const { id } = await rig.machine('web', serviceConfig(image, mounting(volume)), inFra);
  await rig.ask('web', id, '/keep/before');
  expect((await rig.call('POST', `/v1/apps/web/volumes/${volume}/snapshots`)).status).toBe(200);
  await rig.ask('web', id, '/keep/after');
  const { body: snapshots } = await rig.call('GET', `/v1/apps/web/volumes/${volume}/snapshots`);
  expect(snapshots).toMatchObject([{ status: 'created', retention_days: 5 }]);

  const restored = await newVolume(rig, { snapshot_id: snapshots[0].id });
  const forked = await newVolume(rig, { source_volume_id: volume });
  const kept = await Promise.all(
    [restored, forked].map(async (each) => {
      const machine = await rig.machine('web', serviceConfig(image, mounting(each.id)), inFra);
      return await rig.ask('web', machine.id, '/read');
    }),
  );
  expect(kept).toEqual(['before', 'after']);
});

test('a copy that cannot be finished leaves no files, and one whose service was killed none after its next start', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const dir = `${rig.dir}/state/volumes`;
  rmSync(`${dir}/${volume}/data`, { recursive: true });
  const forked = await rig.call('POST', '/v1/apps/web/volumes', {
    body: { name: 'data', region: 'fra', size_gb: 2, source_volume_id: volume },
  });
  expect(forked.status).toBe(500);
  expect(readdirSync(dir)).toEqual([volume]);
  expect((await rig.call('GET', '/v1/apps/web/volumes')).body).toMatchObject([{ id: volume }]);

  mkdirSync(`${dir}/vol_half/data`, { recursive: true });
  await rig.service.shutdown({ stopMachines: true });
  await using again = await rig.again();
  expect(readdirSync(dir)).toEqual([volume]);
  expect((await again.call('GET', `/v1/apps/web/volumes/${volume}`)).status).toBe(200);
});

test('a volume only grows, and a running machine must be started anew for it', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const extend = (sizeGb: number) =>
    rig.call('PUT', `/v1/apps/web/volumes/${volume}/extend`, { body: { size_gb: sizeGb } });
  expect((await extend(1)).status).toBe(400);
  expect(await extend(3)).toMatchObject({ body: { needs_restart: false, volume: { size_gb: 3 } } });
  await rig.machine('web', serviceConfig(keeper(rig), mounting(volume)), inFra);
  expect(await extend(4)).toMatchObject({ body: { needs_restart: true, volume: { size_gb: 4 } } });
});

test.each([
  [{ name: 'My-Volume' }, 400],
  [{ region: 'xyz' }, 400],
  [{ size_gb: 0 }, 400],
  [{ size_gb: 501 }, 400],
  [{ snapshot_retention: 61 }, 400],
  [{ snapshot_id: 'vs_none' }, 404],
  [{ source_volume_id: 'vol_none' }, 404],
])('a volume with %o is refused', async (wrong, status) => {
  await using rig = await FlyRig.start();
  const body = { name: 'data', region: 'fra', ...wrong };
  expect((await rig.call('POST', '/v1/apps/web/volumes', { body })).status).toBe(status);
  expect((await rig.call('GET', '/v1/apps/web/volumes')).body).toEqual([]);
});

test('volumes of one name are kept on hosts of their own while there are any', async () => {
  await using rig = await FlyRig.start();
  const zones = [(await newVolume(rig))['zone'], (await newVolume(rig))['zone']];
  expect(new Set(zones).size).toBe(2);
  const body = { name: 'data', region: 'fra', require_unique_zone: true };
  expect(await rig.call('POST', '/v1/apps/web/volumes', { body })).toMatchObject({
    status: 409,
    body: { error: 'aborted: no capacity' },
  });
  expect((await newVolume(rig))['zone']).toSatisfy((zone) => zones.includes(zone));
});

test("an organization's volumes are listed page by page, deleted ones on request", async () => {
  await using rig = await FlyRig.start();
  const ids = [(await newVolume(rig)).id, (await newVolume(rig)).id].toSorted();
  const page = (query: string) => rig.call('GET', `/v1/orgs/personal/volumes?${query}`);
  const { body: first } = await page('limit=1');
  expect(first).toMatchObject({ volumes: [{ id: ids[0], app_name: 'web' }], next_cursor: ids[0] });
  const { body: rest } = await page(`limit=1&cursor=${first.next_cursor}`);
  expect(rest).toMatchObject({ volumes: [{ id: ids[1] }] });
  expect(rest.next_cursor).toBeUndefined();
  await rig.call('DELETE', `/v1/apps/web/volumes/${ids[0]}`);
  expect((await page('region=fra')).body.volumes).toHaveLength(1);
  expect((await page('include_deleted=true&state=destroyed')).body.volumes).toMatchObject([{ id: ids[0] }]);
  expect((await rig.call('GET', '/v1/apps/web')).body.volume_count).toBe(1);
});

test('the files of an app go with the app', async () => {
  await using rig = await FlyRig.start();
  const { id: volume } = await newVolume(rig);
  const dir = `${rig.dir}/state/volumes/${volume}`;
  expect(existsSync(dir)).toBe(true);
  await rig.call('DELETE', '/v1/apps/web');
  await until(() => !existsSync(dir));
});
