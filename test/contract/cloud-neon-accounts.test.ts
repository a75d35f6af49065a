import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { ShiftedClock } from '../support/neon-clock.ts';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';
import type { NeonAnswer } from '../support/neon-rig.ts';

const clock = new ShiftedClock();
let rig: NeonRig;
anewAfterFailure(async () => {
  clock.aheadMs = 0;
  return (rig = await NeonRig.start({ clock }));
});

test('a user has organizations, and keys of three kinds that open what they say', async () => {
  const user = await rig.done('GET', '/users/me');
  expect(user.id).toMatch(/^[\da-f-]{36}$/);
  expect(await rig.done('GET', '/auth')).toEqual({ account_id: user.id, auth_method: 'api_key_user' });
  const [mine, theirs] = [await newProject('mine', 'acme'), await newProject('theirs', 'other')];
  const { organizations } = await rig.done('GET', '/users/me/organizations');
  expect(organizations.map((one: { id: string }) => one.id)).toEqual(
    expect.arrayContaining(['personal', 'acme', 'other']),
  );
  expect(await rig.done('GET', '/organizations/acme')).toMatchObject({ handle: 'acme' });

  const personal = await rig.done('POST', '/api_keys', { key_name: 'all' });
  const org = await rig.done('POST', '/organizations/acme/api_keys', { key_name: 'acme' });
  const one = await rig.done('POST', '/organizations/acme/api_keys', { key_name: 'one', project_id: mine });
  expect(one).toMatchObject({ project_id: mine, key: expect.stringMatching(/^napi_\w{40,}$/) });
  const names = async (key: string): Promise<string[]> => {
    const { body } = await rig.call('GET', '/projects', undefined, key);
    return body.projects.map((project: { name: string }) => project.name).toSorted();
  };
  expect(await names(personal.key)).toEqual(['mine', 'theirs']);
  expect(await names(org.key)).toEqual(['mine']);
  expect(await names(one.key)).toEqual(['mine']);
  const status = async (key: string, method: string, path: string, body?: object): Promise<number> =>
    (await rig.call(method, path, body, key)).status;
  expect(await status(org.key, 'GET', `/projects/${theirs}`)).toBe(404);
  expect(await status(one.key, 'GET', `/projects/${mine}/branches`)).toBe(200);
  expect(await status(one.key, 'POST', '/projects', { project: {} })).toBe(403);
  expect(await status(one.key, 'DELETE', `/projects/${mine}`)).toBe(403);
  expect(await status(org.key, 'POST', '/projects', { project: { org_id: 'other' } })).toBe(403);
  expect(await status(org.key, 'GET', '/organizations/other')).toBe(404);
  expect(await status(org.key, 'GET', '/api_keys')).toBe(403);
  expect((await rig.call('GET', '/auth', undefined, org.key)).body).toEqual({
    account_id: 'acme',
    auth_method: 'api_key_org',
  });
  const listed = await rig.done('GET', '/organizations/acme/api_keys');
  expect(listed).toMatchObject([
    { name: 'acme', last_used_from_addr: '127.0.0.1' },
    { name: 'one', project_id: mine },
  ]);
  expect(JSON.stringify(listed)).not.toContain(org.key);
  expect(await rig.done('DELETE', `/organizations/acme/api_keys/${org.id}`)).toMatchObject({ revoked: true });
  expect(await status(org.key, 'GET', '/projects')).toBe(401);
  expect((await rig.call('DELETE', `/api_keys/${one.id}`)).status).toBe(404);
  expect(await rig.done('DELETE', `/api_keys/${personal.id}`)).toMatchObject({ revoked: true });
  for (const id of [mine, theirs]) await rig.done('DELETE', `/projects/${id}`);
});

test('a refusal has the shape of all refusals, with the id of the request', async () => {
  const response = await fetch(`${rig.url}/api/v2/projects/none`, {
    headers: { authorization: `Bearer ${rig.token}`, 'x-request-id': 'mine-1' },
  });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ request_id: 'mine-1', code: '', message: 'project not found' });
  expect(await rig.call('GET', '/users/me', undefined, 'nobody')).toMatchObject({
    status: 401,
    body: {
      code: '',
      message: 'authentication required',
      request_id: expect.stringMatching(/^[\da-f-]{36}$/),
    },
  });
  expect(await rig.call('GET', '/consumption_history/projects')).toMatchObject({ status: 501 });
  const broken = await fetch(`${rig.url}/api/v2/projects`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.token}` },
    body: '{',
  });
  expect(broken.status).toBe(400);
});

test('projects are made as ordered, listed page by page, changed, deleted and had back', async () => {
  const made = await rig.done('POST', '/projects', {
    project: {
      name: 'ordered',
      region_id: 'aws-eu-central-1',
      pg_version: 16,
      history_retention_seconds: 3600,
      branch: { name: 'production', database_name: 'shop', role_name: 'seller' },
      default_endpoint_settings: { suspend_timeout_seconds: 120, autoscaling_limit_max_cu: 4 },
    },
  });
  expect(made).toMatchObject({
    project: {
      name: 'ordered',
      region_id: 'aws-eu-central-1',
      pg_version: 16,
      history_retention_seconds: 3600,
    },
    branch: { name: 'production', default: true },
    databases: [{ name: 'shop', owner_name: 'seller' }],
    endpoints: [{ suspend_timeout_seconds: 120, autoscaling_limit_max_cu: 4, type: 'read_write' }],
  });
  const { id } = made.project;
  const url = made.connection_uris[0].connection_uri;
  expect(await rowsOf(url, 'select current_user, current_database()')).toEqual([
    { current_user: 'seller', current_database: 'shop' },
  ]);
  const cluster = rig.neon.inventory().find((one) => one.project === id)?.clusterId ?? '';
  expect(rig.postgres.get(cluster)).toMatchObject({ idleMs: 120_000, retentionMs: 3_600_000 });
  const other = await newProject('another');
  const first = await rig.done('GET', '/projects?limit=1');
  const second = await rig.done('GET', `/projects?limit=1&cursor=${first.pagination.cursor}`);
  const third = await rig.done('GET', `/projects?limit=1&cursor=${second.pagination.cursor}`);
  expect(
    [first, second, third].flatMap((page) => page.projects.map((one: { name: string }) => one.name)),
  ).toEqual(['another', 'ordered']);
  expect((await rig.done('GET', '/projects?search=ORDER')).projects).toHaveLength(1);
  expect((await rig.done('GET', '/projects?org_id=nobody')).projects).toEqual([]);
  expect((await rig.done('GET', '/projects/shared')).projects).toEqual([]);
  const patched = await rig.done('PATCH', `/projects/${id}`, {
    project: { name: 'renamed', settings: { hipaa: false } },
  });
  expect(patched.project).toMatchObject({ name: 'renamed', settings: { hipaa: false } });
  for (const [project, status] of [
    [{ region_id: 'the-moon' }, 400],
    [{ pg_version: 13 }, 400],
    [{ branch: { database_name: 'postgres' } }, 422],
    [{ history_retention_seconds: -1 }, 400],
  ] as const)
    expect((await rig.call('POST', '/projects', { project })).status, JSON.stringify(project)).toBe(status);

  await rig.done('PATCH', `/projects/${id}/branches/${made.branch.id}`, { branch: { protected: true } });
  expect((await rig.call('DELETE', `/projects/${id}`)).status).toBe(422);
  await rig.done('PATCH', `/projects/${id}/branches/${made.branch.id}`, { branch: { protected: false } });
  await rig.done('DELETE', `/projects/${id}`);
  expect((await rig.call('GET', `/projects/${id}`)).status).toBe(404);
  await expect(rowsOf(url, 'select 1')).rejects.toThrow(/could not be found/);
  const { projects } = await rig.done('GET', '/projects?recoverable=true');
  expect(projects.find((one: { id: string }) => one.id === id)).toHaveProperty('recoverable_until');
  expect(await rig.done('POST', `/projects/${id}/recover`)).toMatchObject({ project: { name: 'renamed' } });
  expect((await rig.call('POST', `/projects/${id}/recover`)).status).toBe(409);
  await rowsOf(url, 'select 1');
  for (const one of [id, other]) await rig.done('DELETE', `/projects/${one}`);
  clock.aheadMs = 8 * 86_400_000;
  await until(async () => (await rig.postgres.list()).length === 0);
  expect((await rig.done('GET', '/projects?recoverable=true')).projects).toEqual([]);
  clock.aheadMs = 0;
});

test('where passwords are not stored they are told once', async () => {
  const made = await rig.done('POST', '/projects', { project: { store_passwords: false } });
  const path = `/projects/${made.project.id}`;
  const at = `${path}/branches/${made.branch.id}/roles/neondb_owner/reveal_password`;
  expect(made.connection_uris).toHaveLength(1);
  expect((await rig.call('GET', at)).status).toBe(412);
  expect(
    (await rig.call('GET', `${path}/connection_uri?database_name=neondb&role_name=neondb_owner`)).status,
  ).toBe(412);
  await rig.done('DELETE', path);
});

test('a snapshot keeps what a branch had, and is restored beside it or in its place', async () => {
  const made = await rig.done('POST', '/projects', { project: { name: 'snaps' } });
  const [path, main, url] = [
    `/projects/${made.project.id}`,
    made.branch.id,
    made.connection_uris[0].connection_uri,
  ];
  await rowsOf(url, 'create table t as select 1 as n');
  const taken = await rig.done('POST', `${path}/branches/${main}/snapshot?name=before`);
  expect(taken.snapshot).toMatchObject({ name: 'before', source_branch_id: main, manual: true });
  await rowsOf(url, 'update t set n = 2');
  const listed = await rig.done('GET', `${path}/snapshots`);
  expect(listed.snapshots).toMatchObject([{ id: taken.snapshot.id, lsn: expect.stringContaining('/') }]);
  const renamed = await rig.done('PATCH', `${path}/snapshots/${taken.snapshot.id}`, {
    snapshot: { name: 'golden' },
  });
  expect(renamed.snapshot.name).toBe('golden');

  const beside = await rig.done('POST', `${path}/snapshots/${taken.snapshot.id}/restore`, {
    name: 'preview',
  });
  expect(beside).toMatchObject({
    branch: { restored_from: taken.snapshot.id, restored_as: main, restore_status: 'restored' },
  });
  const compute = await rig.done('POST', `${path}/endpoints`, {
    endpoint: { branch_id: beside.branch.id, type: 'read_write' },
  });
  const preview = new URL(url);
  preview.host = compute.endpoint.host;
  expect(await rowsOf(preview.href, 'select n from t')).toEqual([{ n: 1 }]);
  expect(await rowsOf(url, 'select n from t')).toEqual([{ n: 2 }]);
  await rig.done('POST', `${path}/branches/${beside.branch.id}/finalize_restore`, { name: 'main_replaced' });
  expect(await rowsOf(url, 'select n from t')).toEqual([{ n: 1 }]);
  const { branches } = await rig.done('GET', `${path}/branches?sort_by=name&sort_order=asc`);
  expect(branches).toMatchObject([
    { id: beside.branch.id, name: 'main', default: true, restore_status: 'finalized' },
    { id: main, name: 'main_replaced', default: false },
  ]);
  expect((await rig.call('POST', `${path}/branches/${beside.branch.id}/finalize_restore`)).status).toBe(422);

  await rowsOf(url, 'drop table t');
  const inPlace = await rig.done('POST', `${path}/snapshots/${taken.snapshot.id}/restore`, {
    target_branch_id: beside.branch.id,
    finalize_restore: true,
  });
  expect(await rowsOf(url, 'select n from t')).toEqual([{ n: 1 }]);
  const { branch } = await rig.done('GET', `${path}/branches/${inPlace.branch.id}`);
  expect(branch).toMatchObject({ name: 'main', default: true });

  for (const [method, where, status] of [
    ['POST', `/branches/${main}/snapshot?timestamp=2020-01-01T00:00:00Z`, 422],
    ['POST', `/branches/${main}/snapshot?timestamp=yesterday`, 400],
    ['POST', `/branches/${main}/snapshot?timestamp=2020-01-01T00:00:00Z&lsn=0/1`, 400],
    ['POST', `/branches/${main}/snapshot?expires_at=2020-01-01T00:00:00Z`, 400],
    ['POST', '/snapshots/snap-none/restore', 404],
    ['DELETE', '/snapshots/snap-none', 404],
  ] as const)
    expect((await rig.call(method, path + where)).status, `${method} ${where}`).toBe(status);
  expect((await rig.call('DELETE', `${path}/snapshots/${taken.snapshot.id}`)).status).toBe(202);
  await rig.settled(made.project.id);
  expect((await rig.done('GET', `${path}/snapshots`)).snapshots).toEqual([]);
  await rig.done('DELETE', path);
});

test('snapshots are taken by a schedule, and go when their time is over', async () => {
  const made = await rig.done('POST', '/projects', { project: { name: 'scheduled' } });
  const [path, at] = [
    `/projects/${made.project.id}`,
    `/projects/${made.project.id}/branches/${made.branch.id}`,
  ];
  const schedule = [{ frequency: 'hourly', retention_seconds: 7200 }];
  await rig.done('PUT', `${at}/backup_schedule`, { schedule });
  expect(await rig.done('GET', `${at}/backup_schedule`)).toEqual({ schedule });
  expect(
    (await rig.call('PUT', `${at}/backup_schedule`, { schedule: [{ frequency: 'often' }] })).status,
  ).toBe(400);
  const snapshots = async (): Promise<NeonAnswer['body'][]> =>
    (await rig.done('GET', `${path}/snapshots`)).snapshots;
  expect(await snapshots()).toEqual([]);
  clock.aheadMs = 3_600_000;
  await until(async () => (await snapshots()).length === 1);
  expect((await snapshots())[0]).toMatchObject({ manual: false });
  await rig.settled(made.project.id);
  await rig.done('PUT', `${at}/backup_schedule`, { schedule: [] });
  clock.aheadMs = 3_600_000 + 7_300_000;
  await until(async () => (await snapshots()).length === 0);
  clock.aheadMs = 0;
  await rig.done('DELETE', path);
});

test('the schema of a branch is told, of a time too, and how it differs from that of its parent', async () => {
  const made = await rig.done('POST', '/projects', { project: { name: 'schemas' } });
  const [path, main, url] = [
    `/projects/${made.project.id}`,
    made.branch.id,
    made.connection_uris[0].connection_uri,
  ];
  await rowsOf(url, 'create table t (id int primary key)');
  const child = await rig.done('POST', `${path}/branches`, { endpoints: [{ type: 'read_write' }] });
  await rowsOf(child.connection_uris[0].connection_uri, 'alter table t add column note text');
  const at = `${path}/branches/${child.branch.id}`;
  const { sql } = await rig.done('GET', `${at}/schema?db_name=neondb`);
  expect(sql).toContain('CREATE TABLE public.t (\n    id integer NOT NULL,\n    note text\n);');
  const { json } = await rig.done('GET', `${at}/schema?db_name=neondb&format=json`);
  expect(json.tables[0].columns).toHaveLength(2);
  const { diff } = await rig.done('GET', `${at}/compare_schema?db_name=neondb`);
  expect(diff).toContain('--- a/neondb\n+++ b/neondb\n');
  expect(diff.split('\n').filter((line: string) => /^[-+] /.test(line))).toEqual([
    '-    id integer NOT NULL',
    '+    id integer NOT NULL,',
    '+    note text',
  ]);
  const same = await rig.done(
    'GET',
    `${path}/branches/${main}/compare_schema?db_name=neondb&base_branch_id=${main}`,
  );
  expect(same.diff).toBe('');
  const servers = (await rig.postgres.list()).length;
  const [row] = await rowsOf<{ at: Date }>(url, 'select clock_timestamp() as at');
  const then = new Date((row?.at.getTime() ?? 0) + 1);
  await until(() => Date.now() > then.getTime() + 1);
  await rowsOf(url, 'drop table t');
  const past = await rig.done(
    'GET',
    `${path}/branches/${main}/schema?db_name=neondb&timestamp=${then.toISOString()}`,
  );
  expect(past.sql).toContain('CREATE TABLE public.t');
  expect((await rig.done('GET', `${path}/branches/${main}/schema?db_name=neondb`)).sql).not.toContain(
    'CREATE TABLE',
  );
  expect((await rig.postgres.list()).length).toBe(servers);
  for (const [where, status] of [
    ['schema', 400],
    ['schema?db_name=nowhere', 404],
    ['schema?db_name=neondb&format=xml', 400],
    ['schema?db_name=neondb&timestamp=2020-01-01T00:00:00Z', 422],
    ['compare_schema?db_name=neondb', 422],
  ] as const)
    expect((await rig.call('GET', `${path}/branches/${main}/${where}`)).status, where).toBe(status);
  await rig.done('DELETE', path);
});

async function newProject(name: string, org?: string): Promise<string> {
  const project = { name, ...(org === undefined ? {} : { org_id: org }) };
  return (await rig.done('POST', '/projects', { project })).project.id;
}
