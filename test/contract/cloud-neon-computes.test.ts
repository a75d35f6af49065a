import { connect } from 'node:net';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { NeonRig, rowsOf, withSession } from '../support/neon-rig.ts';
import type { NeonAnswer } from '../support/neon-rig.ts';

let rig: NeonRig;
let path: string;
let branch: string;
let endpoint: string;
let url: string;
let pooled: string;

anewAfterFailure(async () => {
  rig = await NeonRig.start();
  const made = await rig.done('POST', '/projects', { project: { name: 'shop' } });
  path = `/projects/${made.project.id}`;
  [branch, endpoint] = [made.branch.id, made.endpoints[0].id];
  const [{ connection_uri, connection_parameters: parameters }] = made.connection_uris;
  url = connection_uri;
  pooled = (
    await rig.done('GET', `${path}/connection_uri?database_name=neondb&role_name=neondb_owner&pooled=true`)
  ).uri;
  expect(new URL(pooled).host).toBe(parameters.pooler_host);
  expect(pooled).not.toBe(url);
  await rowsOf(url, 'create table t (id int primary key)');
  return rig;
});

test('a compute sleeps when it is told to, and wakes when somebody connects or when it is started', async () => {
  const state = async (): Promise<string> =>
    (await rig.done('GET', `${path}/endpoints/${endpoint}`)).endpoint.current_state;
  const open = new Client(url);
  const cut = new Promise((resolve) => open.once('error', resolve));
  await open.connect();
  expect(await state()).toBe('active');
  const suspended = await rig.done('POST', `${path}/endpoints/${endpoint}/suspend`);
  expect(suspended.operations).toMatchObject([{ action: 'suspend_compute' }]);
  await cut;
  expect(await state()).toBe('idle');
  await rowsOf(url, 'select 1');
  expect(await state()).toBe('active');
  await rig.done('POST', `${path}/endpoints/${endpoint}/suspend`);
  await rig.done('POST', `${path}/endpoints/${endpoint}/start`);
  expect(await state()).toBe('active');
  const restarted = await rig.done('POST', `${path}/endpoints/${endpoint}/restart`);
  expect(restarted.operations.map((one: { action: string }) => one.action)).toEqual([
    'suspend_compute',
    'start_compute',
  ]);
});

test('how long a compute stays awake is set, and what cannot be is refused', async () => {
  const set = (seconds: number): Promise<NeonAnswer> =>
    rig.call('PATCH', `${path}/endpoints/${endpoint}`, { endpoint: { suspend_timeout_seconds: seconds } });
  const cluster = rig.neon.inventory()[0]?.clusterId ?? '';
  for (const [seconds, idleMs] of [
    [60, 60_000],
    [-1, null],
    [0, 300_000],
  ] as const) {
    expect((await set(seconds)).status).toBe(200);
    await until(() => rig.postgres.get(cluster)?.idleMs === idleMs);
    await rig.settled(path.split('/')[2] ?? '');
  }
  for (const seconds of [59, -2, 604_801, 1.5]) expect((await set(seconds)).status).toBe(400);
});

test('a branch has one compute that writes, and others that only read', async () => {
  const order = (type: string): object => ({ endpoint: { branch_id: branch, type } });
  expect(await rig.call('POST', `${path}/endpoints`, order('read_write'))).toMatchObject({
    status: 422,
    body: { code: 'ENDPOINTS_LIMIT_EXCEEDED', message: 'read_write endpoint already exists' },
  });
  const { endpoint: replica } = await rig.done('POST', `${path}/endpoints`, order('read_only'));
  const own = new URL(url);
  own.host = replica.host;
  expect(await rowsOf(own.href, 'select count(*)::int as n from t')).toEqual([{ n: 0 }]);
  await expect(rowsOf(own.href, 'insert into t values (1)')).rejects.toMatchObject({ code: '25006' });
  expect((await rig.done('GET', `${path}/branches/${branch}/endpoints`)).endpoints).toHaveLength(2);
  await rig.done('POST', `${path}/endpoints/${replica.id}/suspend`);
  expect((await rig.done('GET', `${path}/endpoints/${replica.id}`)).endpoint.current_state).toBe('idle');
  await rig.done('DELETE', `${path}/endpoints/${replica.id}`);
  await expect(rowsOf(own.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await rig.call('DELETE', `${path}/endpoints/${replica.id}`)).status).toBe(204);
});

test('a disabled compute lets nobody in until it is enabled', async () => {
  const set = (disabled: boolean): Promise<unknown> =>
    rig.done('PATCH', `${path}/endpoints/${endpoint}`, { endpoint: { disabled } });
  await set(true);
  await expect(rowsOf(url, 'select 1')).rejects.toThrow(/endpoint is disabled/);
  expect((await rig.call('POST', `${path}/endpoints/${endpoint}/start`)).status).toBe(422);
  await set(false);
  await rowsOf(url, 'select 1');
});

test('a compute moves to another branch under its address', async () => {
  const made = await rig.done('POST', `${path}/branches`, { branch: { name: 'blue' } });
  await rig.done('PATCH', `${path}/endpoints/${endpoint}`, { endpoint: { branch_id: made.branch.id } });
  await rowsOf(url, 'insert into t values (1)');
  expect((await rig.done('GET', `${path}/branches/${branch}/endpoints`)).endpoints).toEqual([]);
  await rig.done('PATCH', `${path}/endpoints/${endpoint}`, { endpoint: { branch_id: branch } });
  expect(await rowsOf(url, 'select * from t')).toEqual([]);
  await rig.done('DELETE', `${path}/branches/${made.branch.id}?hard_delete=true`);
});

test('what Neon puts into the options of a connection is understood, or refused in words', async () => {
  const withOptions = (options: string): string => `${url}?options=${encodeURIComponent(options)}`;
  const [row] = await rowsOf(
    withOptions(`endpoint=${endpoint} -c search_path=elsewhere`),
    'show search_path',
  );
  expect(row).toEqual({ search_path: 'elsewhere' });
  await expect(rowsOf(withOptions('neon_timestamp:2026-01-01T00:00:00Z'), 'select 1')).rejects.toThrow(
    /cannot show the past/,
  );
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\n\r\n'),
  );
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  expect(answer.toString()).toContain('this is not the Postgres protocol');
  socket.destroy();
});

test('through the pooler a session lasts as long as its transaction', async () => {
  await withSession(pooled, async (client) => {
    const one = async (sql: string): Promise<unknown> =>
      Object.values((await client.query(sql)).rows[0] ?? {})[0];
    await client.query("set search_path to 'mine'");
    expect(await one('show search_path')).not.toBe('mine');
    await client.query('begin');
    await client.query("set local statement_timeout to '1234ms'");
    expect(await one('show statement_timeout')).toBe('1234ms');
    await client.query('commit');
    await client.query('prepare later as select 1');
    await expect(client.query('execute later')).rejects.toThrow(/does not exist/);
    // A lock that a session holds stays behind with that session: the client that took it cannot give it back.
    await client.query('select pg_advisory_lock(42)');
    expect(await one('select pg_advisory_unlock(42)')).toBe(false);
  });
  await withSession(url, async (client) => {
    await client.query("set search_path to 'mine'");
    expect((await client.query('show search_path')).rows).toEqual([{ search_path: 'mine' }]);
  });
});

test('through the pooler statements that the protocol prepares, what a client says at its start, and its own settings last', async () => {
  await withSession(`${pooled}?application_name=shop`, async (client) => {
    for (let n = 1; n <= 5; n += 1) {
      const { rows } = await client.query({ name: 'add', text: 'select $1::int + 1 as n', values: [n] });
      expect(rows).toEqual([{ n: n + 1 }]);
      const { rows: names } = await client.query('show application_name');
      expect(names).toEqual([{ application_name: 'shop' }]);
    }
    await client.query("set timezone to 'Asia/Tokyo'");
    for (let n = 0; n < 3; n += 1)
      expect((await client.query('show timezone')).rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    await expect(client.query({ name: 'bad', text: 'select * from nowhere', values: [] })).rejects.toThrow(
      /nowhere/,
    );
    await expect(client.query({ name: 'bad', text: 'select * from nowhere', values: [] })).rejects.toThrow(
      /nowhere/,
    );
    expect((await client.query({ name: 'add', text: 'select $1::int + 1 as n', values: [1] })).rows).toEqual([
      { n: 2 },
    ]);
  });
});

test('through the pooler many clients share few sessions, and each has its own answers', async () => {
  const clients = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = new Client(pooled);
      await client.connect();
      return client;
    }),
  );
  const answers = await Promise.all(
    clients.map(async (client, index) => {
      await client.query('begin');
      const { rows } = await client.query('select $1::int as n, pg_sleep(0.01)', [index]);
      await client.query('commit');
      return (rows[0] as { n: number }).n;
    }),
  );
  expect(answers).toEqual(clients.map((_, index) => index));
  // Twenty of the pooler and the one that counts; a session whose client has gone takes a moment to end.
  const sessions = "select count(*)::int as n from pg_stat_activity where usename = 'neondb_owner'";
  await expect.poll(async () => (await rowsOf<{ n: number }>(url, sessions))[0]?.n).toBeLessThanOrEqual(21);
  await Promise.all(clients.map((client) => client.end()));
});

test('through the pooler large answers, copies of errors and broken transactions are as without it', async () => {
  await withSession(pooled, async (client) => {
    const { rows } = await client.query("select repeat('x', 100000) as text from generate_series(1, 200)");
    expect(rows).toHaveLength(200);
    await client.query('begin');
    await expect(client.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
  // Left in the middle: what it did is undone.
  const gone = new Client(pooled);
  await gone.connect();
  await gone.query('begin');
  await gone.query('insert into t values (77)');
  await gone.end();
  expect(await rowsOf(pooled, 'select * from t')).toEqual([]);
});

test('through the pooler a query is cancelled, and a wrong login is told as Postgres tells it', async () => {
  await withSession(pooled, async (client) => {
    const sleeping = client.query('select pg_sleep(60)');
    const cancelled = expect(sleeping).rejects.toMatchObject({ code: '57014' });
    await until(async () => {
      const rows = await rowsOf(
        url,
        "select 1 from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'",
      );
      return rows.length === 1;
    });
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    [16, 80_877_102, processID, secretKey].forEach((value, index) => request.writeInt32BE(value, index * 4));
    connect(Number(new URL(pooled).port), '127.0.0.1').end(request);
    await cancelled;
  });
  const wrong = new URL(pooled);
  wrong.password = 'wrong';
  await expect(rowsOf(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  wrong.href = pooled;
  wrong.pathname = '/nowhere';
  await expect(rowsOf(wrong.href, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  await expect(rowsOf(`${pooled}?options=-csearch_path%3Dx`, 'select 1')).rejects.toThrow(
    /unsupported startup parameter in options/,
  );
});

test('a compute sleeps although clients of the pooler are connected, and they go on when they ask again', async () => {
  const client = new Client(pooled);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select 1');
  const cluster = rig.neon.inventory()[0]?.clusterId ?? '';
  await rig.postgres.suspend(cluster);
  expect((await client.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  await client.end();
});

test('a role of Neon may make roles and databases, as migrations do, and reads past row security', async () => {
  const made = await rig.done('POST', `${path}/branches/${branch}/roles`, { role: { name: 'app' } });
  const uri = async (name: string): Promise<string> =>
    (await rig.done('GET', `${path}/connection_uri?database_name=neondb&role_name=${name}`)).uri;
  for (const name of ['neondb_owner', 'app']) {
    const own = await uri(name);
    await rowsOf(own, `create role ${name}_reader login password 'x'`);
    await rowsOf(own, `create database ${name}_scratch`);
    await rowsOf(own, `drop database ${name}_scratch`);
    const rights =
      'rolcreaterole and rolcreatedb and rolbypassrls and rolreplication and not rolsuper as has';
    expect(await rowsOf(own, `select ${rights} from pg_roles where rolname = current_user`)).toEqual([
      { has: true },
    ]);
    await rowsOf(own, `drop role ${name}_reader`);
  }
  await rig.done('DELETE', `${path}/branches/${branch}/roles/${made.role.name}`);
});

test('roles and databases are made, changed and taken away', async () => {
  const at = `${path}/branches/${branch}`;
  const { role } = await rig.done('POST', `${at}/roles`, { role: { name: 'reports' } });
  expect(role).toMatchObject({ name: 'reports', authentication_method: 'password' });
  const { database } = await rig.done('POST', `${at}/databases`, {
    database: { name: 'sales', owner_name: 'reports' },
  });
  expect(database).toMatchObject({ name: 'sales', owner_name: 'reports', id: 2 });
  const uri = async (): Promise<string> =>
    (await rig.done('GET', `${path}/connection_uri?database_name=sales&role_name=reports`)).uri;
  const first = await uri();
  expect(new URL(first).password).toBe(role.password);
  await rowsOf(first, 'create table owned (id int)');
  const reset = await rig.done('POST', `${at}/roles/reports/reset_password`);
  expect(reset.role.password).not.toBe(role.password);
  await expect(rowsOf(first, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await rowsOf(await uri(), 'select * from owned');
  expect((await rig.done('GET', `${at}/roles/reports/reveal_password`)).password).toBe(reset.role.password);
  const { role: silent } = await rig.done('POST', `${at}/roles`, { role: { name: 'group', no_login: true } });
  expect(silent).toMatchObject({ authentication_method: 'no_login' });
  expect(silent).not.toHaveProperty('password');

  // A branch with several roles or databases leaves the choice to who asks.
  const made = await rig.done('POST', `${path}/branches`, { endpoints: [{ type: 'read_write' }] });
  expect(made).not.toHaveProperty('connection_uris');
  expect(made.roles.map((one: { name: string }) => one.name)).toEqual(['neondb_owner', 'reports', 'group']);
  await rig.done('DELETE', `${path}/branches/${made.branch.id}?hard_delete=true`);

  for (const [method, where, body, status] of [
    ['POST', '/roles', { role: { name: 'reports' } }, 409],
    ['POST', '/roles', { role: { name: 'neon_superuser' } }, 422],
    ['POST', '/roles', { role: { name: 'ü'.repeat(40) } }, 400],
    ['POST', '/roles', {}, 400],
    ['GET', '/roles/nobody', undefined, 404],
    ['GET', '/roles/group/reveal_password', undefined, 404],
    ['POST', '/roles/group/reset_password', undefined, 422],
    ['DELETE', '/roles/reports', undefined, 422],
    ['DELETE', '/roles/nobody', undefined, 204],
    ['POST', '/databases', { database: { name: 'sales', owner_name: 'reports' } }, 409],
    ['POST', '/databases', { database: { name: 'more', owner_name: 'nobody' } }, 404],
    ['POST', '/databases', { database: { name: 'template1', owner_name: 'reports' } }, 422],
    ['GET', '/databases/nowhere', undefined, 404],
    ['DELETE', '/databases/nowhere', undefined, 204],
  ] as const)
    expect((await rig.call(method, at + where, body)).status, `${method} ${where}`).toBe(status);

  const renamed = await rig.done('PATCH', `${at}/databases/sales`, {
    database: { name: 'turnover', owner_name: 'neondb_owner' },
  });
  expect(renamed.database).toMatchObject({ id: 2, name: 'turnover', owner_name: 'neondb_owner' });
  await rig.done('DELETE', `${at}/roles/reports`);
  await rig.done('DELETE', `${at}/databases/turnover`);
  await rig.done('DELETE', `${at}/roles/group`);
  expect((await rig.done('GET', `${at}/databases`)).databases).toHaveLength(1);
  expect((await rig.done('GET', `${at}/roles`)).roles).toHaveLength(1);
});

test('a protected branch keeps its compute', async () => {
  await rig.done('PATCH', `${path}/branches/${branch}`, { branch: { protected: true } });
  expect(await rig.call('DELETE', `${path}/endpoints/${endpoint}`)).toMatchObject({ status: 422 });
  await rig.done('PATCH', `${path}/branches/${branch}`, { branch: { protected: false } });
});
