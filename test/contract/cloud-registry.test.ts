import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { Header } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registryChallenge, registryTokenOf } from '../../src/cloud/registry/registry-auth.ts';
import { createRegistry } from '../../src/cloud/registry/registry.ts';
import type { Registry } from '../../src/cloud/registry/registry.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const GZIP_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

interface TarEntry {
  readonly path: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link';
  readonly content?: string;
  readonly linkpath?: string;
  readonly mode?: number;
}

interface PushedImage {
  readonly digest: string;
  readonly layers: readonly string[];
}

let dir: string;
let registry: Registry;
let server: ReturnType<typeof serve>;
let base: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'glidepath-registry-'));
  registry = await open();
  server = serve({ fetch: (request) => registry.routes.fetch(request), port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  // fetch keeps its connections for a while, and the server would wait for them.
  (server as Server).closeAllConnections();
  await closed;
  await rm(dir, { recursive: true, force: true });
});

describe('pushing', () => {
  test('an image goes in and comes out by digest and by tag, byte for byte', async () => {
    const image = await push('web', [layer([{ path: 'app/main.js', content: 'hi' }])], { tag: 'v1' });
    for (const reference of [image.digest, 'v1']) {
      const got = await fetch(`${base}/v2/web/manifests/${reference}`);
      expect(got.headers.get('content-type')).toBe(MANIFEST_TYPE);
      expect(got.headers.get('docker-content-digest')).toBe(image.digest);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(image.digest);
    }
    const [layerDigest = ''] = image.layers;
    const blob = await fetch(`${base}/v2/web/blobs/${layerDigest}`);
    expect(digestOf(Buffer.from(await blob.arrayBuffer()))).toBe(layerDigest);
    expect(await (await fetch(`${base}/v2/web/tags/list`)).json()).toEqual({ name: 'web', tags: ['v1'] });
    expect(await registry.list()).toMatchObject([{ repository: 'web', digest: image.digest, tags: ['v1'] }]);
  });

  test('HEAD says what GET would, without the content', async () => {
    const image = await push('web', [layer([{ path: 'app/main.js', content: 'hi' }])]);
    const manifest = await fetch(`${base}/v2/web/manifests/${image.digest}`, { method: 'HEAD' });
    expect([manifest.status, manifest.headers.get('content-type')]).toEqual([200, MANIFEST_TYPE]);
    const blob = await fetch(`${base}/v2/web/blobs/${image.layers[0]}`, { method: 'HEAD' });
    expect(blob.status).toBe(200);
    expect(Number(blob.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await blob.text()).toBe('');
    const missing = await fetch(`${base}/v2/web/blobs/${digestOf('nothing')}`, { method: 'HEAD' });
    expect(missing.status).toBe(404);
  });

  test('a blob comes in chunks, and a chunk out of order is refused without harm', async () => {
    const opened = await fetch(`${base}/v2/web/blobs/uploads/`, { method: 'POST' });
    expect(opened.status).toBe(202);
    const url = new URL(opened.headers.get('location') ?? '', base);
    const patch = (body: string, range: string): Promise<Response> =>
      fetch(url, { method: 'PATCH', body, headers: { 'content-range': range } });
    expect((await patch('hello ', '0-5')).headers.get('range')).toBe('0-5');
    const early = await patch('world', '9-13');
    expect([early.status, early.headers.get('range')]).toEqual([416, '0-5']);
    expect((await patch('wor', '6-8')).status).toBe(202);
    expect((await fetch(url)).headers.get('range')).toBe('0-8');
    url.searchParams.set('digest', digestOf('hello world'));
    const put = await fetch(url, { method: 'PUT', body: 'ld', headers: { 'content-range': '9-10' } });
    expect(put.status).toBe(201);
    const blob = await fetch(new URL(put.headers.get('location') ?? '', base));
    expect(await blob.text()).toBe('hello world');
    await expectError(await fetch(url, { method: 'PUT' }), 404, 'BLOB_UPLOAD_UNKNOWN');
  });

  test('a blob in one request works, an empty one and one of 20 MB too', async () => {
    for (const content of [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(20_000_000, 7)]) {
      const digest = digestOf(content);
      const body = new Uint8Array(content);
      const post = await fetch(`${base}/v2/web/blobs/uploads/?digest=${digest}`, { method: 'POST', body });
      expect(post.status).toBe(201);
      const blob = await fetch(`${base}/v2/web/blobs/${digest}`);
      expect(digestOf(Buffer.from(await blob.arrayBuffer()))).toBe(digest);
    }
  });

  test('a blob of another repository is mounted; one that is not there is asked for', async () => {
    const digest = await pushBlob('web', Buffer.from('shared'));
    const mount = (what: string): Promise<Response> =>
      fetch(`${base}/v2/api/blobs/uploads/?mount=${what}&from=web`, { method: 'POST' });
    expect((await mount(digest)).status).toBe(201);
    expect((await mount(digestOf('not there'))).status).toBe(202);
  });

  test('content that is not what its digest says is refused and not kept', async () => {
    const digest = digestOf('what I meant');
    const url = `${base}/v2/web/blobs/uploads/?digest=${digest}`;
    const corrupt = await fetch(url, { method: 'POST', body: 'what arrived' });
    await expectError(corrupt, 400, 'DIGEST_INVALID');
    expect((await fetch(`${base}/v2/web/blobs/${digest}`)).status).toBe(404);
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
    const malformed = await fetch(`${base}/v2/web/blobs/uploads/?digest=md5:1`, {
      method: 'POST',
      body: 'x',
    });
    await expectError(malformed, 400, 'DIGEST_INVALID');
    const manifest = await fetch(`${base}/v2/web/manifests/${digest}`, { method: 'PUT', body: '{}' });
    await expectError(manifest, 400, 'DIGEST_INVALID');
  });

  test('a manifest that is none, or refers to what is not here, is refused', async () => {
    const put = (body: string): Promise<Response> =>
      fetch(`${base}/v2/web/manifests/v1`, {
        method: 'PUT',
        body,
        headers: { 'content-type': MANIFEST_TYPE },
      });
    await expectError(await put('not json'), 400, 'MANIFEST_INVALID');
    await expectError(await put('{}'), 400, 'MANIFEST_INVALID');
    await expectError(await put('{"config":{"digest":"../../x"}}'), 400, 'MANIFEST_INVALID');
    const config = { digest: digestOf('gone') };
    const missing = JSON.stringify({ schemaVersion: 2, config, layers: [] });
    await expectError(await put(missing), 400, 'MANIFEST_BLOB_UNKNOWN');
    const other = [
      { schemaVersion: 1, config },
      { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] },
      { schemaVersion: 2, manifests: [] },
      { schemaVersion: 2, mediaType: 'application/json', config },
    ];
    for (const each of other) await expectError(await put(JSON.stringify(each)), 400, 'MANIFEST_INVALID');
    expect(await registry.list()).toEqual([]);
  });

  test('ten pushes of one image at once end in one whole image', async () => {
    const content = layer([{ path: 'app/data', content: 'x'.repeat(2_000_000) }]);
    const images = await Promise.all(
      Array.from({ length: 10 }, () => push('web', [content], { tag: 'same' })),
    );
    expect(new Set(images.map(({ digest }) => digest)).size).toBe(1);
    expect(await registry.list()).toHaveLength(1);
    const opened = await registry.images.open('web:same');
    expect((await readFile(join(opened?.rootDir ?? '', 'app/data'))).length).toBe(2_000_000);
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  });

  test('an upload whose client goes away harms nobody', async () => {
    const opened = await fetch(`${base}/v2/web/blobs/uploads/`, { method: 'POST' });
    const url = new URL(opened.headers.get('location') ?? '', base);
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(65_536));
        started.resolve();
      },
    });
    const request = fetch(url, {
      method: 'PATCH',
      body,
      duplex: 'half',
      signal: abort.signal,
    });
    await started.promise;
    abort.abort();
    await expect(request).rejects.toThrow();
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    await push('web', [layer([{ path: 'app/a', content: 'a' }])]);
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  });
});

describe('refusals', () => {
  test('an app that does not exist has no repository, in the words Fly uses', async () => {
    const response = await fetch(`${base}/v2/unknown-app/blobs/uploads/`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      errors: [{ code: 'NAME_UNKNOWN', message: 'app repository not found', detail: null }],
    });
  });

  test.each([
    ['GET', '/v2/web/manifests/v9', 404, 'MANIFEST_UNKNOWN'],
    ['GET', '/v2/web/blobs/nonsense', 400, 'DIGEST_INVALID'],
    ['GET', '/v2/WEB/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/web%2F..%2F..%2Fetc/tags/list', 400, 'NAME_INVALID'],
    ['PATCH', '/v2/web/blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['DELETE', '/v2/web/tags/list', 405, 'UNSUPPORTED'],
    ['GET', '/v2/web/else', 404, 'UNSUPPORTED'],
    ['DELETE', '/v2/web/manifests/v9', 404, 'MANIFEST_UNKNOWN'],
  ])('%s %s is answered %i %s', async (method, path, status, code) => {
    await expectError(await fetch(`${base}${path}`, { method }), status, code);
  });

  test('the base says which API this is', async () => {
    for (const path of ['/v2/', '/v2']) {
      const response = await fetch(`${base}${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
    }
  });

  test('tags come in pages', async () => {
    const content = layer([{ path: 'app/a', content: 'a' }]);
    for (const tag of ['c', 'a', 'b']) await push('web', [content], { tag });
    const first = await fetch(`${base}/v2/web/tags/list?n=2`);
    expect(await first.json()).toEqual({ name: 'web', tags: ['a', 'b'] });
    const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(await (await fetch(`${base}${next}`)).json()).toEqual({ name: 'web', tags: ['c'] });
  });

  test('the token opens as a password of any user and as a bearer, and nothing else does', async () => {
    const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;
    expect(registryTokenOf(basic('x:to:ken'))).toBe('to:ken');
    expect(registryTokenOf('bearer t0ken')).toBe('t0ken');
    for (const header of [undefined, '', 'Bearer', 'Bearer other', basic('x:other'), basic('t0ken'), 't0ken'])
      expect(registryTokenOf(header)).not.toBe('t0ken');
    const challenge = registryChallenge();
    expect(challenge.headers.get('www-authenticate')).toMatch(/^Basic /);
    await expectError(challenge, 401, 'UNAUTHORIZED');
  });
});

describe('opening an image', () => {
  test('unpacks it once, with the command, environment and labels of its config', async () => {
    const content = layer([
      { path: 'app/', type: 'Directory' },
      { path: 'app/run', content: '#!/bin/sh\n', mode: 0o755 },
    ]);
    const image = await push('web', [content], {
      tag: 'v1',
      config: {
        Entrypoint: ['/app/run'],
        Cmd: ['serve'],
        Env: ['A=1=2'],
        WorkingDir: '/app',
        Labels: { by: 'x' },
      },
    });
    const opened = await registry.images.open(`registry.fly.io/web@${image.digest}`);
    expect(opened).toEqual({
      repository: 'web',
      tag: null,
      digest: image.digest,
      rootDir: join(dir, 'images', image.digest.slice(7), 'rootfs'),
      command: ['/app/run', 'serve'],
      env: { A: '1=2' },
      workDir: '/app',
      labels: { by: 'x' },
    });
    const run = join(opened?.rootDir ?? '', 'app/run');
    expect((await stat(run)).mode & 0o777).toBe(0o755);
    const before = await stat(run);
    const again = await Promise.all(
      ['web:v1', `127.0.0.1:5000/web:v1`].map((name) => registry.images.open(name)),
    );
    expect(again.map((one) => one?.tag)).toEqual(['v1', 'v1']);
    expect((await stat(run)).ino).toBe(before.ino);
  });

  test('gives files and directories the modes of the image, whatever the mask of the user is', async () => {
    const image = await push('web', [layer([{ path: 'app/run', content: 'run', mode: 0o755 }])]);
    const mask = process.umask(0o077);
    try {
      const opened = await registry.images.open(`web@${image.digest}`);
      expect((await stat(join(opened?.rootDir ?? '', 'app/run'))).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(mask);
    }
  });

  test('many at once get the same directory, and nothing is left beside it', async () => {
    const image = await push('web', [layer([{ path: 'app/a', content: 'a' }])]);
    const second = await open();
    const stores = [registry, second, registry, second, registry];
    const opened = await Promise.all(stores.map(({ images }) => images.open(`web@${image.digest}`)));
    expect(new Set(opened.map((one) => one?.rootDir)).size).toBe(1);
    expect(await readdir(join(dir, 'images'))).toEqual([image.digest.slice(7)]);
  });

  test('there is none for a name, tag or digest that was never pushed', async () => {
    await push('web', [layer([{ path: 'app/a', content: 'a' }])], { tag: 'v1' });
    for (const name of ['web:v2', 'api:v1', `web@${digestOf('x')}`, 'web@sha256:short', 'not a name', ''])
      expect(await registry.images.open(name)).toBeNull();
  });

  test('a later layer replaces, and its whiteouts remove, what lower layers have', async () => {
    const image = await push('web', [
      layer([
        { path: 'app/kept', content: 'kept' },
        { path: 'app/changed', content: 'old' },
        { path: 'app/gone', content: 'gone' },
        { path: 'app/dir/one', content: '1' },
      ]),
      layer([
        { path: 'app/changed', content: 'new' },
        { path: 'app/.wh.gone' },
        { path: 'app/dir/.wh..wh..opq' },
        { path: 'app/dir/two', content: '2' },
      ]),
    ]);
    const root = (await registry.images.open(`web@${image.digest}`))?.rootDir ?? '';
    expect((await readdir(join(root, 'app'))).sort()).toEqual(['changed', 'dir', 'kept']);
    expect(await readFile(join(root, 'app/changed'), 'utf8')).toBe('new');
    expect(await readdir(join(root, 'app/dir'))).toEqual(['two']);
  });

  test('links inside work, links to links too, and links that would lead out lead to the same place inside', async () => {
    const image = await push('web', [
      layer([
        { path: 'app/bin/tool', type: 'SymbolicLink', linkpath: '../modules/tool/cli.js' },
        { path: 'app/modules/tool', type: 'SymbolicLink', linkpath: '../store/tool' },
        { path: 'app/store/tool/cli.js', content: 'cli' },
        { path: 'app/hard', type: 'Link', linkpath: 'app/store/tool/cli.js' },
        { path: 'app/absolute', type: 'SymbolicLink', linkpath: '/app/store' },
        { path: 'app/up', type: 'SymbolicLink', linkpath: '../../../etc/passwd' },
      ]),
    ]);
    const root = (await registry.images.open(`web@${image.digest}`))?.rootDir ?? '';
    for (const path of ['app/bin/tool', 'app/hard', 'app/absolute/tool/cli.js'])
      expect(await readFile(join(root, path), 'utf8')).toBe('cli');
    expect(await readlink(join(root, 'app/up'))).toBe('../etc/passwd');
    expect(existsSync(join(root, 'app/up'))).toBe(false);
  });

  test.each<[string, TarEntry[]]>([
    ['a path with ..', [{ path: 'app/../../../evil', content: 'x' }]],
    ['an absolute path', [{ path: '/tmp/glidepath-evil', content: 'x' }]],
    ['a hard link to outside', [{ path: 'app/evil', type: 'Link', linkpath: '../../../../etc/passwd' }]],
    [
      'a link below a chain of links that leads out',
      [
        { path: 's', type: 'SymbolicLink', linkpath: 'deep/er' },
        { path: 'deep/er', type: 'SymbolicLink', linkpath: '..' },
        { path: 't', type: 'SymbolicLink', linkpath: 's/..' },
        { path: 't/evil', type: 'SymbolicLink', linkpath: 'x' },
      ],
    ],
  ])('%s does not get out of the image', async (_name, entries) => {
    const image = await push('web', [layer([{ path: 'app/ok', content: 'ok' }, ...entries])]);
    const opening = registry.images.open(`web@${image.digest}`);
    await expect(opening).rejects.toMatchObject({
      code: 'CLOUD_IMAGE_INVALID',
      message: expect.stringMatching(/outside of the image/) as unknown,
    });
    expect(await readdir(join(dir, 'images'))).toEqual([]);
    expect(await lstat('/tmp/glidepath-evil').catch(() => null)).toBeNull();
    expect((await readdir(dir)).sort()).toEqual(['blobs', 'images', 'repositories', 'unfinished']);
  });

  test('a file below a link of a lower layer does not get out either', async () => {
    const image = await push('web', [
      layer([{ path: 'out', type: 'SymbolicLink', linkpath: '../../..' }]),
      layer([{ path: 'out/evil', content: 'x' }]),
    ]);
    await expect(registry.images.open(`web@${image.digest}`)).rejects.toMatchObject({
      code: 'CLOUD_IMAGE_INVALID',
    });
    expect(await readdir(join(dir, 'images'))).toEqual([]);
  });

  test('a layer that is not what the config promises, or not even a tar, is refused', async () => {
    const good = layer([{ path: 'app/a', content: 'a' }]);
    const wrong = await push('web', [{ ...good, diffId: digestOf('else') }]);
    await expect(registry.images.open(`web@${wrong.digest}`)).rejects.toThrow(/content is sha256:/);
    const garbage = Buffer.from('this is no gzip');
    const noTar = await push('web', [{ bytes: garbage, diffId: digestOf(garbage), mediaType: GZIP_LAYER }]);
    await expect(registry.images.open(`web@${noTar.digest}`)).rejects.toMatchObject({
      code: 'CLOUD_IMAGE_INVALID',
    });
    const cut = { ...good, bytes: good.bytes.subarray(0, good.bytes.length - 20) };
    const short = await push('web', [cut]);
    await expect(registry.images.open(`web@${short.digest}`)).rejects.toMatchObject({
      code: 'CLOUD_IMAGE_INVALID',
    });
  });

  test('plain and zstd layers, and an index with an image per processor, are understood', async () => {
    const tar = tarOf([{ path: 'app/a', content: 'a' }]);
    const plain = { bytes: tar, diffId: digestOf(tar), mediaType: GZIP_LAYER.replace('+gzip', '') };
    const zstd = {
      bytes: zstdCompressSync(tar),
      diffId: digestOf(tar),
      mediaType: GZIP_LAYER.replace('gzip', 'zstd'),
    };
    const images = [await push('web', [plain]), await push('web', [zstd])];
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: [
        { mediaType: MANIFEST_TYPE, digest: images[0]?.digest, size: 1, platform: { architecture: 'other' } },
        { mediaType: MANIFEST_TYPE, digest: images[1]?.digest, size: 1, platform: { architecture } },
      ],
    });
    const put = await fetch(`${base}/v2/web/manifests/multi`, {
      method: 'PUT',
      body: index,
      headers: { 'content-type': INDEX_TYPE },
    });
    expect(put.status).toBe(201);
    for (const name of [`web@${images[0]?.digest}`, 'web:multi']) {
      const root = (await registry.images.open(name))?.rootDir ?? '';
      expect(await readFile(join(root, 'app/a'), 'utf8')).toBe('a');
    }
  });

  test('what a killed process left half-done is cleared away at the next start', async () => {
    const image = await push('web', [layer([{ path: 'app/a', content: 'a' }])]);
    await writeFile(join(dir, 'unfinished', 'half'), 'half a blob');
    await writeFile(join(dir, 'images', '.unpacking-abc'), '');
    const next = await open();
    expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
    expect(await readdir(join(dir, 'images'))).toEqual([]);
    expect(await next.images.open(`web@${image.digest}`)).not.toBeNull();
  });
});

test('deleting an image removes it and its blobs, and keeps what others use', async () => {
  const shared = layer([{ path: 'app/shared', content: 'shared' }]);
  const own = layer([{ path: 'app/own', content: 'own' }]);
  const one = await push('web', [shared, own], { tag: 'one' });
  const two = await push('web', [shared], { tag: 'two' });
  const opened = await registry.images.open('web:one');
  expect(await registry.deleteImage('web', one.digest)).toBe(true);
  expect(await registry.deleteImage('web', one.digest)).toBe(false);
  expect(existsSync(opened?.rootDir ?? '')).toBe(false);
  expect(await registry.images.open('web:one')).toBeNull();
  expect(await registry.images.open('web:two')).not.toBeNull();
  const status = async (digest = ''): Promise<number> =>
    (await fetch(`${base}/v2/web/blobs/${digest}`)).status;
  expect([await status(one.layers[0]), await status(one.layers[1])]).toEqual([200, 404]);
  const gone = await fetch(`${base}/v2/web/manifests/${two.digest}`, { method: 'DELETE' });
  expect(gone.status).toBe(202);
  expect(await readdir(join(dir, 'blobs', 'sha256'))).toEqual([]);
});

function open(): Promise<Registry> {
  return createRegistry({ stateDir: dir, appExists: (name) => ['web', 'api'].includes(name) });
}

interface TestLayer {
  readonly bytes: Buffer;
  readonly diffId: string;
  readonly mediaType: string;
}

function layer(entries: readonly TarEntry[]): TestLayer {
  const tar = tarOf(entries);
  return { bytes: gzipSync(tar), diffId: digestOf(tar), mediaType: GZIP_LAYER };
}

/** Written block by block, because tar's own writer would not make the bad ones. */
function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = 'File', content = '', linkpath, mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    new Header({
      path,
      type,
      size: body.length,
      mode,
      ...(linkpath === undefined ? {} : { linkpath }),
    }).encode(header);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

async function push(
  repository: string,
  layers: readonly TestLayer[],
  options: { readonly tag?: string; readonly config?: object } = {},
): Promise<PushedImage> {
  const config = Buffer.from(
    JSON.stringify({
      config: options.config ?? {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    }),
  );
  const configDigest = await pushBlob(repository, config);
  const digests = await Promise.all(layers.map(({ bytes }) => pushBlob(repository, bytes)));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: configDigest,
      size: config.length,
    },
    layers: layers.map(({ bytes, mediaType }, index) => ({
      mediaType,
      digest: digests[index],
      size: bytes.length,
    })),
  });
  const digest = digestOf(manifest);
  const put = await fetch(`${base}/v2/${repository}/manifests/${options.tag ?? digest}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': MANIFEST_TYPE },
  });
  expect(put.status).toBe(201);
  expect(put.headers.get('docker-content-digest')).toBe(digest);
  return { digest, layers: digests };
}

async function pushBlob(repository: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes);
  const opened = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const url = new URL(opened.headers.get('location') ?? '', base);
  url.searchParams.set('digest', digest);
  const put = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  expect(put.status).toBe(201);
  return digest;
}

async function expectError(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  const body = (await response.json()) as { errors: { code: string; message: string }[] };
  expect(body.errors[0]).toMatchObject({ code, message: expect.stringMatching(/\w/) as unknown });
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
