import { describe, expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import { createNeonPlatform } from '../../src/providers/neon/neon-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Fetch } from '../../src/util/fetch.ts';
import { TestWork } from '../support/fly-rig.ts';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';
import { testNeonDatabase } from '../support/test-database.ts';
import { UNPACED } from '../support/unpaced.ts';

let rig: NeonRig;
let platform: DatabasePlatform;

anewAfterFailure(async () => {
  rig = await NeonRig.start();
  platform = neonWith(async (url, init) => fetch(url, init));
  await platform.ensure(testNeonDatabase({ platformName: 'main' }), new TestWork());
  return rig;
});

function neonWith(transport: Fetch, token: string = rig.token): DatabasePlatform {
  return createNeonPlatform({
    apiBaseUrl: `${rig.url}/api/v2`,
    token: new Secret(token),
    tokenName: 'NEON_API_KEY',
    fetch: transport,
    clock: systemClock,
    random: Math.random,
    pacer: UNPACED,
    timing: { pollMs: 20, retryBaseMs: 20, lostAnswerMs: 20 },
  });
}

async function made(name: string, more: Partial<ResolvedDatabase> = {}): Promise<ResolvedDatabase> {
  const database = testNeonDatabase({ platformName: name, ...more });
  await platform.ensure(database, new TestWork());
  return database;
}

/** The one project of the tests, by its id. */
async function projectId(): Promise<string> {
  const { body } = await rig.call('GET', '/projects?search=shop');
  return (body as { projects: { id: string }[] }).projects[0]?.id ?? '';
}

async function branchNames(): Promise<string[]> {
  const { body } = await rig.call('GET', `/projects/${await projectId()}/branches`);
  return (body as { branches: { name: string }[] }).branches.map(({ name }) => name).toSorted();
}

async function branchId(name: string): Promise<string> {
  const { body } = await rig.call('GET', `/projects/${await projectId()}/branches?search=${name}`);
  const { branches } = body as { branches: { id: string; name: string }[] };
  return branches.find((branch) => branch.name === name)?.id ?? '';
}

describe('what is written of a compute', () => {
  test('is brought to it at the next deployment, and what is not written stays', async () => {
    const database = await made('sized', { sleep: 'never' });
    const id = await branchId('sized');
    const compute = async (): Promise<unknown> => {
      const { body } = await rig.call('GET', `/projects/${await projectId()}/branches/${id}/endpoints`);
      return (body as { endpoints: unknown[] }).endpoints[0];
    };
    expect(await compute()).toMatchObject({ suspend_timeout_seconds: -1 });
    const before = await compute();
    const neon = { ...testNeonDatabase().neon, size: { min: 0.5, max: 2 }, suspendAfterMs: 120_000 };
    const resized = { ...database, sleep: 'when-idle', neon: neon as ResolvedDatabase['neon'] } as const;
    const work = new TestWork();
    expect(await platform.ensure(resized, work)).toEqual({ created: false });
    expect(await compute()).toMatchObject({
      id: (before as { id: string }).id,
      autoscaling_limit_min_cu: 0.5,
      autoscaling_limit_max_cu: 2,
      suspend_timeout_seconds: 120,
    });
    expect(work.lines).toEqual([expect.stringContaining('suspend_timeout_seconds is 120 now')]);
    const again = new TestWork();
    await platform.ensure(resized, again);
    expect(again.lines).toEqual([]);
  });
});

test('apps go through the pooler where that is written, migrations never do', async () => {
  const database = await made('pooled');
  const url = async (use: 'app' | 'direct', pooled: boolean): Promise<string> => {
    const neon = { ...database.neon, pooled } as ResolvedDatabase['neon'];
    return (await platform.address({ ...database, neon }, { use })).url;
  };
  expect(await url('app', true)).not.toBe(await url('direct', true));
  expect(await url('app', false)).toBe(await url('direct', true));
  expect(await rowsOf(await url('app', true), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a project without room for a branch says how to make some, and nothing is half made', async () => {
  const database = await made('full');
  const before = await branchNames();
  rig.neon.limits.branches = before.length;
  try {
    const point = platform.createRestorePoint(database, { name: 'before', expiresAt: null }, new TestWork());
    await expect(point).rejects.toMatchObject({
      code: 'PROVIDER_QUOTA',
      hint: expect.stringContaining('restorePoints: { keep: 1 }') as string,
    });
    const other = platform.ensure(testNeonDatabase({ platformName: 'one-more' }), new TestWork());
    await expect(other).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
  } finally {
    rig.neon.limits.branches = null;
  }
  expect(await branchNames()).toEqual(before);
});

test('while another operation runs on the project a change waits for it', async () => {
  const database = await made('busy');
  const refused = Promise.withResolvers<void>();
  const watched = neonWith(async (url, init) => {
    const response = await fetch(url, init);
    if (response.status === 423) refused.resolve();
    return response;
  });
  rig.neon.hold(true);
  const both = Promise.all([
    watched.branch(database, { name: 'busy-copy', expiresAt: null }, new TestWork()),
    watched.createRestorePoint(database, { name: 'busy-point', expiresAt: null }, new TestWork()),
  ]);
  await Promise.race([refused.promise, both]);
  rig.neon.hold(false);
  await both;
  await refused.promise;
  expect(await branchNames()).toEqual(expect.arrayContaining(['busy-copy', 'restore-point/busy/busy-point']));
});

test('a default or protected branch is not destroyed, and nothing of it is removed', async () => {
  const kept = { ...(await made('kept')), ephemeral: true };
  await platform.createRestorePoint(kept, { name: 'before', expiresAt: null }, new TestWork());
  await rig.done('PATCH', `/projects/${await projectId()}/branches/${await branchId('kept')}`, {
    branch: { protected: true },
  });
  for (const database of [kept, testNeonDatabase({ platformName: 'main', ephemeral: true })]) {
    await expect(platform.destroy(database, new TestWork())).rejects.toMatchObject({
      code: 'PROVIDER_CONFLICT',
    });
    expect(await platform.findProblems([database])).toMatchObject([
      { code: 'PROVIDER_CONFLICT', path: 'databases.main.branches' },
    ]);
  }
  expect(await platform.observe(kept)).toMatchObject({ isProtected: true });
  expect(await branchNames()).toEqual(expect.arrayContaining(['main', 'kept', 'restore-point/kept/before']));
});

test('a restore point that the data came back from stays until the branch goes, and goes with it', async () => {
  const database = { ...(await made('back')), ephemeral: true };
  const expiresAt = systemClock.now() + 3_600_000;
  await platform.createRestorePoint(database, { name: 'before', expiresAt }, new TestWork());
  const target = { kind: 'restore-point', name: 'before' } as const;
  await platform.restore(database, { target, preserveAs: 'back-kept' }, new TestWork());
  expect(await platform.deleteRestorePoint(database, 'before', new TestWork())).toEqual({
    isGone: false,
    because: 'branch back was made from it, or brought back to it',
  });
  // Neon lets nothing hang on a branch that it removes by itself.
  expect(await platform.restorePoints(database)).toContainEqual(
    expect.objectContaining({ name: 'before', expiresAt: null }),
  );
  await platform.destroy(database, new TestWork());
  expect((await branchNames()).filter((name) => name.includes('back'))).toEqual([]);
});

test('what a restore replaced goes by itself after a while, unless other branches were made from it', async () => {
  const database = { ...(await made('grows')), ephemeral: true };
  await platform.createRestorePoint(database, { name: 'before', expiresAt: null }, new TestWork());
  const restore = async (preserveAs: string): Promise<unknown> =>
    platform.restore(
      database,
      { target: { kind: 'restore-point', name: 'before' }, preserveAs },
      new TestWork({ key: preserveAs }),
    );
  const since = systemClock.now();
  for (const name of ['grows-1', 'grows-2', 'grows-3']) await restore(name);
  const points = await platform.restorePoints(database);
  const expiry = (name: string): number | null => points.find((one) => one.name === name)?.expiresAt ?? null;
  // The restore point was made before the first restore, and hangs on what that one replaced.
  expect(expiry('grows-1')).toBeNull();
  for (const name of ['grows-2', 'grows-3'])
    expect((expiry(name) ?? 0) - since).toBeGreaterThan(7 * 86_400_000 - 2_000);
  // Gone back to, it must not go.
  await platform.restore(
    database,
    { target: { kind: 'restore-point', name: 'grows-3' }, preserveAs: 'grows-4' },
    new TestWork({ key: 'grows-4' }),
  );
  expect(await platform.restorePoints(database)).toContainEqual(
    expect.objectContaining({ name: 'grows-3', expiresAt: null }),
  );
});

test('where there is no room for a restore, the error names what makes room, and it does', async () => {
  const database = { ...(await made('tight')), ephemeral: true };
  await platform.createRestorePoint(database, { name: 'before', expiresAt: null }, new TestWork());
  const restore = async (preserveAs: string): Promise<unknown> =>
    platform.restore(
      database,
      { target: { kind: 'restore-point', name: 'before' }, preserveAs },
      new TestWork({ key: preserveAs }),
    );
  await restore('tight-1');
  await restore('tight-2');
  rig.neon.limits.branches = (await branchNames()).length;
  try {
    const refused = await restore('tight-3').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'PROVIDER_QUOTA' });
    const { hint } = refused as { hint: string };
    const name = /db backup <environment> --name (\S+) --delete/.exec(hint)?.[1] ?? '';
    expect(await platform.deleteRestorePoint(database, name, new TestWork())).toEqual({ isGone: true });
    await restore('tight-3');
  } finally {
    rig.neon.limits.branches = null;
  }
});

test('when the answer to every first change is lost, everything is made once all the same', async () => {
  const lost = new Set<string>();
  const losing = neonWith(async (url, init) => {
    const response = await fetch(url, init);
    const key = `${init?.method ?? 'GET'} ${url}`;
    if (key.startsWith('GET') || !response.ok || lost.has(key)) return response;
    lost.add(key);
    throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
  });
  const database = testNeonDatabase({ platformName: 'lossy', ephemeral: true });
  expect(await losing.ensure(database, new TestWork())).toEqual({ created: true });
  await losing.createRestorePoint(database, { name: 'before', expiresAt: null }, new TestWork());
  const target = { kind: 'restore-point', name: 'before' } as const;
  await losing.restore(database, { target, preserveAs: 'lossy-kept' }, new TestWork());
  expect((await branchNames()).filter((name) => name.includes('lossy'))).toEqual([
    'lossy',
    'replaced/lossy/lossy-kept',
    'restore-point/lossy/before',
  ]);
  expect(lost.size).toBeGreaterThan(1);
});

test('a key that Neon does not know is named, and one that may only read changes nothing', async () => {
  const stranger = neonWith(async (url, init) => fetch(url, init), 'napi_nobody-knows-this-one');
  expect(await stranger.findProblems([testNeonDatabase()])).toMatchObject([
    { code: 'PROVIDER_UNAUTHORIZED', path: 'databases.main.token' },
  ]);
  await expect(stranger.observe(testNeonDatabase())).rejects.toMatchObject({
    code: 'PROVIDER_UNAUTHORIZED',
    message: expect.not.stringContaining('napi_nobody') as string,
  });
});
