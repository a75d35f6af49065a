import { expect, test } from 'vitest';
import {
  askCloud,
  cloudStatus,
  listFaults,
  readCloud,
  resetCloud,
  setFault,
} from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { renderCloudStatus } from '../../src/cli/views/environment/cloud-status.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { CloudRig, url } from '../support/edge-cloud.ts';
import { rowsOf } from '../support/neon-rig.ts';
import type { NeonAnswer } from '../support/neon-rig.ts';
import { waitFor } from '../support/wait-for.ts';

/** Kills at moments that nobody chose; each takes some seconds. */
const KILLS = 3;

test('the cloud shows its Neon, puts faults on it in its own words, and forgets it on a reset', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const project = await newProject(cloud);
  const path = `/projects/${project.id}`;
  const status = await cloudStatus(cloud);
  expect(status.services).toContainEqual({ name: 'neon', url: url(cloud, '/api/v2'), holds: 1 });
  expect(status.neon).toMatchObject([{ projectName: 'shop', branchName: 'main', isDefault: true }]);
  expect(status.databases).toMatchObject([{ name: 'shop/main', state: 'running' }]);
  const port = new URL(project.url).port;
  expect(renderCloudStatus(status, { color: false, width: Infinity })).toMatch(
    new RegExp(`shop +main +br-\\S+ +127\\.0\\.0\\.1:${port} +default`),
  );

  const pattern = '* /api/v2/projects/*/branches';
  await setFault(cloud, { kind: 'error', route: pattern, status: 503, delayMs: 0, times: 1 });
  expect(await neon(cloud, 'GET', `${path}/branches`)).toMatchObject({
    status: 503,
    body: { code: '', message: expect.stringContaining('fault'), request_id: expect.any(String) },
  });
  await setFault(cloud, { kind: 'rate-limit', route: pattern, status: 429, delayMs: 0, times: 1 });
  expect(await neon(cloud, 'GET', `${path}/branches`)).toMatchObject({ status: 429, body: { code: '' } });
  // Carried out, and nobody is told.
  await setFault(cloud, { kind: 'lost-answer', route: pattern, status: 503, delayMs: 0, times: 1 });
  await expect(neon(cloud, 'POST', `${path}/branches`, { branch: { name: 'lost' } })).rejects.toThrow();
  await settled(cloud, project.id);
  expect((await neon(cloud, 'GET', `${path}/branches?search=lost`)).body.branches).toHaveLength(1);
  expect(await listFaults(cloud)).toEqual([]);

  expect(await askCloud(cloud, 'PUT', '/neon', { branches: 2, rootBranches: 1 })).toMatchObject({
    limits: { branches: 2, rootBranches: 1 },
  });
  expect(await neon(cloud, 'POST', `${path}/branches`)).toMatchObject({
    status: 422,
    body: { code: 'BRANCHES_LIMIT_EXCEEDED' },
  });
  await expect(askCloud(cloud, 'PUT', '/neon', { branches: 'many' })).rejects.toThrow(/no settings of Neon/);

  await resetCloud(cloud);
  const after = await cloudStatus(cloud);
  expect([after.neon, after.databases]).toEqual([[], []]);
  expect((await neon(cloud, 'GET', '/projects')).body.projects).toEqual([]);
  await expect(rowsOf(project.url, 'select 1')).rejects.toThrow();
});

test('whoever asks faster than Neon allows is told so', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 400 }, () => neon(cloud, 'GET', '/users/me')));
  const seconds = (performance.now() - began) / 1_000;
  const refused = answers.filter(({ status }) => status === 429);
  // Forty at once, and forty more a second.
  expect(answers.length - refused.length).toBeLessThanOrEqual(40 * (1 + seconds) + 1);
  expect(refused[0]?.body).toMatchObject({ code: '', message: 'rate limit exceeded' });
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(40);
  await until(async () => (await neon(cloud, 'GET', '/users/me')).status === 200);
});

test('what a killed cloud had under way goes on in the next, under the same addresses, with nothing left over', async () => {
  await using rig = new CloudRig();
  let cloud = await rig.up();
  const [making, restoring, dropping] = [
    await newProject(cloud),
    await newProject(cloud),
    await newProject(cloud),
  ];
  const doomed = await done(cloud, 'POST', `/projects/${dropping.id}/branches`, {
    branch: { name: 'doomed' },
  });
  const then = new Date().toISOString();
  await until(() => Date.now() > Date.parse(then) + 2);
  await rowsOf(restoring.url, 'delete from t');
  await askCloud(cloud, 'PUT', '/neon', { hold: true });
  const made = await neon(cloud, 'POST', `/projects/${making.id}/branches`, {
    branch: { name: 'new' },
    endpoints: [{ type: 'read_write' }],
  });
  const restored = await neon(
    cloud,
    'POST',
    `/projects/${restoring.id}/branches/${restoring.branch}/restore`,
    {
      source_branch_id: restoring.branch,
      source_timestamp: then,
      preserve_under_name: 'before',
    },
  );
  const gone = await neon(
    cloud,
    'DELETE',
    `/projects/${dropping.id}/branches/${doomed.branch.id}?hard_delete=true`,
  );
  expect([made.status, restored.status, gone.status]).toEqual([201, 200, 200]);
  cloud = await killAndStart(rig, cloud);
  for (const { id } of [making, restoring, dropping]) await settled(cloud, id);
  for (const { id } of [making, restoring, dropping]) {
    const { operations } = (await neon(cloud, 'GET', `/projects/${id}/operations`)).body;
    expect(operations.map((one: { status: string }) => one.status)).not.toContain('failed');
  }
  expect(await count(made.body.connection_uris[0].connection_uri)).toBe(1);
  expect(await count(restoring.url)).toBe(1);
  expect(await count(dropping.url)).toBe(1);
  const names = (await cloudStatus(cloud)).databases.map(({ name }) => name);
  expect(names.map(String).toSorted()).toEqual([
    'shop/before',
    'shop/main',
    'shop/main',
    'shop/main',
    'shop/new',
  ]);
});

test('killed at any moment, it is whole: every branch has its data, and no data is without a branch', async () => {
  await using rig = new CloudRig();
  let cloud = await rig.up();
  const project = await newProject(cloud);
  const path = `/projects/${project.id}`;
  const then = new Date(Date.now() + 1).toISOString();
  await until(() => Date.now() > Date.parse(then) + 2);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await settled(cloud, project.id);
    const asked =
      kill % 2 === 1
        ? neon(cloud, 'POST', `${path}/branches`, {
            branch: { name: `b${kill}` },
            endpoints: [{ type: 'read_write' }],
          })
        : neon(cloud, 'POST', `${path}/branches/${project.branch}/restore`, {
            source_branch_id: project.branch,
            source_timestamp: then,
            preserve_under_name: `main_${kill}`,
          });
    asked.catch(() => undefined);
    // Spread over what these take; what counts is that none of them is special.
    await new Promise((resolve) => setTimeout(resolve, 120 * kill));
    cloud = await killAndStart(rig, cloud);
    await settled(cloud, project.id);
    const { branches } = (await neon(cloud, 'GET', `${path}/branches`)).body;
    expect(branches.map((one: { current_state: string }) => one.current_state)).toEqual(
      branches.map(() => 'ready'),
    );
    const status = await cloudStatus(cloud);
    const names = (branches as { name: string }[]).map(({ name }) => `shop/${name}`);
    expect(new Set(status.databases.map(({ name }) => name))).toEqual(new Set(names));
    expect(status.databases).toHaveLength(names.length);
    for (const { ports } of status.neon)
      for (const port of ports) {
        const address = new URL(project.url);
        address.port = String(port);
        expect(await count(address.href)).toBe(1);
      }
  }
});

interface MadeProject {
  readonly id: string;
  readonly branch: string;
  readonly url: string;
}

async function newProject(cloud: CloudInfo): Promise<MadeProject> {
  const made = await done(cloud, 'POST', '/projects', { project: { name: 'shop' } });
  const address = made.connection_uris[0].connection_uri as string;
  await rowsOf(address, 'create table t as select 1 as n');
  return { id: made.project.id, branch: made.branch.id, url: address };
}

async function count(address: string): Promise<number> {
  return (await rowsOf<{ n: number }>(address, 'select count(*)::int as n from t'))[0]?.n ?? -1;
}

async function neon(cloud: CloudInfo, method: string, path: string, body?: object): Promise<NeonAnswer> {
  const response = await fetch(url(cloud, `/api/v2${path}`), {
    method,
    headers: { authorization: `Bearer ${cloud.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

async function done(
  cloud: CloudInfo,
  method: string,
  path: string,
  body?: object,
): Promise<NeonAnswer['body']> {
  const answer = await neon(cloud, method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  await settled(cloud, /^\/projects\/([^/]+)/.exec(path)?.[1] ?? answer.body.project.id);
  return answer.body;
}

async function settled(cloud: CloudInfo, project: string): Promise<void> {
  await until(async () => {
    const { status, body } = await neon(cloud, 'GET', `/projects/${project}/operations`);
    // Asked too often: the limits hold here.
    if (status === 429) return false;
    const operations = body.operations as { status: string }[];
    return operations.every(({ status }) => status !== 'running' && status !== 'scheduling');
  });
}

async function killAndStart(rig: CloudRig, cloud: CloudInfo): Promise<CloudInfo> {
  process.kill(cloud.pid, 'SIGKILL');
  await waitFor(async () => expect(await readCloud(rig.stateDir)).toBeNull());
  return rig.up();
}
