import { expect, test } from 'vitest';
import { TestWork } from '../../../../test/support/fly-rig.ts';
import { VirtualClock } from '../../../../test/support/provider-clock.ts';
import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { Secret } from '../../../diagnostics/secret.ts';
import { createFlyClient } from '../../fly/client/fly-client.ts';
import { FLY_TIMING } from '../../fly/client/fly-timing.ts';
import {
  clusterUrl,
  destroyCluster,
  ensureCluster,
  observeCluster,
  requireCluster,
} from './managed-postgres.ts';
import { createPacer } from '../../http/pacer.ts';

const DATABASE: ResolvedDatabase = {
  name: 'main',
  provider: 'fly-postgres',
  secret: 'DATABASE_URL',
  platformName: 'shop-db',
  project: null,
  org: 'acme',
  token: 'FLY_API_TOKEN',
  region: 'fra',
  memoryMb: null,
  sleep: 'never',
  ephemeral: false,
  migrate: null,
  seed: null,
  restorePoints: null,
  fly: { managed: true, plan: 'basic', volumeGb: 1, version: 17 },
  neon: null,
  directSecret: null,
};

test('a cluster is made once, waited for, and its URL put together from its own answers', async () => {
  const { context, clock, world } = rig();
  const work = new TestWork();
  expect(await inTime(clock, ensureCluster(context, DATABASE, work))).toEqual({ created: true });
  expect(await inTime(clock, ensureCluster(context, DATABASE, work))).toEqual({ created: false });
  const cluster = await inTime(clock, requireCluster(context.client, DATABASE));
  const url = await inTime(clock, clusterUrl(context, cluster, { use: 'direct' }));
  expect(url).toBe('postgresql://fly-user:p%40ss%2Fword@direct.db1.test:5432/fly-db');
  expect(world.created).toEqual([
    {
      name: 'shop-db',
      org_slug: 'acme',
      region: 'fra',
      plan: 'basic',
      // The least that Fly makes; the config says 1.
      disk_size_gb: 10,
      pg_major_version: '17',
    },
  ]);
});

test('a creation without an answer does not pay for a second cluster', async () => {
  const { context, clock, world } = rig({ losesCreation: true });
  await inTime(clock, ensureCluster(context, DATABASE, new TestWork()));
  expect(world.created).toHaveLength(1);
});

test('a cluster that fails is said', async () => {
  const { context, clock } = rig({ endsAs: 'failed' });
  await expect(inTime(clock, ensureCluster(context, DATABASE, new TestWork()))).rejects.toMatchObject({
    code: 'PROVIDER_UNREACHABLE',
    message: expect.stringContaining('it is failed') as string,
  });
});

test('it is found, and destroyed, by name; destroying it twice is no error', async () => {
  const { context, clock } = rig();
  const observe = () => inTime(clock, observeCluster(context.client, DATABASE));
  expect(await observe()).toBe(null);
  await inTime(clock, ensureCluster(context, DATABASE, new TestWork()));
  expect(await observe()).toMatchObject({ platformName: 'shop-db', state: 'ready' });
  await inTime(clock, destroyCluster(context.client, DATABASE, new TestWork()));
  await inTime(clock, destroyCluster(context.client, DATABASE, new TestWork()));
  expect(await observe()).toBe(null);
});

test('apps come through the pooler, migrations past it', async () => {
  const { context, clock } = rig();
  await inTime(clock, ensureCluster(context, DATABASE, new TestWork()));
  const cluster = await inTime(clock, requireCluster(context.client, DATABASE));
  const hostFor = async (use: 'app' | 'direct'): Promise<string> =>
    new URL(await inTime(clock, clusterUrl(context, cluster, { use }))).host;
  expect([await hostFor('app'), await hostFor('direct')]).toEqual([
    'pooler.db1.test:6432',
    'direct.db1.test:5432',
  ]);
});

test('the URL of a database that is not there is PROVIDER_NOT_FOUND', async () => {
  const { context, clock } = rig();
  await expect(inTime(clock, requireCluster(context.client, DATABASE))).rejects.toMatchObject({
    code: 'PROVIDER_NOT_FOUND',
  });
});

/** The platform's side, as its OpenAPI document has it: asynchronous creation, `data` around every answer. */
function rig(how: { losesCreation?: boolean; endsAs?: string } = {}) {
  const clock = new VirtualClock();
  const world = { created: [] as unknown[], looks: 0, status: null as string | null };
  const cluster = () => ({
    id: 'db1',
    name: 'shop-db',
    status: world.status,
    endpoints:
      world.status === 'ready'
        ? {
            primary: {
              direct: { host: 'direct.db1.test', port: 5432 },
              pooler: { host: 'pooler.db1.test', port: 6432 },
            },
          }
        : null,
  });
  const answer = (method: string, path: string, body: unknown): unknown => {
    if (method === 'POST') {
      world.created.push(body);
      world.status = 'creating';
      if (how.losesCreation === true) throw new TypeError('fetch failed');
      return cluster();
    }
    if (path === '/v1/postgres') return world.status === null ? [] : [cluster()];
    if (method === 'DELETE') world.status = 'deleting';
    if (path.endsWith('/users')) return [{ username: 'fly-user', role: 'schema_admin' }];
    if (path.endsWith('/users/fly-user/credentials')) return { username: 'fly-user', password: 'p@ss/word' };
    if (path.endsWith('/databases')) return [{ name: 'postgres' }, { name: 'fly-db' }];
    if (world.status === 'creating' && ++world.looks > 3) world.status = how.endsAs ?? 'ready';
    return cluster();
  };
  const client = createFlyClient({
    baseUrl: 'https://api.test',
    token: new Secret('t'),
    clock,
    random: () => 0.5,
    timing: FLY_TIMING,
    pacer: createPacer(clock),
    fetch: async (url, init) => {
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
      return Response.json({ data: answer(init?.method ?? 'GET', new URL(url).pathname, body) });
    },
  });
  return { context: { client, clock, timing: FLY_TIMING }, clock, world };
}

/** Lets virtual time pass until it has ended. */
async function inTime<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const over = promise.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([over, clock.advance(1_000).then(() => false)])));
  return promise;
}
