import { Client } from 'pg';
import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { ShiftedClock } from '../support/neon-clock.ts';
import { NeonRig, rowsOf, withSession } from '../support/neon-rig.ts';
import type { NeonAnswer } from '../support/neon-rig.ts';

const clock = new ShiftedClock();
let rig: NeonRig;
/** One project for all that leaves its branches as it found them: `main`, with a table `t` of one row. */
let project: string;
let main: NeonAnswer['body'];
let url: string;

anewAfterFailure(async () => {
  clock.aheadMs = 0;
  rig = await NeonRig.start({ clock });
  const made = await newProject();
  project = made.project.id;
  main = made.branch;
  url = made.connection_uris[0].connection_uri;
  return rig;
});

test('a branch has the data of its parent, goes its own way, and names its parent and its place in the log', async () => {
  const made = await branch('feature', { endpoints: [{ type: 'read_write' }] });
  expect(made.operations.map(({ action }: { action: string }) => action)).toEqual([
    'create_branch',
    'start_compute',
  ]);
  const own = made.connection_uris[0].connection_uri;
  await rowsOf(own, 'insert into t values (2)');
  expect(await count(own)).toBe(2);
  expect(await count(url)).toBe(1);
  const { branch: view, annotation } = await rig.done('GET', `${at()}/branches/${made.branch.id}`);
  expect(view).toMatchObject({
    parent_id: main.id,
    parent_lsn: expect.stringMatching(/^[\dA-F]+\/[\dA-F]+$/),
    current_state: 'ready',
    default: false,
  });
  expect(annotation.value).toEqual({});
  await remove(made.branch.id);
});

test('a branch without a body is of the default branch, without a compute, with a name of its own', async () => {
  const made = await rig.done('POST', `${at()}/branches`);
  expect(made).toMatchObject({ endpoints: [], branch: { parent_id: main.id, name: made.branch.id } });
  expect(made).not.toHaveProperty('connection_uris');
  await remove(made.branch.id);
});

test('a branch of the schema alone is a root with tables and no rows', async () => {
  const made = await branch('empty', {
    endpoints: [{ type: 'read_write' }],
    branch: { name: 'empty', init_source: 'schema-only' },
  });
  expect(made.branch).not.toHaveProperty('parent_id');
  expect(made.branch.init_source).toBe('schema-only');
  expect(await count(made.connection_uris[0].connection_uri)).toBe(0);
  await remove(made.branch.id);
});

test('branches are searched, counted, sorted and paged', async () => {
  const ids = [];
  for (const name of ['list-b', 'list-a', 'list-c']) ids.push((await branch(name)).branch.id);
  const list = async (query: string): Promise<NeonAnswer['body']> =>
    rig.done('GET', `${at()}/branches?search=list-&${query}`);
  const names = (body: NeonAnswer['body']): string[] =>
    body.branches.map((one: { name: string }) => one.name);
  expect(names(await list('sort_by=name&sort_order=asc'))).toEqual(['list-a', 'list-b', 'list-c']);
  expect(names(await list('sort_by=created_at'))).toEqual(['list-c', 'list-a', 'list-b']);
  const first = await list('sort_by=name&sort_order=asc&limit=2');
  expect(names(first)).toEqual(['list-a', 'list-b']);
  const second = await list(`sort_by=name&sort_order=asc&limit=2&cursor=${first.pagination.next}`);
  expect(names(second)).toEqual(['list-c']);
  expect(second.pagination).not.toHaveProperty('next');
  expect(await rig.done('GET', `${at()}/branches/count?search=LIST-`)).toEqual({ count: 3 });
  expect(await refusal('GET', '/branches?sort_by=size')).toMatchObject({ status: 400 });
  expect(await refusal('GET', '/branches?cursor=nothing')).toMatchObject({ status: 400 });
  for (const id of ids) await remove(id);
});

test('what cannot be branched is refused, with nothing made', async () => {
  const taken = await branch('taken');
  const past = { parent_timestamp: '2020-01-01T00:00:00Z' };
  const future = { parent_timestamp: new Date(Date.now() + 3_600_000).toISOString() };
  for (const [order, status, code] of [
    [{ name: 'taken' }, 409, 'BRANCH_ALREADY_EXISTS'],
    [{ parent_id: 'br-no-such-00000000' }, 404, ''],
    [past, 422, ''],
    [future, 422, ''],
    [{ ...past, parent_lsn: '0/1' }, 400, ''],
    [{ parent_lsn: 'FFFF/FF' }, 422, ''],
    [{ parent_lsn: 'here' }, 400, ''],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 400, ''],
    [{ init_source: 'thin-air' }, 400, ''],
    [{ name: '' }, 400, ''],
  ] as const)
    expect(await refusal('POST', '/branches', { branch: order }), JSON.stringify(order)).toMatchObject({
      status,
      code,
    });
  const two = { endpoints: [{ type: 'read_write' }, { type: 'read_write' }] };
  expect(await refusal('POST', '/branches', two)).toMatchObject({ code: 'ENDPOINTS_LIMIT_EXCEEDED' });
  expect(await rig.done('GET', `${at()}/branches/count`)).toEqual({ count: 2 });
  expect(rig.neon.inventory()).toHaveLength(2);
  await remove(taken.branch.id);
});

test('there are no more branches, and no more roots, than the limits say', async () => {
  Object.assign(rig.neon.limits, { branches: 2, rootBranches: 1 });
  try {
    expect(await refusal('POST', '/branches', { branch: { init_source: 'schema-only' } })).toMatchObject({
      status: 422,
      code: 'ROOT_BRANCHES_LIMIT_EXCEEDED',
    });
    const last = await branch('last');
    expect(await refusal('POST', '/branches', { branch: { name: 'more' } })).toMatchObject({
      status: 422,
      code: 'BRANCHES_LIMIT_EXCEEDED',
    });
    await remove(last.branch.id);
  } finally {
    Object.assign(rig.neon.limits, { branches: 100, rootBranches: 25 });
  }
});

test('branches that others depend on are not deleted; one that is gone is no error', async () => {
  const parent = await branch('parent');
  const child = await branch('child', {
    branch: { name: 'child', parent_id: parent.branch.id, protected: true },
  });
  const drop = (id: string): Promise<unknown> => refusal('DELETE', `/branches/${id}`);
  expect(await drop(main.id)).toMatchObject({
    status: 422,
    message: expect.stringContaining('default branch'),
  });
  expect(await drop(parent.branch.id)).toMatchObject({
    status: 422,
    message: `cannot delete branch that has children: ${child.branch.id}`,
  });
  expect(await drop(child.branch.id)).toMatchObject({ message: 'cannot delete a protected branch' });
  await rig.done('POST', `${at()}/branches/${parent.branch.id}/set_as_default`);
  expect(await drop(main.id)).toMatchObject({ status: 422, message: expect.stringContaining('root branch') });
  await rig.done('POST', `${at()}/branches/${main.id}/set_as_default`);
  await rig.done('PATCH', `${at()}/branches/${child.branch.id}`, { branch: { protected: false } });
  await remove(child.branch.id);
  await remove(parent.branch.id);
  expect((await rig.call('DELETE', `${at()}/branches/${child.branch.id}`)).status).toBe(204);
  expect((await rig.call('GET', `${at()}/branches/${child.branch.id}`)).status).toBe(404);
});

test('the child of a protected branch has passwords of its own', async () => {
  await rig.done('PATCH', `${at()}/branches/${main.id}`, { branch: { protected: true } });
  const made = await branch('guarded', { endpoints: [{ type: 'read_write' }] });
  await rig.done('PATCH', `${at()}/branches/${main.id}`, { branch: { protected: false } });
  const own = new URL(made.connection_uris[0].connection_uri);
  expect(own.password).not.toBe(new URL(url).password);
  expect(await count(own.href)).toBe(1);
  own.password = new URL(url).password;
  await expect(count(own.href)).rejects.toThrow(/password authentication failed/);
  await remove(made.branch.id);
});

test('a deleted branch can be had back under its old address until its time is over', async () => {
  const made = await branch('lost', { endpoints: [{ type: 'read_write' }] });
  const [own, path] = [made.connection_uris[0].connection_uri, `${at()}/branches/${made.branch.id}`];
  await remove(made.branch.id, false);
  await expect(count(own)).rejects.toThrow(/could not be found/);
  const { branches } = await rig.done('GET', `${at()}/branches?include_deleted=true&search=lost`);
  expect(branches[0].recovery).toMatchObject({ deletion_method: 'user' });
  const recovered = await rig.done('POST', `${path}/recover`);
  expect(recovered).toMatchObject({ branch: { name: 'lost' }, endpoints: [{ id: made.endpoints[0].id }] });
  expect(await count(own)).toBe(1);
  expect(await refusal('POST', `/branches/${made.branch.id}/recover`)).toMatchObject({ status: 409 });
  await remove(made.branch.id, false);
  const before = (await rig.postgres.list()).length;
  clock.aheadMs += 8 * 86_400_000;
  await until(async () => (await rig.call('POST', `${path}/recover`)).status === 404);
  await until(async () => (await rig.postgres.list()).length === before - 1);
  clock.aheadMs = 0;
});

test('a branch with a time to live goes when it is over', async () => {
  const began = Date.now();
  const inAnHour = new Date(began + 3_600_000).toISOString().replace(/\.\d+/, '');
  const made = await branch('brief', { branch: { name: 'brief', expires_at: inAnHour } });
  expect(made.branch).toMatchObject({ expires_at: inAnHour });
  // It counts from when the branch was made; whole seconds were cut off both.
  const tookSeconds = (Date.now() - began) / 1000;
  expect(made.branch.ttl_interval_seconds).toBeGreaterThan(3_597 - tookSeconds);
  expect(made.branch.ttl_interval_seconds).toBeLessThanOrEqual(3_600);
  expect(await refusal('PATCH', `/branches/${main.id}`, { branch: { expires_at: inAnHour } })).toMatchObject({
    status: 400,
  });
  clock.aheadMs = 3_700_000;
  await until(async () => (await rig.call('GET', `${at()}/branches/${made.branch.id}`)).status === 404);
  const { branches } = await rig.done('GET', `${at()}/branches?include_deleted=true&search=brief`);
  expect(branches[0].recovery.deletion_method).toBe('ttl');
  clock.aheadMs = 0;
  // What removed it may still be at work on its data, and keeps the project locked for that long.
  await until(async () => {
    const { operations } = (await rig.call('GET', `${at()}/operations`)).body;
    return operations.every(({ status }: { status: string }) => status === 'finished');
  });
  const kept = await branch('kept', { branch: { name: 'kept', expires_at: inAnHour } });
  const patched = await rig.done('PATCH', `${at()}/branches/${kept.branch.id}`, {
    branch: { name: 'kept-2', expires_at: null },
  });
  expect(patched.branch).toMatchObject({ name: 'kept-2' });
  expect(patched.branch).not.toHaveProperty('expires_at');
  await remove(kept.branch.id);
});

test('while an operation runs nothing else that needs one is accepted, and reading goes on', async () => {
  rig.neon.hold(true);
  const held = await rig.call('POST', `${at()}/branches`, {
    branch: { name: 'held' },
    endpoints: [{ type: 'read_write' }],
  });
  expect(held.status).toBe(201);
  expect(held.body.branch.current_state).toBe('init');
  expect(held.body.operations.map((one: { status: string }) => one.status)).toEqual([
    'running',
    'scheduling',
  ]);
  for (const [method, path, body] of [
    ['POST', '/branches', { branch: { name: 'other' } }],
    ['DELETE', `/branches/${held.body.branch.id}`, undefined],
    ['POST', `/endpoints/${held.body.endpoints[0].id}/suspend`, undefined],
    ['POST', `/branches/${main.id}/roles`, { role: { name: 'late' } }],
    ['POST', `/branches/${main.id}/snapshot?name=s`, undefined],
    ['DELETE', '', undefined],
  ] as const)
    expect(await refusal(method, path, body), `${method} ${path}`).toMatchObject({
      status: 423,
      message: 'project already has running conflicting operations, scheduling of new ones is prohibited',
    });
  expect((await rig.call('GET', `${at()}/branches`)).status).toBe(200);
  const operation = held.body.operations[0].id;
  expect((await rig.call('GET', `${at()}/operations/${operation}`)).body.operation.status).toBe('running');
  // Another project is not locked.
  const elsewhere = held.body.connection_uris[0].connection_uri;
  const waiting = count(elsewhere);
  rig.neon.hold(false);
  expect(await waiting).toBe(1);
  await rig.settled(project);
  const finished = await rig.done('GET', `${at()}/operations/${operation}`);
  expect(finished.operation).toMatchObject({
    status: 'finished',
    action: 'create_branch',
    failures_count: 0,
  });
  await remove(held.body.branch.id);
});

test('operations are listed from the newest, page by page', async () => {
  const made = await branch('counted');
  await remove(made.branch.id);
  const all = (await rig.done('GET', `${at()}/operations`)).operations.map((one: { id: string }) => one.id);
  const paged = [];
  for (let cursor = ''; ;) {
    const page = await rig.done('GET', `${at()}/operations?limit=3&cursor=${encodeURIComponent(cursor)}`);
    if (page.operations.length === 0) break;
    paged.push(...page.operations.map((one: { id: string }) => one.id));
    cursor = page.pagination.cursor;
  }
  expect(paged).toEqual(all);
  expect(new Set(all).size).toBe(all.length);
  expect(await refusal('GET', '/operations?limit=0')).toMatchObject({ status: 400 });
  expect(await refusal('GET', '/operations/00000000-0000-0000-0000-000000000000')).toMatchObject({
    status: 404,
  });
});

test('a branch whose operation fails is not there', async () => {
  const made = await newProject();
  const path = `/projects/${made.project.id}`;
  const cluster = rig.neon.inventory().find((one) => one.project === made.project.id)?.clusterId ?? '';
  await rig.postgres.destroy(cluster);
  const broken = await rig.call('POST', `${path}/branches`, { endpoints: [{ type: 'read_write' }] });
  expect(broken.status).toBe(201);
  await rig.settled(made.project.id);
  const { operations } = await rig.done('GET', `${path}/operations`);
  expect(operations.slice(0, 2)).toMatchObject([
    { action: 'start_compute', status: 'cancelled' },
    { action: 'create_branch', status: 'failed', failures_count: 1, error: expect.stringContaining(cluster) },
  ]);
  expect(await rig.done('GET', `${path}/branches/count`)).toEqual({ count: 1 });
  expect((await rig.call('GET', `${path}/endpoints/${broken.body.endpoints[0].id}`)).status).toBe(404);
  await rig.done('DELETE', path);
});

test('a branch is restored from its own past, under the same address, and what was there is kept', async () => {
  const made = await newProject();
  const path = `/projects/${made.project.id}`;
  const [own, root] = [made.connection_uris[0].connection_uri, made.branch.id];
  const child = await rig.done('POST', `${path}/branches`, {
    branch: { name: 'child', parent_id: root },
    endpoints: [{ type: 'read_write' }],
  });
  const before = await momentOf(own);
  await rowsOf(own, 'delete from t');
  const open = new Client(own);
  const cut = new Promise((resolve) => open.once('error', resolve));
  await open.connect();
  const restore = (body: object): Promise<NeonAnswer> =>
    rig.call('POST', `${path}/branches/${root}/restore`, body);
  for (const [body, status, message] of [
    [{ source_branch_id: root }, 400, /source_timestamp/],
    [{ source_branch_id: root, source_timestamp: before }, 422, /preserve_under_name is required/],
    [
      { source_branch_id: root, source_timestamp: '2020-01-01T00:00:00Z', preserve_under_name: 'x' },
      422,
      /history/,
    ],
    [{ source_branch_id: 'br-none', preserve_under_name: 'x' }, 404, /not found/],
    [{ source_branch_id: root, source_timestamp: before, preserve_under_name: 'child' }, 409, /exists/],
    [{}, 400, /source_branch_id/],
  ] as const)
    expect(await restore(body)).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  await rig.done('POST', `${path}/branches/${root}/restore`, {
    source_branch_id: root,
    source_timestamp: before,
    preserve_under_name: 'main_before',
  });
  await cut;
  expect(await count(own)).toBe(1);
  const { branches } = await rig.done('GET', `${path}/branches?sort_by=name&sort_order=asc`);
  const [moved, restored, backup] = branches;
  expect(restored).toMatchObject({ id: root, name: 'main', default: true });
  expect(restored).not.toHaveProperty('parent_id');
  expect(backup).toMatchObject({ name: 'main_before', default: false });
  expect(backup).not.toHaveProperty('parent_id');
  expect(moved).toMatchObject({ name: 'child', parent_id: backup.id });
  const kept = await rig.done('POST', `${path}/endpoints`, {
    endpoint: { branch_id: backup.id, type: 'read_write' },
  });
  const keptUrl = await rig.done('GET', `${path}/connection_uri?${uriQuery}&branch_id=${backup.id}`);
  expect(keptUrl.uri).toContain(kept.endpoint.host);
  expect(await count(keptUrl.uri)).toBe(0);

  // A branch that has a parent becomes the child of its backup.
  const childUrl = child.connection_uris[0].connection_uri;
  const now = await momentOf(childUrl);
  await rig.done('POST', `${path}/branches/${child.branch.id}/restore`, {
    source_branch_id: child.branch.id,
    source_timestamp: now,
    preserve_under_name: 'child_before',
  });
  const after = await rig.done('GET', `${path}/branches?search=child&sort_by=name&sort_order=asc`);
  expect(after.branches).toMatchObject([
    { id: child.branch.id, parent_id: after.branches[1].id },
    { name: 'child_before', parent_id: backup.id },
  ]);
  await rig.done('DELETE', path);
});

test('a branch is reset to its parent without a backup, unless it is protected or has children', async () => {
  const made = await branch('staging', { endpoints: [{ type: 'read_write' }] });
  const [id, own] = [made.branch.id, made.connection_uris[0].connection_uri];
  await rowsOf(own, 'drop table t');
  await rowsOf(url, 'insert into t values (9)');
  const reset = (): Promise<unknown> =>
    refusal('POST', `/branches/${id}/restore`, { source_branch_id: main.id });
  await rig.done('PATCH', `${at()}/branches/${id}`, { branch: { protected: true } });
  expect(await reset()).toMatchObject({ status: 422, message: 'cannot reset a protected branch' });
  await rig.done('PATCH', `${at()}/branches/${id}`, { branch: { protected: false } });
  const child = await branch('below', { branch: { name: 'below', parent_id: id } });
  expect(await reset()).toMatchObject({
    status: 422,
    message: 'Branch has children, preserve_under_name is required',
  });
  await remove(child.branch.id);
  const { branch: view } = await rig.done('POST', `${at()}/branches/${id}/restore`, {
    source_branch_id: main.id,
  });
  expect(view.current_state).toBe('resetting');
  expect(await count(own)).toBe(2);
  const after = await rig.done('GET', `${at()}/branches/${id}`);
  expect(after.branch).toMatchObject({ parent_id: main.id, current_state: 'ready' });
  expect(after.branch).toHaveProperty('last_reset_at');
  expect(await rig.done('GET', `${at()}/branches/count`)).toEqual({ count: 2 });
  await rowsOf(url, 'delete from t where id = 9');
  await remove(id);
});

test('a branch is restored from another one, whose child it becomes', async () => {
  const [target, source] = [
    await branch('target', { endpoints: [{ type: 'read_write' }] }),
    await branch('source'),
  ];
  await rig.done('POST', `${at()}/branches/${target.branch.id}/restore`, {
    source_branch_id: source.branch.id,
    preserve_under_name: 'target_old',
  });
  const { branches } = await rig.done('GET', `${at()}/branches?search=target&sort_by=name&sort_order=asc`);
  expect(branches).toMatchObject([
    { id: target.branch.id, parent_id: source.branch.id },
    { name: 'target_old', parent_id: main.id },
  ]);
  expect(await count(target.connection_uris[0].connection_uri)).toBe(1);
  expect(await refusal('DELETE', `/branches/${source.branch.id}`)).toMatchObject({ status: 422 });
  for (const id of [target.branch.id, branches[1].id, source.branch.id]) await remove(id);
});

test('a branch of a time in the past has what was there then', async () => {
  await rowsOf(url, 'insert into t values (7)');
  const then = await momentOf(url);
  await rowsOf(url, 'delete from t where id = 7');
  const made = await branch('then', {
    branch: { name: 'then', parent_timestamp: then },
    endpoints: [{ type: 'read_write' }],
  });
  expect(await count(made.connection_uris[0].connection_uri)).toBe(2);
  const { branch: view } = await rig.done('GET', `${at()}/branches/${made.branch.id}`);
  // The place in the log that was told is one that can be asked for.
  const again = await branch('again', {
    branch: { name: 'again', parent_lsn: view.parent_lsn },
    endpoints: [{ type: 'read_write' }],
  });
  expect(again.branch.parent_id).toBe(main.id);
  expect(await count(again.connection_uris[0].connection_uri)).toBe(2);
  for (const one of [made, again]) await remove(one.branch.id);
});

async function newProject(): Promise<NeonAnswer['body']> {
  const made = await rig.done('POST', '/projects', { project: { name: 'shop' } });
  await rowsOf(
    made.connection_uris[0].connection_uri,
    'create table t (id int primary key); insert into t values (1)',
  );
  return made;
}

const uriQuery = 'database_name=neondb&role_name=neondb_owner';

function at(): string {
  return `/projects/${project}`;
}

async function branch(name: string, order: object = {}): Promise<NeonAnswer['body']> {
  return rig.done('POST', `${at()}/branches`, { branch: { name }, ...order });
}

async function remove(id: string, isHard = true): Promise<void> {
  await rig.done('DELETE', `${at()}/branches/${id}?hard_delete=${isHard}`);
}

async function refusal(method: string, path: string, body?: unknown): Promise<object> {
  const answer = await rig.call(method, `${at()}${path}`, body);
  return { status: answer.status, ...answer.body };
}

async function count(address: string): Promise<number> {
  const [row] = await rowsOf<{ n: number }>(address, 'select count(*)::int as n from t');
  return row?.n ?? -1;
}

/** A time at which everything that came before is there, and nothing that comes after. */
async function momentOf(address: string): Promise<string> {
  return withSession(address, async (client) => {
    const read = async (): Promise<Date> =>
      (await client.query<{ at: Date }>('select clock_timestamp() as at')).rows[0]?.at ?? new Date(0);
    const moment = await read();
    const isLater = async (): Promise<boolean> => (await read()).getTime() > moment.getTime() + 2;
    await until(isLater);
    return new Date(moment.getTime() + 1).toISOString();
  });
}
