import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import type { ConnectionPurpose } from '../../src/providers/database-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { DIRECT, flyDatabase, FlyDatabaseRig, queryAt } from '../support/fly-database-rig.ts';
import { TestWork } from '../support/fly-rig.ts';

const HOUR_MS = 3_600_000;

let rig: FlyDatabaseRig;

anewAfterFailure(async () => (rig = await FlyDatabaseRig.start()));

test('a branch of a moment has the data of then, and one outside of the window is refused', async () => {
  const database = await made('past');
  await ask(database, "create table notes as select 'old' as note");
  const [now] = await ask(database, 'select extract(epoch from clock_timestamp()) * 1000 as now');
  const at = Math.ceil(Number(now?.['now'])) + 1;
  // What is committed in the same millisecond would belong to it.
  while (systemClock.now() <= at + 1) await systemClock.sleep(1);
  await ask(database, "update notes set note = 'new'");
  await rig.platform().branch(database, { name: 'then', at, expiresAt: null }, new TestWork());
  expect(await ask(database, 'select note from notes', { branch: 'then' })).toEqual([{ note: 'old' }]);
  expect(await ask(database, 'select note from notes')).toEqual([{ note: 'new' }]);
  const outside = { name: 'never', at: Date.parse('2001-01-01'), expiresAt: null };
  await expect(rig.platform().branch(database, outside, new TestWork())).rejects.toMatchObject({
    code: 'DATABASE_OUTSIDE_WINDOW',
    hint: expect.stringContaining('fly mpg backup list') as string,
  });
  expect((await rig.platform().branches(database)).map(({ name }) => name)).toEqual(['past', 'then']);
});

test('a branch says in its name until when it is there, and goes with the next one after that', async () => {
  const database = await made('timed');
  const expiresAt = systemClock.now() + HOUR_MS;
  const branch = await rig.platform().branch(database, { name: 'Look/It', expiresAt }, new TestWork());
  expect(branch).toMatchObject({ name: 'look-it', parent: 'timed' });
  expect((branch.expiresAt ?? 0) - expiresAt).toBeGreaterThanOrEqual(0);
  expect((branch.expiresAt ?? 0) - expiresAt).toBeLessThan(60_000);
  await rig.platform().branch(database, { name: 'next', expiresAt: null }, new TestWork());
  const names = async (): Promise<string[]> =>
    (await rig.platform().branches(database)).map(({ name }) => name);
  expect(await names()).toEqual(['timed', 'look-it', 'next']);
  const later = rig.platformAt(expiresAt + 2 * 60_000);
  await later.branch(database, { name: 'last', expiresAt: null }, new TestWork());
  expect(await names()).toEqual(['timed', 'next', 'last']);
});

test('branches are of one database only, and go with it', async () => {
  const [database, other] = [await made('shop'), await made('shop-two')];
  await rig.platform().branch(database, { name: 'copy', expiresAt: null }, new TestWork());
  expect((await rig.platform().branches(other)).map(({ name }) => name)).toEqual(['shop-two']);
  expect(await rig.platform().names(database)).not.toContain('shop--copy');
  await rig.platform().destroy(database, new TestWork());
  expect(await rig.platform().branches(database)).toEqual([]);
  const { data } = (await rig.call('GET', '/v1/postgres?org_slug=acme')) as {
    data: { name: string; status: string }[];
  };
  const alive = data.filter(({ status }) => status !== 'deleting').map(({ name }) => name);
  expect(alive.filter((name) => name.startsWith('shop'))).toEqual(['shop-two']);
});

test('killed anywhere while it branches, the next try makes the one branch', async () => {
  const database = await made('killed');
  await ask(database, "create table notes as select 'old' as note");
  const kills = await rig.killedAnywhere((platform) =>
    platform.branch(database, { name: 'copy', expiresAt: null }, new TestWork()),
  );
  expect(kills).toBeGreaterThan(2);
  expect((await rig.platform().branches(database)).map(({ name }) => name)).toEqual(['killed', 'copy']);
  expect(await ask(database, 'select note from notes', { branch: 'copy' })).toEqual([{ note: 'old' }]);
});

test('a token that may not see the clusters is found before anything is deployed', async () => {
  const database = managed('elsewhere', { org: 'other' });
  expect(await rig.platform().findProblems([database])).toMatchObject([
    { severity: 'error', path: 'databases.main', message: expect.stringContaining('other') as string },
  ]);
});

function managed(name: string, more: Partial<ResolvedDatabase> = {}): ResolvedDatabase {
  return flyDatabase(name, { fly: { managed: true, plan: 'basic', volumeGb: 1, version: 17 }, ...more });
}

async function made(name: string): Promise<ResolvedDatabase> {
  const database = managed(name);
  await rig.platform().ensure(database, new TestWork());
  return database;
}

async function ask(
  database: ResolvedDatabase,
  sql: string,
  purpose: Partial<ConnectionPurpose> = {},
): Promise<Record<string, unknown>[]> {
  const { url } = await rig.platform().address(database, { ...DIRECT, ...purpose });
  return queryAt(url, sql);
}
