import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit as Core } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { Octokit } from '@octokit/rest';
import { createNodeMiddleware, Webhooks } from '@octokit/webhooks';
import sodium from 'libsodium-wrappers';
import { expect, test } from 'vitest';
import { ADMIN_TOKEN, GithubRig } from '../support/github-rig.ts';
import { documentedEvents } from '../support/webhook-examples.ts';

const run = promisify(execFile);
/** `gh` comes with no package of npm; without it its test is skipped. */
const HAS_GH = spawnSync('gh', ['--version']).status === 0;

const SHOP = { owner: 'acme', repo: 'shop' } as const;

const nothing = (): void => undefined;
/** Refusals are what is tested here; nobody need read of them. */
const QUIET = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What of an event's documented payload is left out here, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  organization: 'only where the owner is one, as on GitHub',
  installation: 'only for hooks of apps, as on GitHub',
  enterprise: 'only within one, as on GitHub',
};

test('octokit/rest does all that a pipeline does, from the repository to the merge', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const octokit = new Octokit({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3`, log: QUIET });
  await mine.git('checkout', '--quiet', '-b', 'feature');
  const sha = await mine.commit('a.txt', 'a\n');
  await mine.git('push', '--quiet', 'origin', 'feature');
  const { data: pull } = await octokit.rest.pulls.create({
    ...SHOP,
    title: 'A',
    head: 'feature',
    base: 'main',
  });
  await octokit.rest.repos.createCommitStatus({ ...SHOP, sha, state: 'success', context: 'ci' });
  expect((await octokit.rest.repos.getCombinedStatusForRef({ ...SHOP, ref: sha })).data).toMatchObject({
    state: 'success',
    total_count: 1,
  });
  const { data: deployment } = await octokit.rest.repos.createDeployment({
    ...SHOP,
    ref: sha,
    environment: 'staging',
    auto_merge: false,
    required_contexts: [],
  });
  if (!('id' in deployment)) throw new Error(deployment.message);
  await octokit.rest.repos.createDeploymentStatus({
    ...SHOP,
    deployment_id: deployment.id,
    state: 'success',
  });
  expect((await octokit.rest.repos.listDeployments(SHOP)).data).toHaveLength(1);
  const comment = await octokit.rest.issues.createComment({
    ...SHOP,
    issue_number: pull.number,
    body: 'Deployed',
  });
  expect(comment.data.user?.login).toBe('glidepath');
  expect((await octokit.rest.repos.compareCommits({ ...SHOP, base: 'main', head: sha })).data.status).toBe(
    'ahead',
  );
  expect((await octokit.rest.pulls.merge({ ...SHOP, pull_number: pull.number })).data.merged).toBe(true);
  await expect(octokit.rest.repos.get({ owner: 'acme', repo: 'none' })).rejects.toMatchObject({
    status: 404,
  });
});

test('octokit/core with its pages reads a long list to its end', async () => {
  await using rig = await GithubRig.open();
  await rig.repository();
  const Paged = Core.plugin(paginateRest);
  const octokit = new Paged({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3` });
  for (let n = 1; n <= 7; n += 1)
    await octokit.request('POST /repos/{owner}/{repo}/issues', { ...SHOP, title: `Issue ${n}` });
  const all = await octokit.paginate('GET /repos/{owner}/{repo}/issues', {
    ...SHOP,
    per_page: 2,
    direction: 'asc',
  });
  expect(all.map(({ title }) => title)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `Issue ${n}`));
});

test('a secret that is sealed by libsodium can be used by jobs, and be read by nobody', async () => {
  await using rig = await GithubRig.open();
  await rig.repository();
  const octokit = new Octokit({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3`, log: QUIET });
  const { data } = await octokit.rest.actions.getRepoPublicKey(SHOP);
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const seal = (value: string): string =>
    sodium.to_base64(
      sodium.crypto_box_seal(sodium.from_string(value), sodium.from_base64(data.key, ORIGINAL)),
      ORIGINAL,
    );
  const set = (value: string) =>
    octokit.rest.actions.createOrUpdateRepoSecret({
      ...SHOP,
      secret_name: 'FLY_TOKEN',
      encrypted_value: seal(value),
      key_id: data.key_id,
    });
  expect([(await set('one')).status, (await set('the value')).status]).toEqual([201, 204]);
  const { data: listed } = await octokit.rest.actions.listRepoSecrets(SHOP);
  expect(listed.secrets).toEqual([
    { name: 'FLY_TOKEN', created_at: expect.any(String), updated_at: expect.any(String) },
  ]);
  const [secret] = rig.github.context.state.all('secrets');
  expect(JSON.stringify(secret)).not.toContain('the value');
  expect(await rig.github.context.secretBox.open(secret?.sealed ?? '')).toBe('the value');
  const foreign = sodium.to_base64(
    sodium.crypto_box_seal(sodium.from_string('x'), sodium.crypto_box_keypair().publicKey),
    ORIGINAL,
  );
  await expect(
    octokit.rest.actions.createOrUpdateRepoSecret({
      ...SHOP,
      secret_name: 'X',
      encrypted_value: foreign,
      key_id: data.key_id,
    }),
  ).rejects.toMatchObject({ status: 422 });
});

test('an app signs in with its key, gets a token for its installation, and writes check runs with it', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { appId, installationId } = await rig.control('POST', '/apps', {
    slug: 'pipeline',
    owner: 'acme',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    permissions: { checks: 'write', contents: 'read', metadata: 'read' },
  });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const octokit = new Octokit({
    authStrategy: createAppAuth,
    auth: { appId, installationId, privateKey: pem },
    baseUrl: `${rig.baseUrl}/api/v3`,
    log: QUIET,
  });
  const { data: run } = await octokit.rest.checks.create({
    ...SHOP,
    name: 'CI gate',
    head_sha: await mine.git('rev-parse', 'HEAD'),
    conclusion: 'success',
  });
  expect(run).toMatchObject({ status: 'completed', app: { slug: 'pipeline' } });
  await expect(octokit.rest.repos.createDeployment({ ...SHOP, ref: 'main' })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration'),
  });
  const person = new Octokit({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3`, log: QUIET });
  await expect(
    person.rest.checks.create({ ...SHOP, name: 'x', head_sha: run.head_sha }),
  ).rejects.toMatchObject({ status: 403, message: expect.stringContaining('GitHub App') });
});

test('octokit/webhooks takes what is delivered, refuses another secret, and what failed is delivered again', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const hooks = new Webhooks({ secret: 'the secret of the hook', log: QUIET });
  const received: { id: string; name: string }[] = [];
  hooks.onAny(({ id, name }) => {
    received.push({ id, name });
    if (received.length === 2) throw new Error('the first push is lost');
  });
  const server = createServer((request, response) => {
    void createNodeMiddleware(hooks, { path: '/', log: QUIET })(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const octokit = new Octokit({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3`, log: QUIET });
    const config = { url, content_type: 'json', secret: 'the secret of the hook' };
    const { data: hook } = await octokit.rest.repos.createWebhook({ ...SHOP, config, events: ['push'] });
    expect(hook.config.secret).toBe('********');
    await rig.github.deliveriesSettled();
    await mine.commit('a.txt', 'a\n');
    await mine.git('push', '--quiet', 'origin', 'main');
    await rig.told('push');
    await rig.github.deliveriesSettled();
    const deliveries = await octokit.rest.repos.listWebhookDeliveries({ ...SHOP, hook_id: hook.id });
    expect(deliveries.data.map(({ event, status_code }) => [event, status_code])).toEqual([
      ['push', 500],
      ['ping', 200],
    ]);
    const [failed] = deliveries.data;
    await octokit.rest.repos.redeliverWebhookDelivery({
      ...SHOP,
      hook_id: hook.id,
      delivery_id: failed?.id ?? 0,
    });
    await rig.github.deliveriesSettled();
    expect(received.map(({ name }) => name)).toEqual(['ping', 'push', 'push']);
    expect(received[1]?.id).toBe(received[2]?.id);
    await octokit.rest.repos.updateWebhook({
      ...SHOP,
      hook_id: hook.id,
      config: { ...config, secret: 'another secret' },
    });
    await octokit.rest.repos.pingWebhook({ ...SHOP, hook_id: hook.id });
    await rig.github.deliveriesSettled();
    expect(received).toHaveLength(3);
    await expect(
      octokit.rest.repos.createWebhook({ ...SHOP, config: { url: 'https://example.com/' } }),
    ).rejects.toMatchObject({ status: 422 });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('every payload has all that GitHub documents its event to have', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const path = '/repos/acme/shop';
  await mine.git('checkout', '--quiet', '-b', 'feature');
  const sha = await mine.commit('a.txt', 'a\n');
  await mine.git('push', '--quiet', 'origin', 'feature');
  const pull = (await rig.api('POST', `${path}/pulls`, { title: 'A', head: 'feature', base: 'main' })).body;
  await rig.api('POST', `${path}/issues/${pull.number}/comments`, { body: 'Hello' });
  await rig.api('POST', `${path}/statuses/${sha}`, { state: 'success' });
  const deployed = await rig.api('POST', `${path}/deployments`, {
    ref: sha,
    auto_merge: false,
    required_contexts: [],
  });
  await rig.api('POST', `${path}/deployments/${deployed.body.id}/statuses`, { state: 'success' });
  await rig.api('POST', `${path}/dispatches`, { event_type: 'go' });
  await rig.api('PUT', `${path}/pulls/${pull.number}/merge`);
  await mine.git('push', '--quiet', 'origin', ':feature');
  await rig.told('push');
  const documented = documentedEvents();
  const names = new Set(rig.events.map(({ name }) => name));
  expect([...names].toSorted()).toEqual(
    [
      'create',
      'delete',
      'deployment',
      'deployment_status',
      'issue_comment',
      'pull_request',
      'push',
      'repository_dispatch',
      'status',
    ].toSorted(),
  );
  for (const { name, action, payload } of rig.events) {
    const examples = documented.find((one) => one.name === name)?.examples ?? [];
    const same = examples.filter(
      (one) => action === null || one['action'] === undefined || one['action'] === action,
    );
    // What stands in every example is what can be counted on.
    const missing = missingIn(payload, same.length > 0 ? same : examples);
    expect([name, action, missing]).toEqual([name, action, []]);
  }
});

/** Keys, two levels deep, that all examples have and a payload has not. */
function missingIn(
  payload: Readonly<Record<string, unknown>>,
  examples: readonly Record<string, unknown>[],
): string[] {
  const keysOf = (value: unknown): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const paths = (value: Record<string, unknown>): string[] =>
    Object.keys(value).flatMap((key) => [key, ...keysOf(value[key]).map((inner) => `${key}.${inner}`)]);
  const has = new Set(paths(payload));
  const [first, ...others] = examples.map((one) => new Set(paths(one)));
  return (
    [...(first ?? [])]
      .filter((path) => others.every((other) => other.has(path)))
      .filter((path) => !has.has(path) && LEFT_OUT[path.split('.')[0] ?? ''] === undefined)
      // Where the whole is null there is nothing in it.
      .filter((path) => !path.includes('.') || payload[path.split('.')[0] ?? ''] !== null)
  );
}

test.skipIf(!HAS_GH)('gh, by its proxy, reads and writes, page by page', async () => {
  await using rig = await GithubRig.open();
  await rig.repository();
  const gh = async (...args: readonly string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: rig.dir,
      GH_HOST: 'github.localhost',
      GH_TOKEN: ADMIN_TOKEN,
      HTTP_PROXY: rig.baseUrl,
    };
    return (await run('gh', ['api', ...args], { env })).stdout;
  };
  for (const title of ['One', 'Two', 'Three']) await gh('repos/acme/shop/issues', '-f', `title=${title}`);
  const titles = await gh('repos/acme/shop/issues?per_page=2', '--paginate', '--jq', '.[].title');
  expect(titles.trim().split('\n')).toEqual(['Three', 'Two', 'One']);
  await expect(gh('repos/acme/none')).rejects.toThrow(/HTTP 404/);
});
