import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { organizationToken } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { CloudRig, url } from '../support/edge-cloud.ts';

const PLANTED = 'FlyV1-planted-token-of-acme';

let rig: CloudRig;
let cloud: CloudInfo;
let acme: string;
let other: string;

/** One call with a token, and what came back. */
async function ask(
  token: string,
  method: string,
  path: string,
  body?: object,
  scheme = 'Bearer',
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url(cloud, path), {
    method,
    headers: { authorization: `${scheme} ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}

beforeAll(async () => {
  rig = new CloudRig();
  cloud = await rig.up();
  acme = await organizationToken(cloud, 'acme');
  other = await organizationToken(cloud, 'other');
  expect((await ask(acme, 'POST', '/v1/apps', { name: 'shop', org_slug: 'acme' })).status).toBe(201);
  expect((await ask(other, 'POST', '/v1/apps', { name: 'spy', org_slug: 'other' })).status).toBe(201);
});
afterAll(async () => rig[Symbol.asyncDispose]());

describe('a token of an organization', () => {
  test('is made once, and one that is given is taken beside it', async () => {
    expect(await organizationToken(cloud, 'acme')).toBe(acme);
    expect(await organizationToken(cloud, 'acme', PLANTED)).toBe(PLANTED);
    await expect(organizationToken(cloud, 'other', PLANTED)).rejects.toMatchObject({ code: 'CLOUD_REFUSED' });
    for (const scheme of ['Bearer', 'FlyV1'])
      expect((await ask(PLANTED, 'GET', '/v1/apps/shop', undefined, scheme)).status).toBe(200);
    for (const body of [{}, { org: 'No Slug' }, { org: 'acme', token: 'short' }])
      expect((await ask(cloud.token, 'PUT', '/_glidepath/tokens', body)).status).toBe(400);
    expect((await ask(acme, 'PUT', '/_glidepath/tokens', { org: 'other' })).status).toBe(401);
  });

  test('sees the apps of its organization and no others', async () => {
    const list = await ask(acme, 'GET', '/v1/apps?org_slug=acme');
    expect(list.body).toMatchObject({
      total_apps: 1,
      apps: [{ name: 'shop', organization: { slug: 'acme' } }],
    });
    expect(await ask(acme, 'GET', '/v1/apps?org_slug=other')).toEqual({
      status: 403,
      body: { error: 'unauthorized' },
    });
    expect((await ask(acme, 'GET', '/v1/orgs/other/machines')).status).toBe(403);
    for (const [method, path] of [
      ['GET', '/v1/apps/spy/machines'],
      ['POST', '/v1/apps/spy/machines'],
      ['GET', '/v1/apps/s%70y/machines'],
      ['GET', '/v1/apps/spy/secrets'],
      ['POST', '/v1/apps/spy/secrets'],
      ['GET', '/v1/apps/spy/ip_assignments'],
      ['DELETE', '/v1/apps/spy'],
      ['GET', '/api/v1/apps/spy/logs'],
    ] as const)
      expect(await ask(acme, method, path), `${method} ${path}`).toEqual({
        status: 404,
        body: { error: "app 'spy' not found" },
      });
    expect((await ask(other, 'GET', '/v1/apps/spy')).status).toBe(200);
    expect((await ask(acme, 'GET', '/prometheus/other/api/v1/query?query=x')).status).toBe(403);
  });

  test('is told that a name is taken, whoever has it', async () => {
    expect(await ask(acme, 'GET', '/v1/apps/spy')).toEqual({
      status: 403,
      body: { error: "app name 'spy' is held by another organization" },
    });
    expect((await ask(acme, 'POST', '/v1/apps', { name: 'spy', org_slug: 'acme' })).status).toBe(403);
    expect(await ask(acme, 'POST', '/v1/apps', { name: 'shop', org_slug: 'acme' })).toMatchObject({
      status: 422,
      body: { status: 'name_taken' },
    });
    expect(await ask(acme, 'POST', '/v1/apps', { name: 'new', org_slug: 'other' })).toEqual({
      status: 403,
      body: { error: 'unauthorized' },
    });
  });

  test('runs the images of its organization and no others', async () => {
    const [own, foreign] = [await rig.push(cloud, 'shop'), await rig.push(cloud, 'spy')];
    const create = (image: string) =>
      ask(acme, 'POST', '/v1/apps/shop/machines', { config: { image }, skip_launch: true });
    expect((await create(own)).status).toBe(200);
    expect(await create(foreign)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('manifest unknown') },
    });
  });

  test('says of itself what it is', async () => {
    expect((await ask(acme, 'GET', '/v1/tokens/current')).body).toMatchObject({
      tokens: [{ org_slug: 'acme', organization: 'acme', apps: [] }],
    });
    expect(await ask('nobody-knows-this-token', 'GET', '/v1/tokens/current')).toEqual({
      status: 401,
      body: { error: 'Authenticate: token validation error' },
    });
  });

  test('shows flyctl nothing of other organizations', async () => {
    const graphql = async (token: string, query: string): Promise<unknown> =>
      (await ask(token, 'POST', '/graphql', { query })).body;
    const apps = '{ apps { nodes { name } } organizations { nodes { slug } } }';
    expect(await graphql(acme, apps)).toEqual({
      data: { apps: { nodes: [{ name: 'shop' }] }, organizations: { nodes: [{ slug: 'acme' }] } },
    });
    expect(
      await graphql(acme, '{ app(name: "spy") { id } organization(slug: "other") { id } }'),
    ).toMatchObject({
      data: { app: null, organization: null },
    });
    expect((await ask(acme, 'GET', '/api/v1/organizations/other')).status).toBe(404);
    expect((await ask(acme, 'POST', '/api/v1/releases', { app_name: 'spy' })).status).toBe(404);
    expect((await ask('nobody-knows-this-token', 'POST', '/graphql', { query: apps })).status).toBe(401);
  });

  test('opens the repositories and databases of its organization alone', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const head = async (token: string, app: string): Promise<unknown> =>
      (await ask(token, 'GET', `/v2/${app}/manifests/${digest}`)).body;
    expect(await head(acme, 'shop')).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    expect(await head(acme, 'spy')).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
    expect(await head('nobody-knows-this-token', 'shop')).toMatchObject({
      errors: [{ code: 'UNAUTHORIZED' }],
    });
    expect((await ask(acme, 'GET', '/v1/postgres?org_slug=acme')).body).toEqual({ data: [] });
    expect((await ask(acme, 'GET', '/v1/postgres?org_slug=other')).status).toBe(404);
    const order = { org_slug: 'other', plan: 'basic', region: 'iad' };
    expect((await ask(acme, 'POST', '/v1/postgres', order)).status).toBe(403);
  });
});

test('a deploy token opens its app, and makes neither apps nor tokens', async () => {
  const made = await ask(acme, 'POST', '/v1/apps/shop/deploy_token', { expiry: '1h' });
  const { token } = made.body as { token: string };
  expect((await ask(token, 'GET', '/v1/apps/shop/machines')).status).toBe(200);
  expect((await ask(token, 'GET', '/v1/tokens/current')).body).toMatchObject({
    tokens: [{ org_slug: 'acme', apps: ['shop'] }],
  });
  expect((await ask(token, 'POST', '/v1/apps', { name: 'more', org_slug: 'acme' })).status).toBe(403);
  expect((await ask(token, 'POST', '/v1/apps/shop/deploy_token', {})).status).toBe(403);
  expect((await ask(token, 'GET', '/v1/orgs/acme/machines')).status).toBe(403);
  expect((await ask(acme, 'POST', '/v1/apps/shop/deploy_token', { expiry: 'soon' })).status).toBe(400);
});

test('a token that may only read changes nothing', async () => {
  const order = { org: 'acme', read_only: true };
  const { token } = (await ask(cloud.token, 'PUT', '/_glidepath/tokens', order)).body as { token: string };
  expect((await ask(token, 'GET', '/v1/apps/shop')).status).toBe(200);
  const refused = { status: 403, body: { error: 'unauthorized' } };
  expect(await ask(token, 'POST', '/v1/apps/shop/secrets', { values: { A: '1' } })).toEqual(refused);
  expect(await ask(token, 'POST', '/v1/postgres', { org_slug: 'acme' })).toEqual(refused);
  const push = await ask(token, 'POST', '/v2/shop/blobs/uploads/');
  expect(push).toMatchObject({ status: 403, body: { errors: [{ code: 'DENIED' }] } });
});
