import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, expect, test } from 'vitest';
import type { CheckService } from '../../src/checks/check-services.ts';
import { checkServerPlace, checkServerPlaces } from '../../src/cli/checks/check-server-places.ts';
import { openCheckService } from '../../src/cli/checks/check-services.ts';
import { isAlive, until } from '../support/cloud-fly-rig.ts';

const HOLDER = fileURLToPath(new URL('./check-service-holder.ts', import.meta.url));
const quiet = new AbortController().signal;
const opened: { close(): Promise<void> }[] = [];
const holders: ChildProcess[] = [];

afterEach(async () => {
  for (const service of opened.splice(0)) await service.close();
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
});

async function open(): Promise<CheckService> {
  const service = await openCheckService('postgres', quiet);
  opened.push(service);
  return service;
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const urlOf = ({ env }: CheckService): string => env['DATABASE_URL'] ?? '';
const directoriesOf = (pid: number | undefined): string[] =>
  checkServerPlaces().flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.startsWith(`glidepath-check-${pid}-`))
      .map((name) => join(place, name)),
  );
/** The numbers of the processes that have a text on their command line. */
function processesWith(text: string): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => (line.includes(text) ? [Number.parseInt(line, 10)] : []));
}

/** A process of its own that has opened a service; what it said of it. */
async function hold(env: NodeJS.ProcessEnv = {}): Promise<{ holder: ChildProcess; url: string }> {
  const holder = spawn(process.execPath, [HOLDER], { env: { ...process.env, ...env } });
  holders.push(holder);
  holder.stderr?.pipe(process.stderr);
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  return { holder, url: (JSON.parse(said.toString()) as { url: string }).url };
}

test('a check gets an empty database whose login may make databases, roles and extensions', async () => {
  const service = await open();
  const url = urlOf(service);
  expect(await ask(url, 'select current_database() as db, current_user as me')).toEqual([
    { db: 'app_test', me: 'app' },
  ]);
  expect(await ask(url, "select tablename from pg_tables where schemaname = 'public'")).toEqual([]);
  await ask(url, 'create extension pg_trgm');
  await ask(url, 'create role reader login');
  await ask(url, 'create database app_test_gw1');
  await ask(url, 'create table members (id int)');
  const { env } = service;
  const parts = new Client({
    host: env['PGHOST'] ?? '',
    port: Number(env['PGPORT']),
    user: env['PGUSER'] ?? '',
    password: env['PGPASSWORD'] ?? '',
    database: env['PGDATABASE'] ?? '',
  });
  await parts.connect();
  expect((await parts.query('select count(*)::int as rows from members')).rows).toEqual([{ rows: 0 }]);
  await parts.end();
  await expect(ask(url.replace(/:[^:@]*@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
});

test('eight checks at once may all make the same databases and roles, and none sees what another made', async () => {
  const services = await Promise.all(Array.from({ length: 8 }, () => open()));
  const urls = services.map(urlOf);
  expect(new Set(urls).size).toBe(8);
  await Promise.all(
    urls.map(async (url, index) => {
      await ask(url, 'create database app_test_1');
      await ask(url, 'create role tenant login');
      await ask(url, `create table mine as select ${index} as number`);
    }),
  );
  const seen = await Promise.all(urls.map((url) => ask(url, 'select number from mine')));
  expect(seen).toEqual(urls.map((_, index) => [{ number: index }]));
});

test('at the end it is gone with all it held, also while a transaction is open', async () => {
  const before = directoriesOf(process.pid);
  const service = await open();
  const [mine = ''] = directoriesOf(process.pid).filter((name) => !before.includes(name));
  const client = new Client(urlOf(service));
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin; create table half (id int)');
  const [row] = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  await service.close();
  await service.close();
  expect([mine !== '', existsSync(mine)]).toEqual([true, false]);
  expect(isAlive(row?.pid ?? 0)).toBe(false);
  await expect(ask(urlOf(service), 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a Ctrl-C while it starts leaves nothing', async () => {
  const stop = new AbortController();
  const opening = openCheckService('postgres', stop.signal);
  await until(() => Promise.resolve(directoriesOf(process.pid).length > 0), 'its directory');
  stop.abort(new Error('interrupted'));
  await expect(opening).rejects.toThrow('interrupted');
  expect(directoriesOf(process.pid)).toEqual([]);
});

test('it ends by itself when its owner is killed', async () => {
  const { holder, url } = await hold();
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  const [directory = ''] = directoriesOf(holder.pid);
  expect(processesWith(directory).length).toBeGreaterThan(0);
  holder.kill('SIGKILL');
  await until(() => Promise.resolve(processesWith(directory).length === 0), 'the server to end');
  await until(() => Promise.resolve(directoriesOf(holder.pid).length === 0), 'its data to be removed');
});

test('what was killed together with its owner is ended by whoever comes next', async () => {
  const { holder } = await hold();
  const [directory = ''] = directoriesOf(holder.pid);
  const shells = processesWith(directory).filter((pid) => commandOf(pid).startsWith('/bin/sh '));
  expect(shells.length).toBeGreaterThan(0);
  // The reading shell first, or it would still end the server.
  for (const pid of shells.toReversed()) process.kill(pid, 'SIGKILL');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(processesWith(directory).length).toBeGreaterThan(0);
  await hold();
  expect(processesWith(directory)).toEqual([]);
  expect(directoriesOf(holder.pid)).toEqual([]);
});

test('the first of a machine makes the template, a part of one is made again, and another home has its own password', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'glidepath-cache-of-test-'));
  try {
    const first = await hold({ XDG_CACHE_HOME: cache });
    const [version = ''] = readdirSync(join(cache, 'glidepath', 'postgres'));
    const archive = join(cache, 'glidepath', 'postgres', version, 'data.tar');
    truncateSync(archive, 0);
    const second = await hold({ XDG_CACHE_HOME: cache });
    const third = await hold({ XDG_CACHE_HOME: cache });
    const passwords = [first, second, third].map(({ url }) => new URL(url).password);
    expect(passwords[1]).not.toBe(passwords[0]);
    expect(passwords[2]).toBe(passwords[1]);
    for (const { url } of [first, second, third])
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(join(cache, 'glidepath', 'postgres'))).toEqual([version]);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

test('the data lie where TMPDIR says, and else not on a disk where there is memory enough', async () => {
  expect(await checkServerPlace({ TMPDIR: tmpdir() })).toBe(tmpdir());
  expect(checkServerPlaces()).toContain(await checkServerPlace({}));
});

test('another version than the one that is here is PROVIDER_NOT_SUPPORTED', async () => {
  await expect(openCheckService('postgres:9', quiet)).rejects.toMatchObject({
    code: 'PROVIDER_NOT_SUPPORTED',
    hint: expect.stringMatching(/version: \d+/) as unknown,
  });
});

function commandOf(pid: number): string {
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}
