import { expect, test, vi } from 'vitest';
import { clearFaults, setFault } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { api, CloudRig } from '../support/edge-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

interface Machine {
  readonly id: string;
  readonly state: string;
  readonly instance_id: string;
  readonly config: { readonly image: string; readonly env?: Record<string, string> };
  readonly checks?: readonly { readonly status: string }[];
  readonly events: readonly { readonly type: string; readonly status: string }[];
}

const machines = (cloud: CloudInfo): Promise<Machine[]> =>
  api(cloud, 'GET', '/v1/apps/web/machines') as Promise<Machine[]>;

/** Sends a request as the holder of a lease; the status that came back. */
async function statusAs(cloud: CloudInfo, nonce: string, path: string, body: object): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${cloud.apiPort}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${cloud.token}`,
      'content-type': 'application/json',
      'fly-machine-lease-nonce': nonce,
    },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

test('a rate limit answers 429 as often as asked, and then lets through', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const fault = { kind: 'rate-limit', route: 'GET /v1/apps', status: 503, delayMs: 0, times: 2 } as const;
  await setFault(cloud, fault);
  const ask = (): Promise<unknown> => api(cloud, 'GET', '/v1/apps?org_slug=personal');
  await expect(ask()).rejects.toThrow(/429 .*rate limit exceeded/u);
  await expect(ask()).rejects.toThrow('429');
  await expect(ask()).resolves.toMatchObject({ total_apps: 0 });
});

test('a stolen lease keeps its holder out until the thief gives it up', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const id = await rig.deploy(cloud, 'web');
  const path = `/v1/apps/web/machines/${id}`;
  const lease = (await api(cloud, 'POST', `${path}/lease`, { ttl: 30 })) as { data: { nonce: string } };
  const [machine] = await machines(cloud);
  const config = machine?.config;
  await setFault(cloud, { kind: 'lease-stolen', target: 'web', delayMs: 4_000, times: 1 });
  expect(await statusAs(cloud, lease.data.nonce, path, { config })).toBe(409);
  expect((await machines(cloud))[0]?.instance_id).toBe(machine?.instance_id);
  const held = (await api(cloud, 'GET', `${path}/lease`)) as { data: { owner: string } };
  expect(held.data.owner).toContain('somebody-else');
  await waitFor(() => api(cloud, 'POST', `${path}/lease`, { ttl: 30 }));
});

test('a machine that fails to boot ends as failed, without a process', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await api(cloud, 'POST', '/v1/apps', { name: 'web', org_slug: 'personal' });
  const image = await rig.push(cloud, 'web');
  await setFault(cloud, { kind: 'boot-failure', target: 'web', delayMs: 0, times: 1 });
  await api(cloud, 'POST', '/v1/apps/web/machines', { config: { image } });
  await waitFor(async () => expect((await machines(cloud))[0]?.state).toBe('failed'));
  expect((await machines(cloud))[0]?.events[0]).toMatchObject({ type: 'launch', status: 'failed' });
});

test('an image that is gone can neither be pulled nor started, until the fault is cleared', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await api(cloud, 'POST', '/v1/apps', { name: 'web', org_slug: 'personal' });
  const image = await rig.push(cloud, 'web');
  const digest = image.slice(image.indexOf('@') + 1);
  await setFault(cloud, { kind: 'image-gone', target: `web@${digest}`, delayMs: 0, times: null });
  await expect(api(cloud, 'GET', `/v2/web/manifests/${digest}`)).rejects.toThrow(/404 .*MANIFEST_UNKNOWN/u);
  const create = (): Promise<unknown> =>
    api(cloud, 'POST', '/v1/apps/web/machines', { config: { image }, skip_launch: true });
  await expect(create()).rejects.toThrow(/400 .*manifest unknown/u);
  await clearFaults(cloud);
  await expect(create()).resolves.toMatchObject({ state: 'created' });
});

test('flapping checks fail and pass in turns while the process runs on', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await api(cloud, 'POST', '/v1/apps', { name: 'web', org_slug: 'personal' });
  const image = await rig.push(cloud, 'web');
  const check = { type: 'tcp', port: 8080, interval: '1s', timeout: '1s', grace_period: '0s' };
  await api(cloud, 'POST', '/v1/apps/web/machines', { config: { image, checks: { up: check } } });
  const statusNow = async (): Promise<string | undefined> => (await machines(cloud))[0]?.checks?.[0]?.status;
  const becomes = (status: string): Promise<void> =>
    vi.waitFor(async () => expect(await statusNow()).toBe(status), { timeout: 60_000, interval: 250 });
  await becomes('passing');
  await setFault(cloud, { kind: 'flapping', target: 'web', delayMs: 1_500, times: null });
  await becomes('critical');
  await becomes('passing');
  await becomes('critical');
  expect((await machines(cloud))[0]?.state).toBe('started');
});
