import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createManagedPostgres } from '../../src/cloud/managed-postgres/managed-postgres.ts';
import type { ManagedPostgres } from '../../src/cloud/managed-postgres/managed-postgres.ts';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

const ORDER = { org_slug: 'acme', plan: 'basic', region: 'fra', name: 'main' };
const WAIT_MS = 60_000;

interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown>;
  readonly error: string | undefined;
}

let sharedDir: string;
let dir: string;
let postgres: PostgresService;
let managed: ManagedPostgres;

beforeAll(async () => {
  // One initdb for all tests: the service looks for the template by its name.
  sharedDir = await mkdtemp(join(tmpdir(), 'glidepath-template-'));
  const service = await createPostgresService({ stateDir: sharedDir, clock: systemClock });
  await service.create({ id: 'any', database: 'any' });
  await service.close({ stop: true });
});

afterAll(() => rm(sharedDir, { recursive: true, force: true }));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'glidepath-managed-'));
  const template = (await readdir(sharedDir)).find((name) => name.startsWith('template-')) ?? '';
  await mkdir(join(dir, 'postgres'));
  await symlink(join(sharedDir, template), join(dir, 'postgres', template));
  await open();
});

afterEach(async () => {
  await managed.close();
  await postgres.close({ stop: true });
  await rm(dir, { recursive: true, force: true });
});

test('a cluster is accepted at once, becomes ready, and its parts make a URL that works', async () => {
  const created = await call('POST', '', ORDER);
  expect(created.status).toBe(201);
  expect(created.data).toMatchObject({
    name: 'main',
    organization: { slug: 'acme' },
    status: 'creating',
    disk_size_gb: 10,
    pg_major_version: '17',
    cpu_kind: 'shared',
    memory_mb: 1024,
    attached_apps: [],
  });
  expect(created.data).not.toHaveProperty('endpoints');
  const id = String(created.data['id']);
  const ready = await becomesReady(id);
  const { host, port } = (ready['endpoints'] as { primary: { direct: { host: string; port: number } } })
    .primary.direct;
  const { data: credentials } = await call('GET', `/${id}/users/fly-user/credentials`);
  expect(Object.keys(credentials).sort()).toEqual(['password', 'username']);
  expect((await call('GET', `/${id}/databases`)).data).toEqual([{ name: 'fly-db' }]);
  expect((await call('GET', `/${id}/users`)).data).toEqual([{ username: 'fly-user', role: 'schema_admin' }]);
  const login = `${String(credentials['username'])}:${String(credentials['password'])}`;
  expect(await one(`postgresql://${login}@${host}:${port}/fly-db`)).toBe(1);
});

test('lists are by organization, and show deleted clusters only when asked', async () => {
  const id = await createReady();
  await call('POST', '', { ...ORDER, org_slug: 'other' });
  const list = (query: string): Promise<Answer> => call('GET', `?${query}`);
  expect((await list('org_slug=acme')).data).toMatchObject([{ id, name: 'main', status: 'ready' }]);
  expect((await call('DELETE', `/${id}`)).status).toBe(202);
  await until(async () => (await call('GET', `/${id}`)).data['status'] === 'deleted');
  expect((await list('org_slug=acme')).data).toEqual([]);
  expect((await list('org_slug=acme&include_deleted=true')).data).toMatchObject([
    { id, status: 'deleted', deleted_at: expect.stringMatching(/^\d{4}-/) as unknown },
  ]);
  expect(await list('org_slug=acme&include_deleted=maybe')).toMatchObject({
    status: 422,
    error: 'include_deleted must be true or false',
  });
  expect(await list('')).toMatchObject({ status: 404, error: 'Organization not found' });
});

test('a deleted cluster is gone with its server, and says so', async () => {
  const id = await createReady();
  expect((await call('DELETE', `/${id}`)).status).toBe(202);
  expect(await call('DELETE', `/${id}`)).toMatchObject({
    status: 410,
    error: 'This cluster is being deleted',
  });
  await until(() => managed.list()[0]?.status === 'deleted');
  expect(postgres.get(id)).toBeNull();
  for (const [method, path] of [
    ['DELETE', `/${id}`],
    ['POST', `/${id}/attachments`],
    ['DELETE', `/${id}/attachments/web`],
  ] as const) {
    const answer = await call(method, path, method === 'POST' ? { app_name: 'web' } : undefined);
    expect(answer).toMatchObject({ status: 410, error: 'This cluster has been deleted' });
  }
  expect(await call('GET', `/${id}/databases`)).toMatchObject({ status: 404, error: 'Cluster not found' });
});

test('an app is attached once, shown, and detached', async () => {
  const id = await createReady();
  const attach = (app: string): Promise<Answer> => call('POST', `/${id}/attachments`, { app_name: app });
  const first = await attach('web');
  expect(first.status).toBe(201);
  expect(first.data).toMatchObject({ app_name: 'web', postgres_cluster_id: id });
  expect((await attach('web')).status).toBe(200);
  expect((await call('GET', `/${id}`)).data['attached_apps']).toEqual([{ name: 'web' }]);
  expect(await attach('nobody')).toMatchObject({ status: 404, error: 'App not found' });
  expect((await call('DELETE', `/${id}/attachments/web`)).status).toBe(204);
  expect(await call('DELETE', `/${id}/attachments/web`)).toMatchObject({
    status: 404,
    error: 'Attachment not found',
  });
  expect((await attach('')).status).toBe(422);
});

test('databases and users are added, and bad names refused', async () => {
  const id = await createReady();
  expect(await call('POST', `/${id}/databases`, { name: 'shop' })).toMatchObject({
    status: 201,
    data: { name: 'shop' },
  });
  const user = { username: 'reports', role: 'reader' };
  expect(await call('POST', `/${id}/users`, user)).toMatchObject({ status: 201, data: user });
  expect(await call('POST', `/${id}/users`, user)).toMatchObject({
    status: 409,
    error: 'User already exists',
  });
  expect(await one(postgres.connectionUrl(id, { user: 'reports', database: 'shop' }))).toBe(1);
  for (const [path, body, status] of [
    ['databases', { name: 'postgres' }, 400],
    ['databases', { name: 'a b' }, 400],
    ['databases', {}, 422],
    ['users', { username: 'pg_monitor', role: 'reader' }, 400],
    ['users', { username: 'x', role: 'owner' }, 422],
    ['users', { username: 'x' }, 422],
  ] as const)
    expect(await call('POST', `/${id}/${path}`, body), JSON.stringify(body)).toMatchObject({ status });
  expect(await call('GET', `/${id}/users/nobody/credentials`)).toMatchObject({
    status: 404,
    error: 'User not found',
  });
  expect((await call('DELETE', `/${id}/databases/shop`)).data).toEqual({ name: 'shop' });
  expect((await call('GET', `/${id}/databases`)).data).toEqual([{ name: 'fly-db' }]);
  expect((await call('GET', `/${id}/databases/fly-db/extensions`)).status).toBe(501);
});

test.each([
  [{}, /org_slug.*plan.*region/],
  [{ ...ORDER, plan: 'huge' }, /plan/],
  [{ ...ORDER, disk_size_gb: 5 }, /disk_size_gb/],
  [{ ...ORDER, pg_major_version: '15' }, /pg_major_version/],
  [{ ...ORDER, region: 'Frankfurt' }, /region/],
])('an order such as %j is refused', async (order, reason) => {
  const answer = await call('POST', '', order);
  expect(answer).toMatchObject({ status: 422, error: expect.stringMatching(reason) as unknown });
  expect(managed.list()).toEqual([]);
});

test('an unknown cluster is not found, and a body that is no JSON is refused', async () => {
  expect(await call('GET', '/none')).toMatchObject({ status: 404, error: 'Cluster not found' });
  const response = await managed.routes.request('/v1/postgres', { method: 'POST', body: '{' });
  expect(response.status).toBe(400);
});

test('a backup is made in the background, one at a time, and restored into a new cluster', async () => {
  const id = await createReady();
  await run(id, 'create table notes as select 1 as number');
  const order = { type: 'full' };
  expect((await call('POST', `/${id}/backups`, order)).status).toBe(202);
  expect(await call('POST', `/${id}/backups`, order)).toMatchObject({
    status: 409,
    error: 'A backup is currently running',
  });
  const [backup] = await backupsOf(id);
  expect(backup).toEqual({
    id: expect.stringMatching(/^\d{8}-\d{6}F$/) as unknown,
    type: 'full',
    status: 'completed',
    started_at: expect.stringMatching(/^\d{4}-/) as unknown,
    finished_at: expect.stringMatching(/^\d{4}-/) as unknown,
    size_bytes: expect.any(Number) as unknown,
  });
  await run(id, 'update notes set number = 2');
  const label = String(backup?.['id']);
  const made = await call('POST', `/${id}/restore`, { backup_id: label, name: 'before' });
  expect([made.status, made.data['name'], made.data['plan']]).toEqual([201, 'before', 'basic']);
  const copy = String(made.data['id']);
  await becomesReady(copy);
  expect(await numberIn(copy)).toBe(1);
  expect(await numberIn(id)).toBe(2);
  expect((await call('GET', `/${copy}/backups`)).data).toEqual([]);
  // A second one in the same second has a label of its own.
  await call('POST', `/${id}/backups`, { type: 'incr' });
  expect(new Set((await backupsOf(id)).map((each) => each['id'])).size).toBe(2);
  await call('DELETE', `/${id}`);
  await until(async () => (await postgres.list()).length === 1);
  expect(await numberIn(copy)).toBe(1);
});

test('a cluster is forked, and restored to a moment of its window', async () => {
  const id = await createReady();
  await run(id, 'create table notes as select 1 as number');
  const moment = Date.now() + 1;
  await until(() => Promise.resolve(Date.now() > moment + 1));
  await run(id, 'update notes set number = 2');
  const fork = await call('POST', `/${id}/fork`, {});
  expect(fork).toMatchObject({ status: 201, data: { name: 'main-fork', region: 'fra' } });
  const pitr_time = new Date(moment).toISOString();
  const past = await call('POST', `/${id}/restore`, { pitr_time, name: 'past' });
  for (const [made, number] of [
    [fork, 2],
    [past, 1],
  ] as const) {
    const copy = String(made.data['id']);
    await becomesReady(copy);
    expect(await numberIn(copy)).toBe(number);
    // It goes its own way.
    await run(copy, 'update notes set number = 3');
  }
  expect(await numberIn(id)).toBe(2);
});

test('what cannot be restored, forked or backed up is refused as the document says', async () => {
  const { data } = await call('POST', '', ORDER);
  const id = String(data['id']);
  expect((await call('POST', `/${id}/fork`)).status).toBe(409);
  await becomesReady(id);
  const time = '2001-01-01T00:00:00Z';
  for (const [path, body, status, error] of [
    ['restore', {}, 422, /required/],
    ['restore', { backup_id: 'x', pitr_time: time }, 422, /mutually exclusive/],
    ['restore', { pitr_time: time }, 422, /recovery window/],
    ['restore', { pitr_time: '2001-01-01T00:00:00' }, 422, /pitr_time/],
    ['restore', { backup_id: 'x' }, 404, new RegExp(`^Backup x not found for cluster ${id}$`)],
    ['backups', { type: 'whole' }, 422, /type/],
  ] as const)
    expect(await call('POST', `/${id}/${path}`, body)).toMatchObject({
      status,
      error: expect.stringMatching(error) as unknown,
    });
  await call('DELETE', `/${id}`);
  expect((await call('POST', `/${id}/fork`, {})).status).toBe(410);
  expect((await call('GET', `/${id}/backups`)).status).toBe(404);
});

test('a fork and a backup that were under way when the process ended go on in the next', async () => {
  const id = await createReady();
  await run(id, 'create table notes as select 1 as number');
  const fork = await call('POST', `/${id}/fork`, {});
  await call('POST', `/${id}/backups`, { type: 'full' });
  const files = await createdAgain();
  const copy = String(fork.data['id']);
  await until(() => {
    const clusters = files.managed.list();
    const isMade = clusters.find((each) => each.id === copy)?.status === 'ready';
    return Promise.resolve(isMade && clusters.every(({ backups = [] }) => isComplete(backups)));
  });
  await files.managed.close();
});

function isComplete(backups: readonly { readonly status: string }[]): boolean {
  return backups.every(({ status }) => status === 'completed');
}

test('what was under way when the process ended goes on in the next', async () => {
  const { data } = await call('POST', '', { ...ORDER, name: undefined });
  const id = String(data['id']);
  expect(data['name']).toBe('postgres-1');
  // A second one on the same files, as after a kill: it finds the order as it was written.
  const files = await createdAgain();
  await until(() => files.managed.list()[0]?.status === 'ready');
  expect(files.managed.list()).toMatchObject([{ id, name: 'postgres-1' }]);
  await files.managed.close();
});

async function open(): Promise<void> {
  postgres = await createPostgresService({
    stateDir: join(dir, 'postgres'),
    clock: systemClock,
    idleMs: null,
    settings: { fsync: false },
  });
  managed = createManagedPostgres({
    stateDir: dir,
    postgres,
    clock: systemClock,
    appExists: (name) => name === 'web',
  });
}

async function createdAgain(): Promise<{ managed: ManagedPostgres }> {
  return {
    managed: createManagedPostgres({ stateDir: dir, postgres, clock: systemClock, appExists: () => true }),
  };
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const response = await managed.routes.request(`/v1/postgres${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as { data?: Record<string, unknown>; error?: string };
  return { status: response.status, data: parsed.data ?? {}, error: parsed.error };
}

async function createReady(): Promise<string> {
  const { data } = await call('POST', '', ORDER);
  const id = String(data['id']);
  await becomesReady(id);
  return id;
}

async function becomesReady(id: string): Promise<Record<string, unknown>> {
  await until(async () => (await call('GET', `/${id}`)).data['status'] === 'ready');
  return (await call('GET', `/${id}`)).data;
}

/** The newest first, when none is under way. */
async function backupsOf(id: string): Promise<readonly Record<string, unknown>[]> {
  const list = async (): Promise<Record<string, unknown>[]> =>
    (await call('GET', `/${id}/backups`)).data as unknown as Record<string, unknown>[];
  await until(async () => (await list()).every(({ status }) => status !== 'running'));
  return list();
}

async function run(id: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(postgres.connectionUrl(id));
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function numberIn(id: string): Promise<unknown> {
  return (await run(id, 'select number from notes'))[0]?.['number'];
}

async function one(url: string): Promise<unknown> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<{ one: number }>('select 1 as one')).rows[0]?.one;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so after ${WAIT_MS} ms: ${condition.toString()}`);
    await systemClock.sleep(2);
  }
}
