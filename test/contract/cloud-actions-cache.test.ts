import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreCache, saveCache } from '@actions/cache';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ActionsRig } from '../support/actions-rig.ts';
import { cacheServiceRig, jobOf, type CacheServiceRig } from '../support/cache-service-rig.ts';

let rig: CacheServiceRig;
let workspace: string;

beforeAll(async () => {
  rig = await cacheServiceRig();
  workspace = mkdtempSync(join(tmpdir(), 'glidepath-actions-cache-'));
});
afterAll(async () => {
  await rig.close();
  rmSync(workspace, { recursive: true, force: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** From here on GitHub's client is in a job of that ref. */
function inJob(ref: string, readable: readonly string[] = []): void {
  const temp = join(workspace, 'temp');
  mkdirSync(temp, { recursive: true });
  const variables = {
    ACTIONS_RESULTS_URL: `${rig.url}/`,
    ACTIONS_RUNTIME_TOKEN: rig.tokens.mint(jobOf(ref, readable)),
    ACTIONS_CACHE_SERVICE_V2: 'True',
    // Of any other server the client thinks that it has the first version of the service.
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(process, 'cwd').mockReturnValue(workspace);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
}

function put(name: string, content: string | Buffer): string {
  mkdirSync(join(workspace, name), { recursive: true });
  writeFileSync(join(workspace, name, 'file'), content);
  return name;
}

describe("GitHub's own client, @actions/cache", () => {
  test('saves and restores, by the key and by the beginning of a key', async () => {
    inJob('refs/heads/main');
    const content = randomBytes(300_000);
    const path = put('deps', content);
    expect(await saveCache([path], 'deps-1')).toBeGreaterThan(0);
    rmSync(join(workspace, path), { recursive: true });
    expect(await restoreCache([path], 'deps-1')).toBe('deps-1');
    expect(readFileSync(join(workspace, path, 'file')).equals(content)).toBe(true);
    rmSync(join(workspace, path), { recursive: true });
    expect(await restoreCache([path], 'deps-2', ['deps-'])).toBe('deps-1');
    expect(readFileSync(join(workspace, path, 'file')).equals(content)).toBe(true);
    expect(await restoreCache([path], 'other-1', ['other-'])).toBeUndefined();
    // The paths are part of what is looked for.
    expect(await restoreCache(['elsewhere'], 'deps-1')).toBeUndefined();
  });

  test('cannot change an entry of its ref', async () => {
    inJob('refs/heads/main');
    const path = put('once', 'first');
    expect(await saveCache([path], 'once')).toBeGreaterThan(0);
    put('once', 'second');
    expect(await saveCache([path], 'once')).toBe(-1);
    expect(await restoreCache([path], 'once')).toBe('once');
    expect(readFileSync(join(workspace, 'once/file'), 'utf8')).toBe('first');
  });

  test('reads main from a pull request, and nothing of a pull request from main or from another', async () => {
    inJob('refs/heads/main');
    const path = put('scope', 'of main');
    await saveCache([path], 'scope-main');
    inJob('refs/pull/7/merge', ['refs/heads/release']);
    expect(await restoreCache([path], 'scope-main')).toBe('scope-main');
    put('scope', 'of the pull request');
    expect(await saveCache([path], 'scope-main')).toBeGreaterThan(0);
    expect(await saveCache([path], 'scope-pull')).toBeGreaterThan(0);
    expect(await restoreCache([path], 'scope-main')).toBe('scope-main');
    expect(readFileSync(join(workspace, 'scope/file'), 'utf8')).toBe('of the pull request');
    inJob('refs/pull/8/merge');
    expect(await restoreCache([path], 'scope-pull')).toBeUndefined();
    inJob('refs/heads/main');
    expect(await restoreCache([path], 'scope-pull')).toBeUndefined();
    expect(await restoreCache([path], 'scope-main')).toBe('scope-main');
    expect(readFileSync(join(workspace, 'scope/file'), 'utf8')).toBe('of main');
  });

  test('a pull request reads its base', async () => {
    inJob('refs/heads/release');
    const path = put('base', 'of release');
    await saveCache([path], 'base-1');
    inJob('refs/pull/9/merge', ['refs/heads/release']);
    expect(await restoreCache([path], 'base-1')).toBe('base-1');
    inJob('refs/pull/10/merge');
    expect(await restoreCache([path], 'base-1')).toBeUndefined();
  });
});

async function call(method: string, body: object, token: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${rig.url}/twirp/github.actions.results.api.v1.CacheService/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

test('the token of a job that has ended is none', async () => {
  const token = rig.tokens.mint(jobOf('refs/heads/main'));
  rig.tokens.revoke(token);
  for (const method of ['CreateCacheEntry', 'FinalizeCacheEntryUpload', 'GetCacheEntryDownloadURL'])
    expect(await call(method, { key: 'k', version: 'v' }, token)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
});

test('an upload in blocks, as large ones come, is put together in the order of its list', async () => {
  const token = rig.tokens.mint(jobOf('refs/heads/main'));
  const created = await call('CreateCacheEntry', { key: 'blocks', version: 'v' }, token);
  const { signed_upload_url: url } = created.body as { signed_upload_url: string };
  const content = randomBytes(250_000);
  const blocks = [content.subarray(0, 100_000), content.subarray(100_000)];
  const ids = ['YmxvY2stMA==', 'YmxvY2stMQ=='];
  // In any order; the list says which comes first.
  for (const index of [1, 0]) {
    const where = `${url}&comp=block&blockid=${encodeURIComponent(ids[index] ?? '')}`;
    expect((await fetch(where, { method: 'PUT', body: blocks[index] ?? null })).status).toBe(201);
  }
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`;
  expect((await fetch(`${url}&comp=blocklist`, { method: 'PUT', body: list })).status).toBe(201);
  // What has another size than was said is not kept.
  expect(await call('CreateCacheEntry', { key: 'blocks', version: 'v' }, token)).toMatchObject({
    status: 409,
  });
  const end = { key: 'blocks', version: 'v', size_bytes: String(content.length) };
  expect(await call('FinalizeCacheEntryUpload', end, token)).toMatchObject({
    status: 200,
    body: { ok: true },
  });
  const found = await call('GetCacheEntryDownloadURL', { key: 'blocks', version: 'v' }, token);
  const { signed_download_url: from } = found.body as { signed_download_url: string };
  expect(Buffer.from(await (await fetch(from)).arrayBuffer()).equals(content)).toBe(true);
  const part = await fetch(from, { headers: { range: 'bytes=10-19' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${content.length}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(10, 20))).toBe(true);
  // The address of a download takes no upload, and one that was changed nothing at all.
  expect((await fetch(from, { method: 'PUT', body: 'x' })).status).toBe(403);
  expect((await fetch(`${from}x`)).status).toBe(403);
});

test('a program that is an action reaches it, a script does not until an action hands it on, and no log shows the token', async () => {
  const jobs = await ActionsRig.openWithActions();
  try {
    await jobs.project(
      {
        'ci.yml': `
on: push
jobs:
  cache:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: echo "before [$ACTIONS_RESULTS_URL$ACTIONS_RUNTIME_TOKEN]"
      - uses: ./.github/actions/hand-on
      - run: node use.mjs
`,
      },
      {
        files: {
          '.github/actions/hand-on/action.yml': 'name: hand on\nruns: { using: node24, main: index.js }\n',
          '.github/actions/hand-on/index.js': `
const { appendFileSync } = require('node:fs');
for (const name of ['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_CACHE_SERVICE_V2'])
  appendFileSync(process.env.GITHUB_ENV, name + '=' + process.env[name] + '\\n');
console.log('token ' + process.env.ACTIONS_RUNTIME_TOKEN);
`,
          'use.mjs': `
const url = new URL('/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry', process.env.ACTIONS_RESULTS_URL);
const headers = { authorization: 'Bearer ' + process.env.ACTIONS_RUNTIME_TOKEN, 'content-type': 'application/json' };
const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ key: 'k', version: 'v' }) });
console.log('created', answer.status, (await answer.json()).ok);
`,
        },
      },
    );
    const [run] = await jobs.ended();
    const log = await jobs.log(run?.id ?? 0, 'cache');
    expect(log).toContain('before []');
    expect(log).toContain('token ***');
    expect(log).toContain('created 200 true');
    expect(run?.conclusion).toBe('success');
  } finally {
    await jobs.stop();
  }
});
