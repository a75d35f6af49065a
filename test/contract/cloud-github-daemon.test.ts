import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { CloudRig } from '../support/edge-cloud.ts';
import { Clone } from '../support/github-rig.ts';
import type { GithubAnswer } from '../support/github-rig.ts';

/** Kills at moments that nobody chose. */
const KILLS = 3;
const PATH = '/repos/acme/shop';

test('the cloud shows its GitHub, puts faults on it in its own words, and forgets it on a reset', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await askCloud(cloud, 'PUT', '/github/repositories', { repository: 'acme/shop', private: true });
  // As a rehearsal makes sure of it: what is private stays so.
  await askCloud(cloud, 'PUT', '/github/repositories', { repository: 'acme/shop', defaultBranch: 'main' });
  const status = await cloudStatus(cloud);
  expect(status.github).toMatchObject([
    { repository: 'acme/shop', isPrivate: true, runs: 0, activeRuns: 0, hooks: 0 },
  ]);
  expect(status.services).toContainEqual({ name: 'github', url: `${base(cloud)}/api/v3`, holds: 1 });
  expect(renderCloudStatus(status, { color: false, width: Infinity })).toMatch(/github +\S+ +1 repository\n/);
  expect(renderCloudStatus(status, { color: false, width: Infinity })).toMatch(
    new RegExp(`acme/shop +${base(cloud)}/acme/shop +private +main`),
  );

  const route = '* /api/v3/repos/*/*/labels';
  await setFault(cloud, { kind: 'error', route, status: 502, delayMs: 0, times: 1 });
  expect(await api(cloud, 'GET', `${PATH}/labels`)).toMatchObject({
    status: 502,
    body: { message: expect.stringContaining('fault'), documentation_url: expect.any(String), status: '502' },
  });
  await setFault(cloud, { kind: 'rate-limit', route, status: 429, delayMs: 0, times: 1 });
  const limited = await api(cloud, 'GET', `${PATH}/labels`);
  expect(limited).toMatchObject({
    status: 429,
    body: { message: expect.stringContaining('secondary rate limit') },
  });
  expect(limited.headers.get('retry-after')).toBe('1');
  // Carried out, and nobody is told.
  await setFault(cloud, { kind: 'lost-answer', route, status: 503, delayMs: 0, times: 1 });
  await expect(api(cloud, 'POST', `${PATH}/labels`, { name: 'lost' })).rejects.toThrow();
  expect((await api(cloud, 'GET', `${PATH}/labels/lost`)).status).toBe(200);
  expect(await listFaults(cloud)).toEqual([]);
  await expect(askCloud(cloud, 'PUT', '/github/users', { login: 'not a login' })).rejects.toThrow(
    /nothing for GitHub/,
  );

  await resetCloud(cloud);
  expect((await cloudStatus(cloud)).github).toEqual([]);
  expect((await api(cloud, 'GET', PATH)).status).toBe(404);
});

test('killed at any moment, what it said is true, what was pushed is told of, and pull requests follow', async () => {
  await using rig = new CloudRig();
  await using hook = await Receiver.open();
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-clone-'));
  const clone = new Clone(dir);
  try {
    let cloud = await rig.up();
    await askCloud(cloud, 'PUT', '/github/repositories', { repository: 'acme/shop' });
    const config = { url: hook.url, content_type: 'json' };
    await api(cloud, 'POST', `${PATH}/hooks`, { config, events: ['push', 'pull_request'] });
    await clone.git('init', '--quiet', '--initial-branch=main');
    await clone.git('remote', 'add', 'origin', remote(cloud));
    await clone.commit('README.md', '# Shop\n');
    await clone.git('push', '--quiet', 'origin', 'main');
    await clone.git('checkout', '--quiet', '-b', 'feature');
    await clone.commit('0.txt', '0\n');
    await clone.git('push', '--quiet', 'origin', 'feature');
    await api(cloud, 'POST', `${PATH}/pulls`, { title: 'A', head: 'feature', base: 'main' });

    for (let kill = 1; kill <= KILLS; kill += 1) {
      const sha = await clone.commit(`${kill}.txt`, `${kill}\n`);
      const before = await head(cloud);
      const pushed = clone.git('push', '--quiet', 'origin', 'feature').then(
        () => true,
        () => false,
      );
      const status = api(cloud, 'POST', `${PATH}/statuses/${before}`, {
        state: 'success',
        context: `kill ${kill}`,
      });
      const isSet = status.then(
        (answer) => answer.status === 201,
        () => false,
      );
      await new Promise((resolve) => setTimeout(resolve, 20 + 60 * kill * Math.random()));
      cloud = await killAndStart(rig, cloud);
      const now = await head(cloud);
      // Whoever was told that it is there finds it; whoever was not may find it, too.
      if (await pushed) expect(now).toBe(sha);
      else expect([before, sha]).toContain(now);
      const statuses = (await api(cloud, 'GET', `${PATH}/commits/${before}/statuses`)).body;
      const found = statuses.some((one: { context: string }) => one.context === `kill ${kill}`);
      if (await isSet) expect(found).toBe(true);
      await clone.git('remote', 'set-url', 'origin', remote(cloud));
      await clone.git('push', '--quiet', 'origin', 'feature');
      expect((await api(cloud, 'GET', `${PATH}/pulls/1`)).body).toMatchObject({
        head: { sha },
        commits: kill + 1,
        mergeable: true,
      });
    }
    const tip = await clone.git('rev-parse', 'HEAD');
    expect(await clone.git('ls-remote', 'origin', 'refs/pull/1/head')).toContain(tip);
    await until(() => hook.pushes().includes(tip));
    const commits = (await clone.git('rev-list', '--reverse', 'main..feature')).split('\n');
    // Every commit was a push of its own, and each was told of once.
    expect(hook.pushes().filter((one) => commits.includes(one))).toEqual(commits);
    await until(() => hook.synchronized().length === KILLS);
    expect(hook.synchronized()).toEqual(commits.slice(1));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

/** Where hooks deliver to; what comes twice under one id counts once, as every receiver must do it. */
class Receiver {
  readonly #server: Server;
  readonly #events = new Map<string, { name: string; payload: Record<string, unknown> }>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const payload = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        const name = String(request.headers['x-github-event']);
        receiver.#events.set(String(request.headers['x-github-delivery']), { name, payload });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** What branches were set to, in the order in which it was told. */
  pushes(): string[] {
    return this.#of('push').map((payload) => String(payload['after']));
  }

  synchronized(): string[] {
    return this.#of('pull_request').flatMap((payload) =>
      payload['action'] === 'synchronize' ? [String(payload['after'])] : [],
    );
  }

  #of(wanted: string): Record<string, unknown>[] {
    return [...this.#events.values()].flatMap(({ name, payload }) => (name === wanted ? [payload] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function killAndStart(rig: CloudRig, cloud: CloudInfo): Promise<CloudInfo> {
  process.kill(cloud.pid, 'SIGKILL');
  await until(async () => (await readCloud(rig.stateDir)) === null);
  return rig.up();
}

async function head(cloud: CloudInfo): Promise<string> {
  return (await api(cloud, 'GET', `${PATH}/git/ref/heads/feature`)).body.object.sha;
}

function base(cloud: CloudInfo): string {
  return `http://127.0.0.1:${cloud.apiPort}`;
}

function remote(cloud: CloudInfo): string {
  return `http://x-access-token:${cloud.token}@127.0.0.1:${cloud.apiPort}/acme/shop.git`;
}

async function api(cloud: CloudInfo, method: string, path: string, body?: object): Promise<GithubAnswer> {
  const response = await fetch(`${base(cloud)}/api/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json().catch(() => null),
  };
}
