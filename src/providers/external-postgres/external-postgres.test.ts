import { expect, test } from 'vitest';
import { TestWork } from '../../../test/support/fly-rig.ts';
import { testDatabase } from '../../../test/support/test-database.ts';
import { createExternalPostgres } from './external-postgres.ts';

const POOLED = 'postgres://app:pa55word@pool.db.test:6432/app';
const DIRECT = 'postgres://app:pa55word@db.test:5432/app';

test('apps get the URL of the secret, migrations the one past the pooler where there is one', async () => {
  const database = testDatabase({ directSecret: 'DIRECT_URL' });
  const platform = createExternalPostgres({
    secret: (name) => ({ DATABASE_URL: POOLED, DIRECT_URL: DIRECT })[name],
  });
  expect(await platform.address(database, { use: 'app' })).toEqual({ url: POOLED, outsideUrl: POOLED });
  expect((await platform.address(database, { use: 'direct' })).url).toBe(DIRECT);
  expect((await platform.address(testDatabase(), { use: 'direct' })).url).toBe(POOLED);
});

test('a URL that is not set is SECRET_MISSING by its name', async () => {
  const platform = createExternalPostgres({ secret: () => undefined });
  await expect(platform.address(testDatabase(), { use: 'app' })).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    message: 'The secret DATABASE_URL with the URL of database main is not set.',
  });
});

test('what only who runs it can do is PROVIDER_NOT_SUPPORTED, and says so', async () => {
  const platform = createExternalPostgres({ secret: () => POOLED });
  const asked = platform.createRestorePoint(
    testDatabase(),
    { name: 'before', expiresAt: null },
    new TestWork(),
  );
  await expect(asked).rejects.toMatchObject({
    code: 'PROVIDER_NOT_SUPPORTED',
    message: 'Glidepath cannot keep a restore point of main: it is external, and only a URL is known of it.',
  });
});

test('a URL that is none is DATABASE_URL_INVALID, at its place in the config, and never shown', async () => {
  const platform = createExternalPostgres({ secret: () => 'mysql://app:pa55word@db.test/app' });
  const asked = platform.address(testDatabase(), { use: 'app' });
  await expect(asked).rejects.toMatchObject({
    code: 'DATABASE_URL_INVALID',
    message: expect.stringMatching(/^DATABASE_URL, for database main: .*mysql/) as string,
  });
  await expect(platform.observe(testDatabase())).rejects.toMatchObject({
    message: expect.stringMatching(/^DATABASE_URL, for database main: /) as string,
  });
  const problems = await platform.findProblems([testDatabase()]);
  expect(problems).toMatchObject([
    { severity: 'error', code: 'DATABASE_URL_INVALID', path: 'databases.main.secret' },
  ]);
  expect(JSON.stringify([problems, await asked.catch((error: unknown) => String(error))])).not.toContain(
    'pa55word',
  );
});

test('a database that is not reached from here is a warning, for the apps may reach it', async () => {
  const url = 'postgres://app:pa55word@127.0.0.1:1/app';
  const platform = createExternalPostgres({ secret: () => url, connectTimeoutMs: 2_000 });
  expect(await platform.findProblems([testDatabase()])).toMatchObject([
    { severity: 'warning', code: 'DATABASE_UNREACHABLE', path: 'databases.main.secret' },
  ]);
  expect(await platform.observe(testDatabase())).toMatchObject({
    platformName: '127.0.0.1',
    state: 'failed',
  });
});

test('what is not set is no problem of its own: the secrets are looked at before', async () => {
  const platform = createExternalPostgres({ secret: () => undefined });
  expect(await platform.findProblems([testDatabase()])).toEqual([]);
  expect(await platform.observe(testDatabase())).toBeNull();
});
