import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { serverImage } from '../support/cloud-fly-images.ts';
import { FlyRig, serviceConfig } from '../support/cloud-fly-rig.ts';
import type { Answer } from '../support/cloud-fly-rig.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/flyctl', import.meta.url));

/** One call as flyctl makes it, and the shape of what it reads from the answer. */
interface Fixture {
  /** Where flyctl or fly-go makes it. */
  readonly source: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly status: number;
  /** `string`, `number`, `boolean` or `null` in place of values; a list holds the shape of each. */
  readonly response: unknown;
}

function fixture(name: string, values: Readonly<Record<string, string | number>>): Fixture {
  let text = readFileSync(join(FIXTURES, `${name}.json`), 'utf8');
  for (const [key, value] of Object.entries(values)) {
    text = text.replaceAll(`"{${key}}"`, JSON.stringify(value)).replaceAll(`{${key}}`, String(value));
  }
  return JSON.parse(text) as Fixture;
}

/** What a value is like, in the words of the fixtures. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOf(field)]));
}

/** The metadata that flyctl gives to machines (fly-go, machine_types.go). */
function metadataOf(version: number, id = ''): Record<string, string> {
  return {
    fly_platform_version: 'v2',
    fly_process_group: 'app',
    fly_release_version: String(version),
    fly_release_id: id,
    fly_flyctl_version: '0.4.87',
  };
}

/** An app with a running machine of release 1, a build and a release that is under way. */
async function deployedApp(rig: FlyRig): Promise<Readonly<Record<string, string | number>>> {
  await rig.machine('web', serviceConfig(rig.image, { metadata: metadataOf(1) }));
  const build = await rig.call('POST', '/api/v1/builds', { body: { app_name: 'web' } });
  const order = { app_name: 'web', build_id: build.body.id, image: rig.image, strategy: 'ROLLING' };
  const { body } = await rig.call('POST', '/api/v1/releases', { body: order });
  return { app: 'web', org: 'personal', image: rig.image, build: build.body.id, release: body.release.id };
}

const NAMES = readdirSync(FIXTURES).map((file) => basename(file, '.json'));

describe('every call of flyctl gets the shape that flyctl reads', () => {
  test.each(NAMES)('%s', async (name) => {
    await using rig = await FlyRig.start();
    const { request, status, response } = fixture(name, await deployedApp(rig));
    const { method, path, body } = request;
    const answer = await rig.call(method, path, body === undefined ? {} : { body });
    expect([answer.status, shapeOf(answer.body)]).toEqual([status, response]);
  });
});

describe('releases', () => {
  test('of whoever has no release service to tell are read off the machines', async () => {
    await using rig = await FlyRig.start();
    const old = serviceConfig(rig.image, { metadata: metadataOf(6) });
    const { id } = await rig.machine('web', old);
    const other = rig.images.add('web', serverImage('two'));
    await rig.call('POST', `/v1/apps/web/machines/${id}`, {
      body: { config: serviceConfig(other, { metadata: metadataOf(7) }) },
    });
    await rig.wait('web', id, 'started');
    const shown = await rig.call('GET', '/api/v1/apps/web/releases');
    expect(
      shown.body.releases.map((one: { version: number; status: string; image_ref: string }) => [
        one.version,
        one.status,
        one.image_ref,
      ]),
    ).toEqual([
      [7, 'complete', other],
      [6, 'complete', rig.image],
    ]);
    const next = await rig.call('POST', '/api/v1/releases', { body: { app_name: 'web', image: other } });
    expect(next.body.release).toMatchObject({ version: 8, status: 'pending' });
  });

  test('end as they are told, and are gone with their app', async () => {
    await using rig = await FlyRig.start();
    const { body } = await rig.call('POST', '/api/v1/releases', {
      body: { app_name: 'web', image: rig.image },
    });
    await rig.call('PATCH', `/api/v1/releases/${body.release.id}`, {
      body: { status: 'failed', metadata: {} },
    });
    expect((await rig.call('GET', '/api/v1/apps/web/releases/current')).body.status).toBe('failed');
    await rig.call('DELETE', '/v1/apps/web');
    await rig.call('POST', '/v1/apps', { body: { name: 'web', org_slug: 'personal' } });
    expect((await rig.call('GET', '/api/v1/apps/web/releases/current')).status).toBe(404);
    expect((await rig.call('GET', '/api/v1/apps/web/releases')).body).toEqual({ releases: [] });
  });
});

describe('what GraphQL refuses', () => {
  const ask = async (rig: FlyRig, query: string, variables = {}): Promise<unknown> =>
    (await rig.call('POST', '/graphql', { body: { query, variables } })).body;

  test('is said in errors, as flyctl looks for it', async () => {
    await using rig = await FlyRig.start();
    expect(await ask(rig, 'query ($name: String!) { app(name: $name) { id } }', { name: 'nobody' })).toEqual({
      data: { app: null },
      errors: [{ message: 'Could not find App "nobody"', path: ['app'], extensions: { code: 'NOT_FOUND' } }],
    });
    expect(await ask(rig, '{ app(name: "web") { id madeUp } }')).toMatchObject({
      data: { app: { id: 'web', madeUp: null } },
      errors: [{ message: "Field 'madeUp' doesn't exist here" }],
    });
    expect(
      await ask(rig, '{ app(name: "web") { image(ref: "registry.test/none:1") { id } } }'),
    ).toMatchObject({
      data: { app: { image: null } },
      errors: [{ message: 'Could not find image "registry.test/none:1"' }],
    });
    expect(await ask(rig, 'mutation { deleteApp(appId: "web") { id } }')).toEqual({
      errors: [{ message: 'the local cloud takes no mutation' }],
    });
  });

  test.each(['{ app(name: "web" { id } }', 'query {', 'subscription { a }', '{ a(b: ) }', '{ ? }'])(
    'as no query: %s',
    async (query) => {
      await using rig = await FlyRig.start();
      const { status, body } = await rig.call('POST', '/graphql', { body: { query } });
      expect([status, body.error]).toEqual([400, expect.stringMatching(/^Parse error: /)]);
    },
  );
});

test('deploy --image, call by call, ends with machines on the new image and a complete release', async () => {
  await using rig = await FlyRig.start();
  await rig.machine('web', serviceConfig(rig.image, { metadata: metadataOf(1) }));
  await rig.machine('web', serviceConfig(rig.image, { metadata: metadataOf(1) }));
  const image = rig.images.add('web', serverImage('two'));
  const values = await begin(rig, image);
  const { body: machines } = await rig.call('GET', '/v1/apps/web/machines');
  expect(machines.map((machine: { host_status: string }) => machine.host_status)).toEqual(['ok', 'ok']);
  const release = await rig.call('POST', '/api/v1/releases', requestOf('rest-release', values));
  expect([release.status, release.body.release.version]).toEqual([201, 2]);
  const { id, version } = release.body.release as { id: string; version: number };
  await graphql(rig, 'egress-of-machines', values);
  const patch = async (status: string): Promise<number> =>
    (await rig.call('PATCH', `/api/v1/releases/${id}`, { body: { status, metadata: {} } })).status;
  expect(await patch('running')).toBe(200);
  const nonces = await leased(rig, machines);
  for (const machine of machines) await updated(rig, machine, { image, nonces, release: { id, version } });
  for (const [machine, nonce] of nonces)
    expect((await rig.call('DELETE', `/v1/apps/web/machines/${machine}/lease`, { nonce })).status).toBe(200);
  expect(await patch('complete')).toBe(200);
  expect((await rig.call('GET', '/v1/apps/web/ip_assignments')).status).toBe(200);

  const after = await rig.call('GET', '/v1/apps/web/machines');
  const digest = image.split('@')[1];
  expect(
    after.body.map((one: { state: string; image_ref: { digest: string }; config: { metadata: object } }) => [
      one.state,
      one.image_ref.digest,
      one.config.metadata,
    ]),
  ).toEqual([
    ['started', digest, metadataOf(2, id)],
    ['started', digest, metadataOf(2, id)],
  ]);
  const current = await rig.call('GET', '/api/v1/apps/web/releases/current');
  expect(current.body).toMatchObject({ id, version: 2, status: 'complete', stable: true, image_ref: image });
  const { data } = await graphql(rig, 'releases', values);
  expect(data.app.releases.nodes.map((one: { version: number }) => one.version)).toEqual([2, 1]);
});

function requestOf(name: string, values: Readonly<Record<string, string | number>>): { body: unknown } {
  return { body: fixture(name, values).request.body };
}

async function graphql(
  rig: FlyRig,
  name: string,
  values: Readonly<Record<string, string | number>>,
): Promise<Answer['body']> {
  const answer = await rig.call('POST', '/graphql', requestOf(name, values));
  expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
  return answer.body;
}

/** Calls 1 to 6: the app, its organization, the build that builds nothing, the image. */
async function begin(rig: FlyRig, image: string): Promise<Readonly<Record<string, string | number>>> {
  const app = await rig.call('GET', '/v1/apps/web');
  const org = app.body.organization.slug as string;
  expect((await rig.call('GET', `/api/v1/organizations/${org}`)).body.organization.slug).toBe(org);
  const build = await rig.call('POST', '/api/v1/builds', requestOf('rest-build', { app: 'web' }));
  const values = { app: 'web', org, image, build: build.body.id as number };
  const resolved = await graphql(rig, 'image', values);
  expect(resolved.data.app.image).toMatchObject({ ref: image, digest: image.split('@')[1] });
  const finished = await rig.call('POST', '/api/v1/builds/finish', requestOf('rest-build-finish', values));
  expect(finished.body).toMatchObject({ id: build.body.id, status: 'completed' });
  return values;
}

/** Call 18: a lease on every machine, as flyctl asks for it, without a body. */
async function leased(rig: FlyRig, machines: readonly { id: string }[]): Promise<Map<string, string>> {
  const nonces = new Map<string, string>();
  for (const { id } of machines) {
    const lease = await rig.call('POST', `/v1/apps/web/machines/${id}/lease?ttl=13`);
    nonces.set(id, lease.body.data.nonce as string);
  }
  return nonces;
}

/** Call 19 for one machine: the whole config anew, then a wait for this very version. */
async function updated(
  rig: FlyRig,
  machine: { id: string; config: { metadata: object } },
  to: { image: string; nonces: Map<string, string>; release: { id: string; version: number } },
): Promise<void> {
  const metadata = metadataOf(to.release.version, to.release.id);
  const answer = await rig.call('POST', `/v1/apps/web/machines/${machine.id}`, {
    nonce: to.nonces.get(machine.id) ?? '',
    body: {
      config: { ...machine.config, image: to.image, metadata },
      skip_launch: false,
      skip_secrets: false,
    },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const version = answer.body.instance_id as string;
  const wait = `/v1/apps/web/machines/${machine.id}/wait?instance_id=${version}&state=started&timeout=20`;
  expect((await rig.call('GET', wait)).status).toBe(200);
}
