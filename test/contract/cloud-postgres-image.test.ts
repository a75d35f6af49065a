import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { story } from '../support/story.ts';
import { startCloud } from '../../src/cloud/server/start-cloud.ts';
import type { Cloud } from '../../src/cloud/server/start-cloud.ts';
import { systemClock } from '../../src/util/clock.ts';
import { isAlive, until } from '../support/cloud-fly-rig.ts';

const PASSWORD = "it's a secret";

let dir: string;
let cloud: Cloud;

const step = story(async () => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-pg-image-'));
  cloud = await startCloud({
    stateDir: dir,
    apiPort: 0,
    edgePort: 0,
    clock: systemClock,
    rateLimits: false,
    idle: { checkMs: 100, idleMs: 300 },
  });
  return { [Symbol.asyncDispose]: endCloud };
});

async function endCloud(): Promise<void> {
  const pids = cloud.services.fly.processes().flatMap((info) => info.pids);
  await cloud.close();
  rmSync(dir, { recursive: true, force: true });
  await until(() => pids.every((pid) => !isAlive(pid)), 'every server to end');
}

// oxlint-disable-next-line typescript/no-explicit-any -- answers are read freely
async function call(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${cloud.info.apiPort}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.info.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

function configOf(volume: string, more: object = {}): object {
  return {
    image: 'postgres:17',
    env: { PGDATA: '/data/postgresql' },
    guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
    mounts: [{ volume, path: '/data', name: 'pg_data' }],
    services: [
      {
        protocol: 'tcp',
        internal_port: 5432,
        autostart: true,
        ports: [{ port: 5432, handlers: ['pg_tls'] }],
        ...more,
      },
    ],
  };
}

/** An app with one machine of Postgres; resolves when it takes connections. */
async function cluster(
  app: string,
  more: object = {},
  volumeFrom: object = {},
): Promise<{ id: string; volume: string }> {
  await call('POST', '/apps', { name: app, org_slug: 'personal' });
  await call('POST', `/apps/${app}/secrets`, { values: { POSTGRES_PASSWORD: PASSWORD } });
  const volume = await call('POST', `/apps/${app}/volumes`, { name: 'pg_data', size_gb: 1, ...volumeFrom });
  const machine = await call('POST', `/apps/${app}/machines`, { config: configOf(volume.id, more) });
  await call('GET', `/apps/${app}/machines/${machine.id}/wait?state=started&timeout=60`);
  await until(() => isRoutable(app), `${app} to take connections`);
  return { id: machine.id, volume: volume.id };
}

function isRoutable(app: string): boolean {
  return cloud.services.fly.directory.app(app)?.machines.some((machine) => machine.routable) ?? false;
}

function urlOf(app: string): string {
  const port = new URL(cloud.services.edge.addressOf(app) ?? '').port;
  return `postgresql://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres?sslmode=disable`;
}

async function query(app: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: urlOf(app) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function psql(
  app: string,
  id: string,
  args: readonly string[],
  stdin = '',
): Promise<{
  exit_code: number;
  stdout: string;
  stderr: string;
}> {
  return call('POST', `/apps/${app}/machines/${id}/exec`, { command: ['psql', ...args], stdin, timeout: 20 });
}

describe('a machine of the image postgres', () => {
  step(
    'runs without the image being pulled, asks for its password, and is reached through the proxy',
    async () => {
      await cluster('db-one');
      const [row] = (await query(
        'db-one',
        'select current_user, pg_is_in_recovery() as replica',
      )) as object[];
      expect(row).toEqual({ current_user: 'postgres', replica: false });
      const wrong = new pg.Client({
        connectionString: urlOf('db-one').replace(encodeURIComponent(PASSWORD), 'x'),
      });
      await expect(wrong.connect()).rejects.toThrow('password authentication failed');
    },
  );

  step('exec runs psql in it: output, exit codes and messages are those of psql', async () => {
    const [machine] = await call('GET', '/apps/db-one/machines');
    const run = (args: string[], stdin = '') => psql('db-one', machine.id, args, stdin);
    const bare = ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres'];
    expect(await run([...bare, '-c', "select 1, null, 'a b'"])).toMatchObject({
      exit_code: 0,
      stdout: '1||a b\n',
    });
    expect(await run(['-A', '-c', 'select 1 as one'])).toMatchObject({
      exit_code: 0,
      stdout: 'one\n1\n(1 row)\n',
    });
    const script =
      "create table t (x text);\ninsert into t values ('a;b'), ($$;$$); -- ;\nselect count(*) from t;";
    expect(await run(bare, script)).toMatchObject({ exit_code: 0, stdout: '2\n', stderr: '' });
    expect(await run([...bare, '-f', '-'], 'select 1;\nselect x\n from nowhere;\nselect 2')).toMatchObject({
      exit_code: 3,
      stdout: '1\n',
      stderr: 'psql:<stdin>:2: ERROR:  relation "nowhere" does not exist\n',
    });
    expect(await run(['-c', 'selec'])).toMatchObject({
      exit_code: 1,
      stderr: expect.stringContaining('ERROR:  syntax error'),
    });
    expect(await run(['-d', 'nothere', '-c', 'select 1'])).toMatchObject({
      exit_code: 2,
      stderr: expect.stringContaining('database "nothere" does not exist'),
    });
    expect((await run(['--csv', '-c', 'select 1'])).exit_code).toBe(1);
  });

  step('comes up again with all that was committed after it was killed', async () => {
    const [machine] = await call('GET', '/apps/db-one/machines');
    await query('db-one', "insert into t values ('kept')");
    const before = cloud.services.fly.processes().find((info) => info.machineId === machine.id);
    cloud.services.fly.crashMachine('db-one', machine.id);
    await until(() => before?.pids.every((pid) => !isAlive(pid)) ?? false, 'the server to be gone');
    await until(() => isRoutable('db-one'), 'the server to be back');
    expect(await query('db-one', "select x from t where x = 'kept'")).toEqual([{ x: 'kept' }]);
  });

  step('a new one without a password fails, and its log says why', async () => {
    await call('POST', '/apps', { name: 'db-open', org_slug: 'personal' });
    const volume = await call('POST', '/apps/db-open/volumes', { name: 'pg_data', size_gb: 1 });
    const machine = await call('POST', '/apps/db-open/machines', { config: configOf(volume.id) });
    await call('GET', `/apps/db-open/machines/${machine.id}/wait?state=failed&timeout=60`);
    const { events } = await call('GET', `/apps/db-open/machines/${machine.id}`);
    expect(JSON.stringify(events)).toContain('POSTGRES_PASSWORD is not set');
  });

  step('an image of a version that there is not is not found', async () => {
    const { volume } = { volume: (await call('POST', '/apps/db-open/volumes', { name: 'x' })).id };
    const config = { ...configOf(volume), image: 'postgres:9' };
    await expect(call('POST', '/apps/db-open/machines', { config })).rejects.toThrow('manifest unknown');
  });
});

describe('scaled to zero', () => {
  step('sleeps when nobody is connected, and a connection wakes it and is served', async () => {
    const { id } = await cluster('db-sleepy', { autostop: 'stop', min_machines_running: 0 });
    await query('db-sleepy', 'create table seen (n int)');
    await call('GET', `/apps/db-sleepy/machines/${id}/wait?state=stopped&timeout=60`);
    const { events } = await call('GET', `/apps/db-sleepy/machines/${id}`);
    const exit = events.find((event: { type: string }) => event.type === 'exit');
    expect(exit.request.exit_event).toMatchObject({ exit_code: 0, requested_stop: true });
    expect(await query('db-sleepy', 'select count(*)::int as n from seen')).toEqual([{ n: 0 }]);
  });

  step('stays awake as long as a connection is open, however idle', async () => {
    const client = new pg.Client({ connectionString: urlOf('db-sleepy') });
    client.on('error', () => undefined);
    await client.connect();
    // Several times what it may be idle for.
    await systemClock.sleep(1_000);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});

describe('a snapshot of a busy database', () => {
  step('is of one instant: every transaction is in it whole or not at all', async () => {
    const { volume } = await cluster('db-busy');
    await query('db-busy', 'create table pairs (id serial primary key, side text)');
    const writing = new AbortController();
    let committed = 0;
    const writers = [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: urlOf('db-busy') });
      await client.connect();
      while (!writing.signal.aborted) {
        await client.query(
          "begin; insert into pairs (side) values ('a'); insert into pairs (side) values ('b'); commit",
        );
        committed += 1;
      }
      await client.end();
    });
    await until(() => committed > 50, 'some transactions');
    const before = committed;
    await call('POST', `/apps/db-busy/volumes/${volume}/snapshots`);
    await until(() => committed > before + 20, 'the database to go on');
    writing.abort();
    await Promise.all(writers);
    const [snapshot] = await call('GET', `/apps/db-busy/volumes/${volume}/snapshots`);
    await cluster('db-restored', {}, { snapshot_id: snapshot.id });
    const [found] = (await query(
      'db-restored',
      "select count(*) filter (where side = 'a')::int as a, count(*) filter (where side = 'b')::int as b from pairs",
    )) as { a: number; b: number }[];
    expect(found?.a).toBe(found?.b);
    expect(found?.a).toBeGreaterThanOrEqual(before);
    expect(found?.a).toBeLessThan(committed);
  });
});
