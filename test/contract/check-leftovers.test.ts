import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CHECK_IMAGES,
  pruneCheckImages,
  removeCheckImages,
} from '../../src/cloud/check-containers/check-images.ts';
import { openCheckTemplate } from '../../src/cloud/check-postgres/check-template.ts';
import { removeCheckTemplates } from '../../src/cloud/check-postgres/remove-check-templates.ts';
import { EngineClient } from '../../src/cloud/containers/engine-client.ts';
import { locatePostgresBinaries } from '../../src/cloud/postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../../src/cloud/postgres/server/postgres-launcher.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-leftovers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Speaks as much of the Docker API as lists and removes images; `used` are those that a container uses. */
async function engineWith(
  images: Map<string, number>,
  used: readonly string[],
): Promise<AsyncDisposable & { readonly client: EngineClient }> {
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://docker');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const name = url.pathname.replace('/v1.41/images/', '');
    if (request.method === 'DELETE') {
      if (used.includes(name)) return answer(409, { message: 'conflict: it is used by a container' });
      return images.delete(name) ? answer(200, []) : answer(404, { message: 'No such image' });
    }
    if (url.pathname.endsWith('/json') && name !== 'json') {
      const time = images.get(name.replace(/\/json$/, ''));
      if (time === undefined) return answer(404, { message: 'No such image' });
      // Those with odd numbers were built of layers that were there already.
      const [created, tagged] = time % 2 === 0 ? [time, 0] : [7, time];
      const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
      return answer(200, { Created: iso(created), Metadata: { LastTagTime: iso(tagged) } });
    }
    const { reference } = JSON.parse(url.searchParams.get('filters') ?? '{}') as { reference: string[] };
    const listed = [...images].filter(([tag]) => reference.includes(tag.replace(/:[^:]*$/, '')));
    answer(
      200,
      listed.map(([tag]) => ({ Id: `sha256:${tag}`, RepoTags: [tag] })),
    );
  }).listen(join(dir, 'docker.sock'));
  await once(server, 'listening');
  return {
    client: new EngineClient({ kind: 'socket', path: join(dir, 'docker.sock') }, '1.41'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

describe('images of checks', () => {
  const named = (tag: number): string => `${CHECK_IMAGES}:${tag}`;

  test('are removed where they are old enough, except those in use; others are left alone', async () => {
    const images = new Map([
      [named(1), 100],
      [named(2), 200],
      [named(3), 300],
      ['postgres:18', 50],
    ]);
    await using engine = await engineWith(images, [named(1)]);
    expect(await removeCheckImages(engine.client, 250_000)).toBe(1);
    expect([...images.keys()]).toEqual([named(1), named(3), 'postgres:18']);
    expect(await removeCheckImages(engine.client, Number.POSITIVE_INFINITY)).toBe(1);
    expect([...images.keys()]).toEqual([named(1), 'postgres:18']);
  });

  test('are ten after a build, with the one that was built, however many there were', async () => {
    const images = new Map(Array.from({ length: 14 }, (_, at) => [named(at), 1000 + at] as const));
    await using engine = await engineWith(images, []);
    // Built again from an old cache, an image may be as old as that.
    await pruneCheckImages(engine.client, named(0));
    expect([...images.keys()]).toEqual([0, ...Array.from({ length: 9 }, (_, at) => at + 5)].map(named));
    await pruneCheckImages(engine.client, named(0));
    expect(images.size).toBe(10);
  });
});

describe('templates of check databases', () => {
  test('are removed where they were not used for so long, and a used one is not', async () => {
    const binaries = await locatePostgresBinaries();
    const launcher = choosePostgresLauncher(binaries);
    const { archive } = await openCheckTemplate(dir, binaries, launcher);
    const old = new Date(1_000_000);
    utimesSync(archive, old, old);
    mkdirSync(join(dir, 'check-16.1'));
    writeFileSync(join(dir, 'check-16.1', 'data.tar'), 'of an earlier version');
    utimesSync(join(dir, 'check-16.1', 'data.tar'), old, old);
    // Used again: only the other one is old now.
    const again = await openCheckTemplate(dir, binaries, launcher);
    expect(await removeCheckTemplates(dir, 2_000_000)).toEqual({ templates: 1, bytes: 21 });
    expect([existsSync(archive), existsSync(join(dir, 'check-16.1'))]).toEqual([true, false]);
    expect((await removeCheckTemplates(dir, Number.POSITIVE_INFINITY)).templates).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
    const made = await openCheckTemplate(dir, binaries, launcher);
    expect(made.archive).toBe(again.archive);
    expect(await removeCheckTemplates(join(dir, 'none'), 1)).toEqual({ templates: 0, bytes: 0 });
  });
});
