import { expect, test, vi } from 'vitest';
import { askCloud, cloudRoutes, cloudStatus, setFault } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { api, CloudRig } from '../support/edge-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

async function urlOf(cloud: CloudInfo, app: string): Promise<string> {
  return waitFor(async () => {
    const found = (await cloudRoutes(cloud)).find((route) => route.app === app);
    if (found === undefined) throw new Error(`no route to ${app}`);
    return found.url;
  });
}

test('requests to a far region take longer, by as much as is set when the cloud starts or later', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up({ regionLatencyMs: { iad: 300 } });
  await rig.deploy(cloud, 'web');
  const url = await urlOf(cloud, 'web');
  const tookMs = async (): Promise<number> => {
    const began = performance.now();
    expect((await fetch(url)).status).toBe(200);
    return performance.now() - began;
  };
  expect(await tookMs()).toBeGreaterThanOrEqual(300);
  await askCloud(cloud, 'PUT', '/regions/iad', { latencyMs: 0 });
  // Once is enough: with the latency each of them took as long.
  await vi.waitFor(async () => expect(await tookMs()).toBeLessThan(300), { timeout: 60_000 });
  const { regions } = (await askCloud(cloud, 'GET', '/regions')) as { regions: { code: string }[] };
  expect(regions.find(({ code }) => code === 'iad')).toMatchObject({
    hosts: ['iad-1', 'iad-2'],
    latencyMs: 0,
  });
  await expect(askCloud(cloud, 'PUT', '/regions/moon', { latencyMs: 1 })).rejects.toThrow('no region moon');
  await expect(askCloud(cloud, 'PUT', '/regions/iad', { latencyMs: -1 })).rejects.toThrow('no latency');
});

test('names are kept over a restart of the cloud, and make a custom domain verified and routed', async () => {
  await using rig = new CloudRig();
  let cloud = await rig.up();
  await rig.deploy(cloud, 'web');
  await askCloud(cloud, 'PUT', '/dns/www.example.com', { cname: ['web.fly.dev'] });
  process.kill(cloud.pid, 'SIGKILL');
  await waitFor(() => expect(() => process.kill(cloud.pid, 0)).toThrow());
  cloud = await rig.up();
  expect(await askCloud(cloud, 'GET', '/dns')).toEqual({
    hosts: { 'www.example.com': { cname: ['web.fly.dev'] } },
  });
  await api(cloud, 'POST', '/v1/apps/web/certificates/acme', { hostname: 'www.example.com' });
  expect(await api(cloud, 'POST', '/v1/apps/web/certificates/www.example.com/check')).toMatchObject({
    configured: true,
    status: 'active',
  });
  await askCloud(cloud, 'DELETE', '/dns/www.example.com');
  await expect(askCloud(cloud, 'DELETE', '/dns/www.example.com')).rejects.toThrow('no records');
  await expect(askCloud(cloud, 'PUT', '/dns/a b', {})).rejects.toThrow('no host name');
  await expect(askCloud(cloud, 'PUT', '/dns/a.example.com', { a: ['x'] })).rejects.toThrow('no records');
});

test('while a host is unreachable the machines of the others serve, and it serves again when the fault is cleared', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const lost = await rig.deploy(cloud, 'web');
  const other = await rig.addMachine(cloud, 'web');
  const url = await urlOf(cloud, 'web');
  const served = async (): Promise<Set<string>> =>
    new Set(await Promise.all(Array.from({ length: 20 }, async () => await (await fetch(url)).text())));
  await waitFor(async () => expect(await served()).toEqual(new Set([lost, other])));
  const hosts = async () =>
    (await cloudStatus(cloud)).apps[0]?.machines.map(({ host, routable }) => [host, routable]);
  expect(await hosts()).toEqual([
    ['iad-1', true],
    ['iad-2', true],
  ]);
  const target = 'iad-1';
  const fault = await setFault(cloud, { kind: 'host-unreachable', target, delayMs: 0, times: null });
  expect(await hosts()).toEqual([
    ['iad-1', false],
    ['iad-2', true],
  ]);
  expect(await served()).toEqual(new Set([other]));
  await askCloud(cloud, 'DELETE', `/faults/${fault.id}`);
  expect(await served()).toEqual(new Set([lost, other]));
});
