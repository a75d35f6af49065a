import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CacheStore } from '../../src/checks/cache/cache-store.ts';
import { diskStore } from '../../src/checks/cache/disk-store.ts';
import { githubStore } from '../../src/checks/cache/remote/github-store.ts';
import { httpStore } from '../../src/checks/cache/remote/http-store.ts';
import { lenientStore, limitedFetch } from '../../src/checks/cache/remote/lenient-store.ts';
import { s3Store } from '../../src/checks/cache/remote/s3-store.ts';
import { systemClock } from '../../src/util/clock.ts';
import { newEntry, newSigner, readTree, rigCache, scratch, writeTree } from '../support/cache-rig.ts';
import { cacheServiceRig, jobOf } from '../support/cache-service-rig.ts';
import {
  httpObjectServer,
  isSignedV4,
  S3_KEYS,
  s3ObjectServer,
  type ObjectServer,
} from '../support/cache-servers.ts';
import { memoryStore } from '../support/memory-store.ts';

function directories(): () => string {
  const all = scratch();
  onTestFinished(() => all[Symbol.dispose]());
  return all.make;
}

async function closing(server: Promise<ObjectServer>): Promise<ObjectServer> {
  const opened = await server;
  onTestFinished(() => opened.close());
  return opened;
}

async function httpRig(): Promise<CacheStore> {
  const { url } = await closing(httpObjectServer('secret-token'));
  return httpStore({ url: `${url}/shop/`, token: 'secret-token', fetch });
}

async function s3Rig(): Promise<CacheStore> {
  const { url } = await closing(s3ObjectServer('eu-central-1'));
  const place = { bucket: 'shop', region: 'eu-central-1', endpoint: url, prefix: '/checks/' };
  return s3Store({ ...place, ...S3_KEYS, sessionToken: null, fetch });
}

async function githubRig(): Promise<CacheStore> {
  const rig = await cacheServiceRig();
  onTestFinished(() => rig.close());
  const runtimeToken = rig.tokens.mint(jobOf('refs/heads/main'));
  return githubStore({ resultsUrl: `${rig.url}/`, runtimeToken, clock: systemClock, fetch });
}

const STORES: readonly (readonly [string, () => Promise<CacheStore>])[] = [
  ['memory', async () => memoryStore()],
  ['a disk', async () => diskStore(directories()(), systemClock)],
  ['http', httpRig],
  ['s3', s3Rig],
  ['the cache of GitHub Actions', githubRig],
];

describe.each(STORES)('%s', (_, open) => {
  test('gives back what was put, byte for byte, and nothing for what was not', async () => {
    const store = await open();
    const bytes = randomBytes(3_000_000);
    expect(await store.get('main/blobs/a')).toBeNull();
    expect(await store.has('main/blobs/a')).toBe(false);
    await store.put('main/blobs/a', bytes);
    await store.put('pr-7/entries/a', Buffer.alloc(0));
    expect((await store.get('main/blobs/a'))?.equals(bytes)).toBe(true);
    expect(await store.has('main/blobs/a')).toBe(true);
    expect(await store.get('pr-7/blobs/a')).toBeNull();
    expect((await store.get('pr-7/entries/a'))?.length).toBe(0);
    await store.remove('main/blobs/never');
  });

  test('shares what main made with a pull request on another machine', async () => {
    const make = directories();
    const [root, other] = [make(), make()];
    const remote = await open();
    const shared = newSigner();
    const tree = { 'dist/a.js': 'a', 'dist/big': randomBytes(17 * 1024 * 1024), 'dist/run': { run: 'x' } };
    writeTree(root, tree);
    const main = rigCache({ directory: make(), remote, domain: 'main', trusted: [shared.publicKey], shared });
    const entry = newEntry('a', Object.keys(tree));
    await main.store(entry, root);
    await main.settle();
    const [directory, machine] = [make(), newSigner()];
    const options = { directory, machine, remote, domain: 'pr-7', trusted: [shared.publicKey] };
    const pull = rigCache(options);
    const found = await pull.find(entry.key);
    expect(found?.where).toBe(remote.where);
    expect(await pull.log(found!)).toBe('built a\n');
    expect((await pull.latest('build'))?.key).toBe(entry.key);
    expect(await pull.latestHere('build')).toBeNull();
    expect(await pull.restore(found!, other)).toBe(true);
    expect(readTree(other)).toEqual(readTree(root));
    expect((await pull.latestHere('build'))?.key).toBe(entry.key);
    // From then on this machine has it.
    rmSync(join(other, 'dist'), { recursive: true });
    const again = rigCache({ ...options, remote: null });
    expect((await again.find(entry.key))?.where).toBe('this machine');
    expect(await again.restore((await again.find(entry.key))!, other)).toBe(true);
    expect(readTree(other)).toEqual(readTree(root));
    expect([...main.warnings, ...pull.warnings, ...again.warnings]).toEqual([]);
  });
});

describe('a shared store that fails is a miss, and is said once', () => {
  test.each([
    ['is not there', 'down', /cannot be used: it was not reached \((ECONNRESET|UND_ERR_SOCKET)\)/],
    ['does not answer', 'slow', /cannot be used: it did not answer in time/],
    ['has too many requests', 429, /cannot be used: it answered HTTP 429/],
    ['is broken', 503, /cannot be used: it answered HTTP 503/],
    ['refuses the token', 401, /cannot be used: it answered HTTP 401/],
  ] as const)('%s', async (_, fault, sentence) => {
    const make = directories();
    const root = make();
    writeTree(root, { 'dist/a': 'a' });
    const server = await closing(httpObjectServer('secret-token'));
    server.fault = fault;
    const said: string[] = [];
    const patienceMs = fault === 'slow' ? 100 : 30_000;
    const store = httpStore({
      url: server.url,
      token: 'secret-token',
      fetch: limitedFetch(fetch, patienceMs),
    });
    const remote = lenientStore(store, (text) => said.push(text));
    const cache = rigCache({ directory: make(), remote, domain: 'pr-7' });
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(await cache.find(newEntry(name, []).key)).toBeNull();
      expect(await cache.store(newEntry(name, ['dist/a']), root)).not.toBeNull();
    }
    await cache.settle();
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(said[0]).not.toContain('secret-token');
    // After three it is left alone.
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect((await cache.find(newEntry('d', []).key))?.where).toBe('this machine');
  });

  test('an upload does not hold up the run, and its end waits only so long', async () => {
    const make = directories();
    const root = make();
    writeTree(root, { 'dist/a': 'a' });
    const server = await closing(httpObjectServer('secret-token'));
    const store = httpStore({ url: server.url, token: 'secret-token', fetch });
    let late: () => void = () => {};
    const clock = { now: () => Date.now(), sleep: () => new Promise<void>((resolve) => (late = resolve)) };
    const cache = rigCache({ directory: make(), remote: store, domain: 'pr-7', clock });
    server.fault = 'slow';
    expect(await cache.store(newEntry('a', ['dist/a']), root)).not.toBeNull();
    const settled = cache.settle();
    late();
    await settled;
    expect(cache.warnings).toEqual(['Some uploads to the shared cache did not finish in time.']);
  });
});

test("what tells signatures apart here agrees with Amazon's own example", () => {
  // docs.aws.amazon.com, "Signature Calculations for the Authorization Header": Example: GET Object.
  const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
  const keys = { accessKeyId, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
  const request = {
    method: 'GET',
    url: '/test.txt',
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
    },
  };
  expect(isSignedV4(request, Buffer.alloc(0), 'us-east-1', keys)).toBe(true);
  expect(isSignedV4({ ...request, url: '/other.txt' }, Buffer.alloc(0), 'us-east-1', keys)).toBe(false);
});

test('a request to S3 that is not signed with the right key is refused', async () => {
  const { url } = await closing(s3ObjectServer('eu-central-1'));
  const place = {
    bucket: 'shop',
    region: 'eu-central-1',
    endpoint: url,
    prefix: '',
    sessionToken: null,
    fetch,
  };
  const store = s3Store({ ...place, ...S3_KEYS, secretAccessKey: 'another' });
  await expect(store.put('main/blobs/a', Buffer.from('a'))).rejects.toThrow('HTTP 403');
  await expect(store.get('main/blobs/a')).rejects.toThrow('HTTP 403');
});

test.each([
  ['shop', null, 'https://shop.s3.eu-central-1.amazonaws.com/main/blobs/a'],
  ['shop.example', null, 'https://s3.eu-central-1.amazonaws.com/shop.example/main/blobs/a'],
  ['shop', 'https://fly.storage.tigris.dev/', 'https://fly.storage.tigris.dev/shop/main/blobs/a'],
])('the bucket %s of the service %s is reached', async (bucket, endpoint, expected) => {
  const asked: string[] = [];
  const place = { bucket, region: 'eu-central-1', endpoint, prefix: '', ...S3_KEYS, sessionToken: 'session' };
  const store = s3Store({
    ...place,
    async fetch(url, init) {
      asked.push(url, new Headers(init?.headers).get('x-amz-security-token') ?? '');
      return new Response(null, { status: 404 });
    },
  });
  expect(await store.has('main/blobs/a')).toBe(false);
  expect(asked).toEqual([expected, 'session']);
});

test('an object that is larger than any may be is not read', async () => {
  const endless = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(1024 * 1024)) });
  const store = httpStore({
    url: 'http://cache.test',
    token: null,
    fetch: async () => new Response(endless),
  });
  await expect(store.get('main/blobs/a')).rejects.toThrow('larger than any may be');
});
