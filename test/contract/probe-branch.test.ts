import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../src/diagnostics/secret.ts';
import { createHistory, type History } from '../../src/pipeline/history.ts';
import { withProbeBranch, type ProbeBranch } from '../../src/pipeline/probe/probe-branch.ts';
import type { PlatformWork } from '../../src/providers/app-platform.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import { createNeonPlatform } from '../../src/providers/neon/neon-platform.ts';
import { systemClock, type Clock } from '../../src/util/clock.ts';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';
import { testNeonDatabase } from '../support/test-database.ts';
import { UNPACED } from '../support/unpaced.ts';

const HOLDER = fileURLToPath(new URL('./probe-branch-holder.ts', import.meta.url));
const MINUTE_MS = 60_000;

let rig: NeonRig;
let platform: DatabasePlatform;
let history: History;
const database = testNeonDatabase();

const work: PlatformWork = {
  idempotencyKey: 'probe',
  signal: new AbortController().signal,
  once: async (_key, fn) => fn(),
  recorded: () => undefined,
  log: () => undefined,
};

beforeAll(async () => {
  rig = await NeonRig.start();
  platform = createNeonPlatform({
    apiBaseUrl: `${rig.url}/api/v2`,
    token: new Secret(rig.token),
    tokenName: 'NEON_API_KEY',
    fetch: async (url, init) => fetch(url, init),
    clock: systemClock,
    random: Math.random,
    pacer: UNPACED,
    timing: { pollMs: 20, retryBaseMs: 20 },
  });
  await platform.ensure(database, work);
  const { url } = await platform.address(database, { use: 'direct' });
  await rowsOf(url, 'create table item as select 1 as id');
});

afterAll(async () => rig[Symbol.asyncDispose]());

beforeEach(() => {
  history = createHistory(new DatabaseSync(':memory:'));
});

/** The same clock, at another time. */
const later = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });

async function probe<T>(use: (branch: ProbeBranch) => Promise<T>, clock: Clock = systemClock): Promise<T> {
  const deps = {
    databasePlatformOf: () => platform,
    history,
    clock,
    random: Math.random,
    hide: () => undefined,
  };
  const options = { environment: 'staging', database, keep: false };
  return withProbeBranch(deps, options, work, use);
}

async function names(): Promise<string[]> {
  return (await platform.branches(database)).map(({ name }) => name);
}

const items = async (url: string): Promise<unknown[]> => rowsOf(url, 'select * from item order by id');

test('a branch may be spoilt, its twin is as the database is, and both are gone at the end', async () => {
  await probe(async (branch) => {
    await rowsOf(branch.address.url, 'delete from item');
    expect(await items(branch.address.url)).toEqual([]);
    const twin = await branch.twin();
    expect(await branch.twin()).toBe(twin);
    expect(await items(twin.address.url)).toEqual([{ id: 1 }]);
    expect(await names()).toEqual(expect.arrayContaining([branch.name, twin.name]));
    const [listed] = (await platform.branches(database)).filter(({ name }) => name === branch.name);
    const leftMs = (listed?.expiresAt ?? 0) - Date.now();
    expect(leftMs).toBeGreaterThan(55 * MINUTE_MS);
    expect(leftMs).toBeLessThan(61 * MINUTE_MS);
  });
  expect((await names()).filter((name) => name.startsWith('probe-'))).toEqual([]);
  const { url } = await platform.address(database, { use: 'direct' });
  expect(await items(url)).toEqual([{ id: 1 }]);
});

test('what a killed process left is removed by the next probe, not while the process lives', async () => {
  const file = join(rig.dir, 'state.db');
  history = createHistory(new DatabaseSync(file));
  const holder = spawn(process.execPath, [HOLDER, file, rig.url, rig.token], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(holder.stdout, 'data')) as [Buffer];
  const held = printed.toString().trim();
  await probe(async () => Promise.resolve());
  expect(await names()).toContain(held);
  holder.kill('SIGKILL');
  await once(holder, 'close');
  expect(await names()).toContain(held);
  await probe(async () => Promise.resolve(), later(MINUTE_MS));
  expect(await names()).not.toContain(held);
});
