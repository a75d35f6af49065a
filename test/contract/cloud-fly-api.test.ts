import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FlyRig, serviceConfig } from '../support/cloud-fly-rig.ts';
import type { Answer } from '../support/cloud-fly-rig.ts';

/** A clock that only goes on when it is put forward, for leases and rate limits. Sleeping is real. */
function adjustableClock(): Clock & { forward(ms: number): void } {
  const startedAt = systemClock.now();
  let offsetMs = 0;
  return {
    now: () => startedAt + offsetMs,
    sleep: async (ms, signal) => await systemClock.sleep(ms, signal),
    forward: (ms) => {
      offsetMs += ms;
    },
  };
}

async function stoppedMachine(rig: FlyRig, config: object = {}, body: object = {}): Promise<Answer['body']> {
  return await rig.machine('web', serviceConfig(rig.image, config), {
    body: { skip_launch: true, ...body },
    until: 'stopped',
  });
}

test('every answer asks for the token, in either scheme, and carries a request id', async () => {
  await using rig = await FlyRig.start();
  for (const token of [null, 'Bearer wrong', 'Basic Zm9v']) {
    const answer = await rig.call('GET', '/v1/apps/web', { token });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: 'Authenticate: token validation error' });
    expect(answer.headers.get('fly-request-id')).toMatch(/^[0-9A-Z]{26}-local$/);
  }
  const answer = await rig.call('GET', '/v1/apps/web', { token: 'FlyV1 fm2_test-token' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('fly-request-id')).not.toBeNull();
  expect((await rig.call('GET', '/api/v1/apps/web/logs', { token: null })).status).toBe(401);
});

test('apps are made once, listed by organization, and gone after their deletion', async () => {
  await using rig = await FlyRig.start();
  const made = await rig.call('POST', '/v1/apps?wait=true', { body: { app_name: 'api', org_slug: 'acme' } });
  expect(made.status).toBe(201);
  const taken = await rig.call('POST', '/v1/apps', { body: { name: 'api' } });
  expect(taken.status).toBe(422);
  expect(taken.body.status).toBe('name_taken');
  expect((await rig.call('POST', '/v1/apps', { body: {} })).status).toBe(400);
  expect((await rig.call('POST', '/v1/apps', { body: { name: 'Not_Allowed' } })).status).toBe(422);
  expect((await rig.call('GET', '/v1/apps?org_slug=acme')).body).toMatchObject({
    total_apps: 1,
    apps: [{ name: 'api' }],
  });
  expect((await rig.call('GET', '/v1/apps')).status).toBe(400);
  expect((await rig.call('GET', '/v1/apps/api')).body).toMatchObject({
    status: 'pending',
    organization: { slug: 'acme' },
  });
  expect((await rig.call('DELETE', '/v1/apps/api')).status).toBe(202);
  expect((await rig.call('DELETE', '/v1/apps/api')).status).toBe(404);
});

test('mistakes in a config get 400 with the path of what is wrong', async () => {
  await using rig = await FlyRig.start();
  const create = async (config: unknown, more: object = {}): Promise<Answer> =>
    await rig.call('POST', '/v1/apps/web/machines', { body: { config, ...more } });
  expect((await create(undefined)).status).toBe(400);
  expect((await create({ image: rig.image, env: { A: 1 } })).body.error).toContain('config.env.A');
  expect((await create(serviceConfig(rig.image, { restart: { policy: 'sometimes' } }))).body.error).toContain(
    'config.restart.policy',
  );
  expect(
    (await create({ image: rig.image, checks: { a: { type: 'tcp', interval: '5 parsecs' } } })).body.error,
  ).toContain('duration');
  expect((await create({ image: 'registry.test/web@sha256:00' })).body.error).toContain('manifest unknown');
  expect((await create({ image: rig.image }, { region: 'moon' })).body.error).toContain(
    'region moon not found',
  );
  expect((await create({ image: rig.image }, { min_secrets_version: 7 })).status).toBe(400);
  expect((await create({ image: rig.image, containers: [{ name: 'c' }] })).status).toBe(501);
  expect((await rig.call('GET', '/v1/apps/web/machines')).body).toEqual([]);
});

test('a name is taken while its machine exists', async () => {
  await using rig = await FlyRig.start();
  await stoppedMachine(rig, {}, { name: 'only-one' });
  const twin = await rig.call('POST', '/v1/apps/web/machines', {
    body: { config: serviceConfig(rig.image), name: 'only-one' },
  });
  expect(twin.status).toBe(409);
  expect(twin.body.error).toContain('unique machine name violation');
});

test('a config comes back as it was sent, with autostop as a boolean where Fly answers one', async () => {
  await using rig = await FlyRig.start();
  const service = (autostop: unknown): object => ({
    protocol: 'tcp',
    internal_port: 8080,
    autostop,
    force_instance_key: 'one',
  });
  const sent = {
    image: rig.image,
    services: [service('stop'), service('off'), service('suspend'), service(true)],
    statics: [{ guest_path: '/public', url_prefix: '/' }],
  };
  const { id } = await rig.machine('web', sent, { body: { skip_launch: true }, until: 'stopped' });
  const { config } = await rig.get('web', id);
  expect(config).toEqual({
    image: rig.image,
    services: [service(true), service(false), service('suspend'), service(true)],
    statics: [{ guest_path: '/public', url_prefix: '/' }],
    init: {},
    guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
  });
});

test('lists filter by state, region and metadata, and a summary leaves the config out', async () => {
  await using rig = await FlyRig.start();
  await stoppedMachine(rig, { metadata: { role: 'a' } }, { region: 'fra' });
  await stoppedMachine(rig, { metadata: { role: 'b' } }, { region: 'iad' });
  const count = async (query: string): Promise<number> =>
    (await rig.call('GET', `/v1/apps/web/machines?${query}`)).body.length;
  expect(await count('region=fra')).toBe(1);
  expect(await count('metadata.role=b')).toBe(1);
  expect(await count('metadata.role=c')).toBe(0);
  expect(await count('state=stopped')).toBe(2);
  expect(await count('started')).toBe(0);
  const [summary] = (await rig.call('GET', '/v1/apps/web/machines?summary=true')).body;
  expect(summary).not.toHaveProperty('config');
});

test('the machines of an organization come in pages', async () => {
  await using rig = await FlyRig.start();
  const ids = [await stoppedMachine(rig), await stoppedMachine(rig), await stoppedMachine(rig)].map(
    (machine) => machine.id,
  );
  const seen: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: Answer = await rig.call('GET', `/v1/orgs/personal/machines?limit=2&cursor=${cursor}`);
    seen.push(...page.body.machines.map((machine: { id: string }) => machine.id));
    cursor = page.body.next_cursor;
  }
  expect(seen).toEqual(ids.toSorted((a: string, b: string) => (a < b ? -1 : 1)));
  expect((await rig.call('GET', '/v1/orgs/nobody/machines')).body.machines).toEqual([]);
});

test('a lease keeps everybody else from changing the machine until it is released', async () => {
  await using rig = await FlyRig.start();
  const { id } = await stoppedMachine(rig);
  const lease = `/v1/apps/web/machines/${id}/lease`;
  const taken = await rig.call('POST', lease, { body: { ttl: 60, description: 'deploy' } });
  expect(taken.status).toBe(201);
  expect(taken.body).toMatchObject({ status: 'success', data: { description: 'deploy' } });
  const { nonce } = taken.body.data;
  for (const [method, action] of [
    ['POST', ''],
    ['POST', '/start'],
    ['POST', '/stop'],
    ['POST', '/restart'],
    ['POST', '/suspend'],
    ['POST', '/cordon'],
    ['DELETE', '?force=true'],
    ['POST', '/lease'],
  ] as const) {
    const path = `/v1/apps/web/machines/${id}${action}`;
    const body = method === 'POST' ? { config: serviceConfig(rig.image) } : undefined;
    const refused = await rig.call(method, path, { body });
    expect([action, refused.status]).toEqual([action, 409]);
    expect(refused.body.error).toContain('lease currently held by');
    expect((await rig.call(method, path, { body, nonce: 'wrong' })).status).toBe(409);
  }
  expect((await rig.call('GET', lease)).body.data.nonce).toBe(nonce);
  expect((await rig.call('DELETE', lease)).status).toBe(409);
  expect((await rig.call('DELETE', lease, { nonce })).status).toBe(200);
  expect((await rig.call('GET', lease)).status).toBe(404);
  expect((await rig.call('POST', `/v1/apps/web/machines/${id}/cordon`)).status).toBe(200);
});

test('a lease is prolonged by its nonce, runs out by itself, and its old holder can change nothing more', async () => {
  const clock = adjustableClock();
  await using rig = await FlyRig.start({ clock });
  const { id } = await stoppedMachine(rig);
  const lease = `/v1/apps/web/machines/${id}/lease`;
  const { nonce, expires_at: first } = (await rig.call('POST', `${lease}?ttl=13`)).body.data;
  clock.forward(10_000);
  const refreshed = await rig.call('POST', `${lease}?ttl=13`, { nonce });
  expect(refreshed.body.data.nonce).toBe(nonce);
  expect(refreshed.body.data.expires_at - first).toBeGreaterThanOrEqual(10);
  clock.forward(14_000);
  expect((await rig.call('POST', `/v1/apps/web/machines/${id}/cordon`, { nonce })).status).toBe(409);
  const other = await rig.call('POST', `${lease}?ttl=13`);
  expect(other.status).toBe(201);
  expect(other.body.data.nonce).not.toBe(nonce);
});

test('lease_ttl on create hands out the nonce', async () => {
  await using rig = await FlyRig.start();
  const created = await stoppedMachine(rig, {}, { lease_ttl: 60 });
  expect(created.nonce).toMatch(/^[0-9a-f]{12}$/);
  expect((await rig.call('POST', `/v1/apps/web/machines/${created.id}/cordon`)).status).toBe(409);
  const cordoned = await rig.call('POST', `/v1/apps/web/machines/${created.id}/cordon`, {
    nonce: created.nonce,
  });
  expect(cordoned.status).toBe(200);
  expect(await rig.get('web', created.id)).not.toHaveProperty('nonce');
});

test('metadata is read, merged, replaced and removed without a new version', async () => {
  await using rig = await FlyRig.start();
  const { id, instance_id: version } = await stoppedMachine(rig, { metadata: { a: '1', b: '2' } });
  const path = `/v1/apps/web/machines/${id}/metadata`;
  expect((await rig.call('PATCH', path, { body: { metadata: { a: '9', b: null, c: '3' } } })).status).toBe(
    204,
  );
  expect((await rig.call('GET', path)).body).toEqual({ a: '9', c: '3' });
  expect(
    (await rig.call('PUT', path, { body: { metadata: { d: '4' }, machine_version: version } })).status,
  ).toBe(204);
  expect((await rig.call('PUT', path, { body: { metadata: {}, machine_version: 'other' } })).status).toBe(
    412,
  );
  expect((await rig.call('GET', `${path}/d`)).body).toEqual({ value: '4' });
  expect((await rig.call('POST', `${path}/e`, { body: { value: '5' } })).status).toBe(204);
  expect((await rig.call('DELETE', `${path}/d`)).status).toBe(204);
  expect((await rig.call('GET', `${path}/d`)).status).toBe(404);
  expect((await rig.call('PATCH', path, { body: { nothing: 1 } })).status).toBe(400);
  const machine = await rig.get('web', id);
  expect(machine.config.metadata).toEqual({ e: '5' });
  expect(machine.instance_id).toBe(version);
});

test('secrets are told by digest only and raise the version that machines can ask for', async () => {
  await using rig = await FlyRig.start();
  const set = await rig.call('POST', '/v1/apps/web/secrets', {
    body: { values: { TOKEN: 'hunter2', OTHER: 'x' } },
  });
  expect(set.body).toMatchObject({ version: 1, secrets: [{ name: 'TOKEN' }, { name: 'OTHER' }] });
  expect((await rig.call('POST', '/v1/apps/web/secrets/THIRD', { body: { value: 'y' } })).status).toBe(201);
  expect(
    (await rig.call('POST', '/v1/apps/web/secrets', { body: { values: { OTHER: null } } })).body.version,
  ).toBe(3);
  expect((await rig.call('DELETE', '/v1/apps/web/secrets/THIRD')).body.version).toBe(4);
  expect((await rig.call('DELETE', '/v1/apps/web/secrets/THIRD')).status).toBe(404);
  const list = await rig.call('GET', '/v1/apps/web/secrets');
  expect(list.body.secrets.map((secret: { name: string }) => secret.name)).toEqual(['TOKEN']);
  expect(JSON.stringify(list.body)).not.toContain('hunter2');
  expect(
    (await rig.call('POST', '/v1/apps/web/secrets', { body: { values: { 'NOT OK': 'x' } } })).status,
  ).toBe(400);
  await stoppedMachine(rig, {}, { min_secrets_version: 4 });
});

test('rate limits let three of one action through at once and refill by one a second', async () => {
  const clock = adjustableClock();
  await using rig = await FlyRig.start({ clock, rateLimits: true });
  const { id } = await stoppedMachine(rig);
  const cordon = async (): Promise<number> =>
    (await rig.call('POST', `/v1/apps/web/machines/${id}/cordon`)).status;
  expect([await cordon(), await cordon(), await cordon()]).toEqual([200, 200, 200]);
  const refused = await rig.call('POST', `/v1/apps/web/machines/${id}/cordon`);
  expect(refused.status).toBe(429);
  expect(refused.body.error).toContain('rate limit exceeded');
  expect((await rig.call('POST', `/v1/apps/web/machines/${id}/uncordon`)).status).toBe(200);
  clock.forward(1000);
  expect(await cordon()).toBe(200);
});

test('addresses are assigned and released', async () => {
  await using rig = await FlyRig.start();
  const path = '/v1/apps/web/ip_assignments';
  const shared = await rig.call('POST', path, { body: { type: 'shared_v4' } });
  expect(shared.body.shared).toBe(true);
  expect((await rig.call('POST', path, { body: { type: 'shared_v4' } })).body.ip).toBe(shared.body.ip);
  const v6 = await rig.call('POST', path, { body: { type: 'v6' } });
  expect((await rig.call('POST', path, { body: { type: 'v7' } })).status).toBe(400);
  expect((await rig.call('DELETE', `${path}/${encodeURIComponent(v6.body.ip)}`)).status).toBe(204);
  expect((await rig.call('GET', path)).body.ips.map((ip: { ip: string }) => ip.ip)).toEqual([shared.body.ip]);
});

test('what is missing says so: 501 with the route for what Fly has, 404 for what nobody has', async () => {
  await using rig = await FlyRig.start();
  const kms = await rig.call('POST', '/v1/tokens/kms');
  expect(kms.status).toBe(501);
  expect(kms.body.error).toBe('POST /v1/tokens/kms is not supported by the local cloud');
  expect((await rig.call('GET', '/v1/apps/web/nonsense')).status).toBe(404);
  expect((await rig.call('GET', '/v1/apps/none/machines/1')).body.error).toBe("app 'none' not found");
  expect((await rig.call('GET', '/v1/apps/web/machines/1')).status).toBe(404);
});

test('while the state cannot be written no change is answered with success, and none is lost afterwards', async () => {
  await using rig = await FlyRig.start();
  const { id } = await stoppedMachine(rig);
  const file = join(rig.dir, 'state', 'fly.db');
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const refused = await rig.call('POST', `/v1/apps/web/machines/${id}/cordon`);
  expect(refused.status).toBe(500);
  expect(refused.body.error).toContain('locked');
  other.exec('ROLLBACK');
  expect(
    (await rig.call('PATCH', `/v1/apps/web/machines/${id}/metadata`, { body: { metadata: { a: 'b' } } }))
      .status,
  ).toBe(204);
  const row = other.prepare('SELECT record FROM machines WHERE id = ?').get(id);
  expect(JSON.parse(String(row?.['record']))).toMatchObject({
    cordoned: true,
    config: { metadata: { a: 'b' } },
  });
  other.close();
});

test('malformed JSON gets 400', async () => {
  await using rig = await FlyRig.start();
  const response = await rig.service.routes.request('/v1/apps', {
    method: 'POST',
    headers: { authorization: 'Bearer fm2_test-token' },
    body: '{"name":',
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: 'invalid JSON body' });
});
