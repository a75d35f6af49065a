import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService, PostgresServiceOptions } from '../../src/cloud/postgres/postgres-service.ts';
import { isProcessAlive } from '../../src/cloud/postgres/server/process-inspection.ts';
import { socketDirFor } from '../../src/cloud/postgres/server/socket-directory.ts';
import { systemClock } from '../../src/util/clock.ts';
import { postmastersIn } from '../support/postmasters-in.ts';

const HOLDER = fileURLToPath(new URL('./cloud-postgres-holder.ts', import.meta.url));
const IS_ROOT = process.getuid?.() === 0;
const WAIT_MS = 60_000;

let sharedDir: string;
let dir: string;
let opened: PostgresService[];
let holders: ChildProcess[];

beforeAll(async () => {
  // One initdb for all tests but the ones that want their own: the service looks for the template by its name.
  sharedDir = await mkdtemp(join(tmpdir(), 'glidepath-template-'));
  await chmod(sharedDir, 0o755);
  const service = await createPostgresService({ stateDir: sharedDir, clock: systemClock });
  await service.create({ id: 'any', database: 'any' });
  await service.close({ stop: true });
});

afterAll(() => rm(sharedDir, { recursive: true, force: true }));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'glidepath-postgres-'));
  const template = (await readdir(sharedDir)).find((name) => name.startsWith('template-')) ?? '';
  await symlink(join(sharedDir, template), join(dir, template));
  opened = [];
  holders = [];
});

afterEach(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  await Promise.all(opened.map((service) => service.close({ stop: true })));
  // A holder that a failed test left has servers that nobody adopted.
  const last = await createPostgresService({ stateDir: dir, clock: systemClock });
  await last.close({ stop: true });
  await rm(dir, { recursive: true, force: true });
});

describe('a cluster', () => {
  test('is created, answers as an ordinary user of its own database, and is listed', async () => {
    const service = await open();
    const created = await service.create({ id: 'main', database: 'shop', user: 'keeper' });
    expect(created).toMatchObject({ id: 'main', state: 'running', databases: ['shop'] });
    const [row] = await query(
      service.connectionUrl('main'),
      `select current_user as "user", current_database() as database, rolsuper as super,
              current_setting('server_version_num')::int / 10000 as major
       from pg_roles where rolname = current_user`,
    );
    expect(row).toEqual({ user: 'keeper', database: 'shop', super: false, major: 18 });
    await query(service.connectionUrl('main'), 'create table item (id int); create extension citext');
    const [listed] = await service.list();
    expect(listed).toMatchObject({ id: 'main', state: 'running', pid: created.pid, port: created.port });
    expect(listed?.sizeBytes).toBeGreaterThan(10_000_000);
    if (process.platform === 'linux') expect(listed?.memoryBytes).toBeGreaterThan(1_000_000);
  });

  test('lets nobody in without the password', async () => {
    const service = await open();
    await service.create({ id: 'main', database: 'main' });
    const wrong = new URL(service.connectionUrl('main'));
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    wrong.username = 'postgres';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  test('keeps its data and its port over suspend, and a connection resumes it', async () => {
    const service = await open();
    const { pid, port } = await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    await service.suspend('main');
    expect(service.get('main')).toMatchObject({ state: 'suspended', pid: null });
    expect(await isProcessAlive(pid ?? 0)).toBe(false);
    expect(await query(service.connectionUrl('main'), 'select number from note')).toEqual([{ number: 7 }]);
    expect(service.get('main')).toMatchObject({ state: 'running', port });
  });

  test('is suspended once nobody was connected for a while, and not before', async () => {
    const service = await open({ idleMs: 100 });
    await service.create({ id: 'main', database: 'main' });
    const client = new Client(service.connectionUrl('main'));
    await client.connect();
    // Longer than the idle time, spent connected.
    await client.query('select pg_sleep(0.3)');
    expect(service.get('main')?.state).toBe('running');
    await client.end();
    await until(() => service.get('main')?.state === 'suspended');
    expect(await query(service.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('serves many connections that come at once while it is suspended', async () => {
    const service = await open();
    await service.create({ id: 'main', database: 'main' });
    await service.suspend('main');
    const url = service.connectionUrl('main');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => query(url, `select ${n} as n`)));
    expect(answers.flat().map((row) => row['n'])).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(await postmastersIn(dir)).toHaveLength(1);
  });

  test('comes back by itself after its postmaster was killed', async () => {
    const service = await open();
    const { pid } = await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => service.get('main')?.state === 'suspended');
    expect(await query(service.connectionUrl('main'), 'select number from note')).toEqual([{ number: 7 }]);
  });

  test('leaves no process and no file when it is destroyed', async () => {
    const service = await open();
    const { pid } = await service.create({ id: 'main', database: 'main' });
    await service.destroy('main');
    expect(service.get('main')).toBeNull();
    expect(await isProcessAlive(pid ?? 0)).toBe(false);
    expect(await readdir(join(dir, 'clusters'))).toEqual([]);
    await service.destroy('main');
    await expect(service.start('main')).rejects.toMatchObject({ code: 'PROVIDER_NOT_FOUND' });
  });

  test('takes more databases and logins, each with the rights of its role', async () => {
    const service = await open();
    await service.create({ id: 'main', database: 'first' });
    await service.createDatabase('main', 'se"cond');
    await query(service.connectionUrl('main', { database: 'se"cond' }), 'create table t as select 1 as n');
    await service.createUser('main', 'reader', 'reader');
    await service.createUser('main', 'writer', 'writer');
    await service.createUser('main', 'admin', 'schema_admin');
    const as = (user: string): string => service.connectionUrl('main', { user, database: 'se"cond' });
    expect(await query(as('reader'), 'select n from t')).toEqual([{ n: 1 }]);
    await expect(query(as('reader'), 'insert into t values (2)')).rejects.toThrow(/permission denied/);
    await query(as('writer'), 'insert into t values (2)');
    await expect(query(as('writer'), 'drop table t')).rejects.toThrow(/must be owner/);
    await query(as('admin'), 'drop table t');
    await service.dropDatabase('main', 'se"cond');
    expect(service.get('main')?.databases).toEqual(['first']);
  });

  test('cannot be had twice under one id, nor have two postmasters', async () => {
    const service = await open();
    const wanted = { id: 'main', database: 'main' };
    const [one, two] = await Promise.all([service.create(wanted), service.create(wanted)]);
    expect(two).toEqual(one);
    await Promise.all([service.start('main'), service.start('main'), service.start('main')]);
    expect(await postmastersIn(dir)).toEqual([one.pid]);
  });
});

test('two databases at once know nothing of each other', async () => {
  const service = await open();
  await Promise.all(['a', 'b'].map((id) => service.create({ id, database: 'main' })));
  await query(service.connectionUrl('a'), 'create table only_here ()');
  await expect(query(service.connectionUrl('b'), 'select * from only_here')).rejects.toThrow(
    /does not exist/,
  );
  await service.suspend('a');
  expect(service.get('b')?.state).toBe('running');
  const crossed = new URL(service.connectionUrl('a'));
  crossed.port = String(service.get('b')?.port);
  await expect(query(crossed.href, 'select 1')).rejects.toThrow(/password authentication failed/);
});

test('a path too long for a socket works as well, and nothing stays in the temporary folder', async () => {
  const deep = join(dir, 'a-rather-long-folder-name'.repeat(4), 'and, "another"');
  const service = await open({ stateDir: deep });
  await service.create({ id: 'main', database: 'main' });
  // Others on this machine have theirs beside it.
  const socketDir = socketDirFor(join(deep, 'clusters', 'main'));
  expect([dirname(socketDir), existsSync(socketDir)]).toEqual([tmpdir(), true]);
  expect(await query(service.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
  await service.close({ stop: true });
  expect(existsSync(socketDir)).toBe(false);
});

describe('when the owner is killed with -9', () => {
  test('the server that still runs is adopted, with its data, port and pid', async () => {
    const holder = await hold();
    await query(holder.url, 'create table note as select 7 as number');
    await kill(holder.process);
    expect(await isProcessAlive(holder.pid)).toBe(true);
    const service = await open();
    expect(service.get('held')).toMatchObject({ state: 'running', pid: holder.pid });
    expect(service.connectionUrl('held')).toBe(holder.url);
    expect(await query(holder.url, 'select number from note')).toEqual([{ number: 7 }]);
    await service.close({ stop: true });
    expect(await isProcessAlive(holder.pid)).toBe(false);
    expect(await postmastersIn(dir)).toEqual([]);
  });

  test('an adopted server that dies later is noticed and started again', async () => {
    const holder = await hold();
    await kill(holder.process);
    const service = await open();
    process.kill(holder.pid, 'SIGKILL');
    await untilGone(holder.pid);
    expect((await service.list())[0]).toMatchObject({ state: 'suspended', pid: null });
    expect(await query(holder.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(service.get('held')?.pid).not.toBe(holder.pid);
  });

  test('a server killed with it is started again on the next connection', async () => {
    const holder = await hold();
    await query(holder.url, 'create table note as select 7 as number');
    await kill(holder.process);
    process.kill(holder.pid, 'SIGKILL');
    await untilGone(holder.pid);
    const service = await open();
    expect(service.get('held')?.state).toBe('suspended');
    expect(await query(holder.url, 'select number from note')).toEqual([{ number: 7 }]);
  });

  test('a pid file that names somebody else does not keep the server from starting', async () => {
    const service = await open();
    await service.create({ id: 'main', database: 'main' });
    await service.close({ stop: true });
    const pidFile = join(dir, 'clusters', 'main', 'data', 'postmaster.pid');
    await writeFile(pidFile, `${process.pid}\n${join(dir, 'clusters', 'main', 'data')}\n`);
    const next = await open();
    expect(next.get('main')).toMatchObject({ state: 'suspended', pid: null });
    expect(await query(next.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a cluster cut short at any point of its creation is finished or forgotten', async () => {
    // Hardly begun, being copied, being started.
    for (const sign of ['cluster.json', 'data/PG_VERSION', 'data/postmaster.pid']) {
      const holder = spawnHolder('create');
      await until(() => existsSync(join(dir, 'clusters', 'held', sign)));
      await kill(holder);
      const service = await open();
      await service.create({ id: 'held', database: 'main' });
      expect(await query(service.connectionUrl('held'), 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(await postmastersIn(dir)).toHaveLength(1);
      await service.destroy('held');
      await service.close({ stop: true });
    }
  });
});

test('closed without stop, the servers run on for the next service', async () => {
  const first = await open();
  const { pid } = await first.create({ id: 'main', database: 'main' });
  await first.close({ stop: false });
  const second = await open();
  expect(second.get('main')).toMatchObject({ state: 'running', pid });
});

test('a port that somebody else took in the meantime is named, and taken back when it is free', async () => {
  const first = await open();
  const { port } = await first.create({ id: 'main', database: 'main' });
  await first.close({ stop: true });
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  const second = await open();
  expect(second.get('main')?.state).toBe('blocked');
  await expect(second.start('main')).rejects.toMatchObject({ code: 'CLOUD_PORT_IN_USE' });
  squatter.close();
  await once(squatter, 'close');
  await second.start('main');
  expect(second.get('main')).toMatchObject({ state: 'running', port });
});

test('a server that cannot start says why, to the caller and to who connects', async () => {
  const service = await open();
  await service.create({ id: 'main', database: 'main' });
  await service.suspend('main');
  await writeFile(join(dir, 'clusters', 'main', 'data', 'PG_VERSION'), '9\n');
  await expect(service.start('main')).rejects.toMatchObject({
    code: 'CLOUD_POSTGRES_FAILED',
    message: expect.stringMatching(/made by Postgres 9, and this version of Glidepath brings \d+/) as unknown,
    hint: expect.stringContaining('glidepath cloud reset') as unknown,
    output: expect.arrayContaining([expect.stringMatching(/incompatible with server/)]) as unknown,
  });
  await expect(query(service.connectionUrl('main'), 'select 1')).rejects.toThrow(/Postgres did not start/);
});

test('templates of other versions of Postgres go, but for those that the history of a cluster needs', async () => {
  const service = await open();
  await service.create({ id: 'main', database: 'main' });
  await service.close({ stop: true });
  const [current = ''] = (await readdir(dir)).filter((name) => name.startsWith('template-'));
  for (const name of ['template-17.1.0', 'template-16.2.0'])
    await mkdir(join(dir, name, 'data'), { recursive: true });
  const file = join(dir, 'clusters', 'main', 'cluster.json');
  const record = JSON.parse(await readFile(file, 'utf8')) as { history: { backups: { path: string }[] } };
  for (const backup of record.history.backups) backup.path = 'template-17.1.0/data';
  expect(record.history.backups).not.toEqual([]);
  await writeFile(file, JSON.stringify(record));
  const again = await open();
  expect((await readdir(dir)).filter((name) => name.startsWith('template-')).toSorted()).toEqual(
    ['template-17.1.0', current].toSorted(),
  );
  await again.start('main');
});

describe.runIf(IS_ROOT)('as root', () => {
  test('an ordinary user can run it', async (context) => {
    const node = process.execPath;
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', node];
    const run = promisify(execFile);
    const reachable = await run('setpriv', [
      ...asNobody,
      '-e',
      `require('fs').readFileSync(${JSON.stringify(HOLDER)})`,
    ]).then(
      () => true,
      () => false,
    );
    // A checkout in root's own home cannot be read by anybody else, and not everywhere is there a setpriv.
    context.skip(!reachable);
    await chmod(dir, 0o777);
    const { stdout } = await run('setpriv', [...asNobody, HOLDER, join(dir, 'theirs'), 'round-trip'], {
      cwd: '/',
    });
    expect(JSON.parse(stdout)).toMatchObject({ uid: 65534, sum: 42 });
    expect(await postmastersIn(dir)).toEqual([]);
  });

  test('it also runs as nobody, for kernels without user namespaces', async (context) => {
    const readable = await promisify(execFile)('setpriv', ['--reuid=65534', 'test', '-r', HOLDER]).then(
      () => true,
      () => false,
    );
    context.skip(!readable);
    await chmod(dir, 0o755);
    const service = await open({ runMode: 'nobody' });
    const { pid } = await service.create({ id: 'main', database: 'main' });
    expect(await query(service.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t/m);
    await service.close({ stop: true });
    // And back: the files change hands.
    const again = await open();
    expect(await query(again.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

async function open(options: Partial<PostgresServiceOptions> = {}): Promise<PostgresService> {
  const service = await createPostgresService({
    stateDir: dir,
    clock: systemClock,
    idleMs: null,
    ...options,
  });
  opened.push(service);
  return service;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function spawnHolder(what: string): ChildProcess {
  const holder = spawn(process.execPath, [HOLDER, dir, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  return holder;
}

async function hold(): Promise<{ process: ChildProcess; url: string; pid: number }> {
  const holder = spawnHolder('create');
  const [line] = (await once(holder.stdout ?? holder, 'data')) as [Buffer];
  const { url, pid } = JSON.parse(line.toString()) as { url: string; pid: number };
  return { process: holder, url, pid };
}

async function kill(holder: ChildProcess): Promise<void> {
  const exit = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exit;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so after ${WAIT_MS} ms: ${condition.toString()}`);
    await systemClock.sleep(2);
  }
}

function untilGone(pid: number): Promise<void> {
  return until(async () => !(await isProcessAlive(pid)));
}
