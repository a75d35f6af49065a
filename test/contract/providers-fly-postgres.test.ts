import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createManagedPostgres,
  type ManagedPostgres,
} from '../../src/cloud/managed-postgres/managed-postgres.ts';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import { createFlyPostgresPlatform } from '../../src/providers/fly-postgres/fly-postgres-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { MemoryJournal, TestWork } from '../support/fly-rig.ts';

const DATABASE: ResolvedDatabase = {
  name: 'main',
  provider: 'fly-postgres',
  secret: 'DATABASE_URL',
  platformName: 'shop-db',
  project: null,
  org: 'acme',
  token: 'FLY_API_TOKEN',
  region: 'iad',
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

let dir: string;
let postgres: PostgresService;
let managed: ManagedPostgres;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-provider-pg-'));
  postgres = await createPostgresService({ stateDir: join(dir, 'postgres'), clock: systemClock });
  managed = createManagedPostgres({
    stateDir: join(dir, 'managed'),
    clock: systemClock,
    postgres,
    appExists: () => true,
  });
});

afterEach(async () => {
  await managed.close();
  await postgres.close({ stop: true });
  rmSync(dir, { recursive: true, force: true });
});

test('a database is made once, answers at its URL, and its password is journaled and logged nowhere', async () => {
  const platform = createFlyPostgresPlatform({
    apiBaseUrl: 'http://127.0.0.1:1',
    token: new Secret('t'),
    fetch: async (url, init) => managed.routes.fetch(new Request(url, init)),
    clock: systemClock,
    random: Math.random,
    reach: () => Promise.resolve(null),
  });
  expect(await platform.observe(DATABASE)).toBe(null);
  const journal = new MemoryJournal();
  const work = new TestWork({ journal });
  expect(await platform.ensure(DATABASE, work)).toEqual({ created: true });
  const { url } = await platform.address(DATABASE, { use: 'app' });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ answer: number }>('select 6 * 7 as answer');
  await client.end();
  expect(rows).toEqual([{ answer: 42 }]);

  expect(await platform.ensure(DATABASE, new TestWork())).toEqual({ created: false });
  expect((await platform.address(DATABASE, { use: 'direct' })).url).toBe(url);
  expect(await platform.observe(DATABASE)).toMatchObject({ platformName: 'shop-db', state: 'ready' });
  const password = decodeURIComponent(new URL(url).password);
  expect(password).not.toBe('');
  expect(JSON.stringify([work.lines, ...journal.entries.values()])).not.toContain(password);

  await platform.destroy(DATABASE, work);
  expect(await platform.observe(DATABASE)).toBe(null);
});
