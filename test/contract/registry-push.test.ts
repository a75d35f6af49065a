import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRegistry, type Registry } from '../../src/cloud/registry/registry.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import { digestOfBytes, writeLayout } from '../../src/providers/build/oci-layout.ts';
import { FLY_TIMING } from '../../src/providers/fly/client/fly-timing.ts';
import { createRegistryClient } from '../../src/providers/fly/registry/registry-client.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Fetch } from '../../src/util/fetch.ts';

const MEGABYTE = 1024 * 1024;

let dir: string;
let registry: Registry;
let seen: { method: string; path: string; bytes: number }[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-push-'));
  registry = await createRegistry({ stateDir: join(dir, 'registry'), appExists: () => true });
  seen = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** An image with one layer of random bytes. */
async function layout(sizeBytes: number): Promise<{ layoutDir: string; digest: string }> {
  const bytes = randomBytes(sizeBytes);
  const file = join(dir, 'layer');
  writeFileSync(file, bytes);
  const layoutDir = join(dir, 'layout');
  const layers = [{ file, digest: digestOfBytes(bytes), sizeBytes }];
  const { digest } = await writeLayout(layoutDir, { config: { os: 'linux', rootfs: {} }, layers });
  return { layoutDir, digest };
}

/** Reaches the registry; what stands in between may answer, or break off, in its place. */
function pushOver(between: (method: string, forward: () => Promise<Response>) => Promise<Response>) {
  const fetch: Fetch = async (url, init) => {
    const request = new Request(url, init);
    const bytes = init?.body instanceof Blob ? init.body.size : 0;
    seen.push({ method: request.method, path: new URL(url).pathname, bytes });
    return between(request.method, async () => registry.routes.fetch(request));
  };
  const client = createRegistryClient({
    registryUrl: 'http://127.0.0.1:1',
    token: new Secret('token'),
    fetch,
    clock: systemClock,
    random: () => 0.5,
    timing: { ...FLY_TIMING, retryBaseMs: 1, retryMaxMs: 2 },
  });
  return (image: { layoutDir: string }) => client.push('web', image.layoutDir, new AbortController().signal);
}

const patches = () => seen.filter(({ method }) => method === 'PATCH');

describe('a large layer', () => {
  test('goes in pieces, and a second push sends nothing but questions', async () => {
    const image = await layout(40 * MEGABYTE);
    const push = pushOver((_method, forward) => forward());
    expect(await push(image)).toBe(image.digest);
    expect(patches().map(({ bytes }) => bytes)).toEqual([16, 16, 8].map((size) => size * MEGABYTE));
    expect((await registry.list())[0]?.digest).toBe(image.digest);
    seen = [];
    await push(image);
    expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'PUT']);
  });

  test('goes on where it broke off: a piece whose answer was lost is not sent again', async () => {
    const image = await layout(40 * MEGABYTE);
    let count = 0;
    const push = pushOver(async (method, forward) => {
      if (method !== 'PATCH') return forward();
      count += 1;
      if (count === 1) {
        await forward();
        throw new TypeError('fetch failed');
      }
      if (count === 2) return new Response('busy', { status: 503 });
      return forward();
    });
    expect(await push(image)).toBe(image.digest);
    // 16 taken without an answer, 16 refused, then 16 and 8: 56 and not 96 megabytes.
    expect(patches().reduce((sum, { bytes }) => sum + bytes, 0)).toBe(56 * MEGABYTE);
    expect((await registry.list())[0]?.digest).toBe(image.digest);
  });

  test('that is refused for good is given up at once, with what the registry says', async () => {
    const image = await layout(20 * MEGABYTE);
    const push = pushOver((method, forward) => {
      const errors = [{ code: 'DENIED', message: 'no room for you' }];
      return method === 'PATCH' ? Promise.resolve(Response.json({ errors }, { status: 403 })) : forward();
    });
    await expect(push(image)).rejects.toThrow(/no room for you/);
    expect(patches()).toHaveLength(1);
  });
});

test('a small layer goes in one request', async () => {
  const image = await layout(1000);
  await pushOver((_method, forward) => forward())(image);
  expect(patches()).toEqual([]);
  expect((await registry.list())[0]?.digest).toBe(image.digest);
});
