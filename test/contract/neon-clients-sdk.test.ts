import { neon as serverless, neonConfig } from '@neondatabase/serverless';
import { createNeonClient } from '@neon/sdk';
import { expect } from 'vitest';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';
import { story } from '../support/story.ts';

let rig: NeonRig;
let project: string;
let url: string;

const step = story(async () => {
  rig = await NeonRig.start();
  neonConfig.fetchEndpoint = () => `${rig.url}/sql`;
  return rig;
});

function client(fetching: typeof fetch = fetch) {
  return createNeonClient({
    fetch: fetching,
    apiKey: rig.token,
    baseUrl: `${rig.url}/api/v2`,
    throwOnError: true,
    wait: { pollIntervalMs: 20 },
  });
}

step(
  '@neon/sdk makes a project and branches that pg connects to, directly and through the pooler',
  async () => {
    const sdk = client();
    const made = await sdk.projects.createAndConnect({ name: 'shop', pooled: false });
    project = made.project.id;
    url = made.connectionString;
    await rowsOf(url, 'create table orders (id int primary key, data jsonb)');
    await rowsOf(url, `insert into orders values (1, '{"a": 1}')`);
    const pooled = await sdk.branches.createAndConnect({ projectId: project, name: 'pooled' });
    const direct = await sdk.postgres.connectionString({
      projectId: project,
      branchId: pooled.branch.id,
      pooled: false,
    });
    const directUrl = typeof direct === 'string' ? direct : JSON.stringify(direct);
    expect(new URL(pooled.connectionString).port).not.toBe(new URL(directUrl).port);
    for (const address of [pooled.connectionString, directUrl])
      expect(await rowsOf(address, 'select id from orders')).toEqual([{ id: 1 }]);
    const names = [];
    for await (const branch of sdk.branches.list({ projectId: project })) names.push(branch.name);
    expect(names.toSorted()).toEqual(['main', 'pooled']);
  },
);

step('@neon/sdk waits for operations, changes, resets and deletes what it made', async () => {
  const sdk = client();
  const main = await sdk.branches.getDefault({ projectId: project });
  const branch = await sdk.branches.create({
    projectId: project,
    name: 'work',
    compute: { suspendTimeoutSeconds: 120 },
  });
  // It has polled until the operations had finished.
  expect((await sdk.branches.get({ projectId: project, branchId: branch.id })).current_state).toBe('ready');
  const [endpoint] = await sdk.postgres.endpoints.listByBranch({ projectId: project, branchId: branch.id });
  const id = endpoint?.id ?? '';
  expect(endpoint?.suspend_timeout_seconds).toBe(120);
  const wait = { waitForReadiness: true };
  await sdk.postgres.endpoints.suspend({ projectId: project, endpointId: id }, wait);
  expect((await sdk.postgres.endpoints.get({ projectId: project, endpointId: id })).current_state).toBe(
    'idle',
  );
  await sdk.postgres.endpoints.start({ projectId: project, endpointId: id }, wait);
  expect((await sdk.postgres.endpoints.get({ projectId: project, endpointId: id })).current_state).toBe(
    'active',
  );
  await sdk.branches.update({ projectId: project, branchId: branch.id, name: 'worked' });
  await sdk.branches.resetFromParent({ projectId: project, branchId: branch.id }, wait);
  const { diff } = await sdk.branches.compareSchema({
    projectId: project,
    branchId: branch.id,
    databaseName: 'neondb',
  });
  expect(diff).toBe('');
  await sdk.branches.delete({ projectId: project, branchId: branch.id }, wait);
  const left = [];
  for await (const one of sdk.branches.list({ projectId: project })) left.push(one.id);
  expect(left).toContain(main.id);
  expect(left).not.toContain(branch.id);
});

step('@neon/sdk takes snapshots and previews them before it puts them in place', async () => {
  const sdk = client();
  const main = await sdk.branches.getDefault({ projectId: project });
  const snapshot = await sdk.snapshots.create(
    { projectId: project, branchId: main.id, name: 's' },
    { waitForReadiness: true },
  );
  const { expires_at } = await sdk.snapshots.update({
    projectId: project,
    snapshotId: snapshot.id,
    expiresAt: '2030-01-01T00:00:00Z',
  });
  expect(expires_at).toBe('2030-01-01T00:00:00Z');
  await rowsOf(url, 'delete from orders');
  const restored = await sdk.snapshots.restore({
    projectId: project,
    snapshotId: snapshot.id,
    targetBranchId: main.id,
    preview: (branch) => branch.restored_from === snapshot.id,
  });
  expect(await rowsOf(url, 'select id from orders')).toEqual([{ id: 1 }]);
  expect((await sdk.branches.getDefault({ projectId: project })).id).toBe(restored.id);
});

step('@neon/sdk tells of a refusal, and tries a locked project again by itself', async () => {
  const quiet = createNeonClient({ apiKey: rig.token, baseUrl: `${rig.url}/api/v2` });
  const { error } = await quiet.branches.get({ projectId: project, branchId: 'br-none' });
  expect(error).toMatchObject({ status: 404, message: expect.stringContaining('branch not found') });
  rig.neon.hold(true);
  await rig.call('POST', `/projects/${project}/branches`, { branch: { name: 'held' } });
  const told: number[] = [];
  const patient = client(async (input, init) => {
    const response = await fetch(input, init);
    told.push(response.status);
    // When the client has been told that it is locked, it is so no more.
    rig.neon.hold(false);
    if (response.status === 423) await rig.settled(project);
    return response;
  }).branches.create({ projectId: project, name: 'patient', noCompute: true });
  expect((await patient).name).toBe('patient');
  expect(told.slice(0, 2)).toEqual([423, 201]);
});

step(
  '@neondatabase/serverless runs SQL over HTTP: values, rows, arrays, transactions and errors',
  async () => {
    const sql = serverless(url);
    const rows =
      await sql`select ${1}::int as one, ${'x'}::text as text, ${{ a: [1] }}::jsonb as json, now() as at, null as nothing`;
    expect(rows).toEqual([{ one: 1, text: 'x', json: { a: [1] }, at: expect.any(Date), nothing: null }]);
    const whole = serverless(url, { fullResults: true, arrayMode: true });
    const full = await whole.query('select id, data from orders where id = $1', [1]);
    expect(full).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [[1, { a: 1 }]] });
    expect(full.fields.map(({ name }) => name)).toEqual(['id', 'data']);
    const [, counted] = await sql.transaction(
      [sql`insert into orders values (2, null)`, sql`select count(*)::int as n from orders`],
      { isolationLevel: 'Serializable' },
    );
    expect(counted).toEqual([{ n: 2 }]);
    await expect(
      sql.transaction([sql`insert into orders values (3)`, sql`select 1 / 0`]),
    ).rejects.toMatchObject({
      code: '22012',
    });
    await expect(
      sql.transaction([sql`insert into orders values (4)`], { readOnly: true }),
    ).rejects.toMatchObject({
      code: '25006',
    });
    expect(await sql`select count(*)::int as n from orders`).toEqual([{ n: 2 }]);
    await expect(sql`select * from nowhere`).rejects.toMatchObject({
      code: '42P01',
      position: '15',
      severity: 'ERROR',
    });
    const pooled = (
      await rig.done(
        'GET',
        `/projects/${project}/connection_uri?database_name=neondb&role_name=neondb_owner&pooled=true`,
      )
    ).uri;
    expect(await serverless(pooled)`select 1 as one`).toEqual([{ one: 1 }]);
  },
);

step('SQL over HTTP goes to computes of this cloud alone, with a login that is right', async () => {
  const post = async (
    connection: string,
    body: string = JSON.stringify({ query: 'select 1', params: [] }),
  ) => {
    const response = await fetch(`${rig.url}/sql`, {
      method: 'POST',
      headers: { 'neon-connection-string': connection },
      body,
    });
    return { status: response.status, body: await response.json() };
  };
  const elsewhere = new URL(url);
  elsewhere.host = 'db.example.com:5432';
  expect(await post(elsewhere.href)).toMatchObject({ status: 404 });
  elsewhere.host = '127.0.0.1:1';
  expect(await post(elsewhere.href)).toMatchObject({ status: 404 });
  expect(await post('')).toMatchObject({ status: 400 });
  expect(await post(url, '{')).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body') },
  });
  const wrong = new URL(url);
  wrong.password = 'wrong';
  expect(await post(wrong.href)).toMatchObject({ status: 400, body: { code: '28P01' } });
  expect(await post(url)).toMatchObject({ status: 200, body: { rowCount: 1 } });
});
