import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutFromDockerArchive } from './docker-archive.ts';
import { blobFile, digestOfBytes, readLayout } from './oci-layout.ts';

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'glidepath-archive-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const LAYER = Buffer.from('not a tar, and nobody looks');
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** What `docker save` writes, unpacked. */
function archive(name: string, options: { layer?: Buffer; diffId?: string; time?: string } = {}): string {
  const root = join(dir, name);
  mkdirSync(join(root, 'one'), { recursive: true });
  writeFileSync(join(root, 'one', 'layer.tar'), options.layer ?? LAYER);
  const created = options.time ?? '2026-11-21T09:21:14Z';
  const config = {
    created,
    config: { Cmd: ['x'] },
    history: [{ created, created_by: 'COPY' }],
    rootfs: { type: 'layers', diff_ids: [options.diffId ?? digestOfBytes(LAYER)] },
  };
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(root, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: ['one/layer.tar'] }]),
  );
  return root;
}

const layout = (from: string, to: string, layers = 'layers') =>
  layoutFromDockerArchive(from, join(dir, to), { createdAt: AT, layersDir: join(dir, layers) });

test('the layout holds the layer gzipped, and a config that tells no time but the commit’s', async () => {
  const { digest, sizeBytes } = await layout(archive('a'), 'layout');
  const image = await readLayout(join(dir, 'layout'));
  expect(image.descriptor.digest).toBe(digest);
  const [config, layer] = image.blobs.map((blob) => readFileSync(blobFile(join(dir, 'layout'), blob.digest)));
  expect(gunzipSync(layer ?? Buffer.alloc(0))).toEqual(LAYER);
  expect(JSON.parse(String(config))).toMatchObject({
    created: '2026-01-02T03:04:05.000Z',
    history: [{ created: '2026-01-02T03:04:05.000Z', created_by: 'COPY' }],
  });
  expect(sizeBytes).toBe((config?.length ?? 0) + (layer?.length ?? 0));
});

test('the same image saved at another time, or already gzipped, has the same digest', async () => {
  const one = await layout(archive('a'), 'one', 'layers-1');
  const two = await layout(archive('b', { time: '2031-01-01T00:00:00Z' }), 'two', 'layers-2');
  const three = await layout(archive('c', { layer: gzipSync(LAYER, { level: 1 }) }), 'three', 'layers-3');
  expect([two.digest, three.digest]).toEqual([one.digest, one.digest]);
});

test('a layer that was packed before is used again and not packed anew', async () => {
  await layout(archive('a'), 'one');
  const [file] = [join(dir, 'layers', `${digestOfBytes(LAYER).slice(7)}.tgz`)];
  const before = statSync(file).ino;
  await layout(archive('b'), 'two');
  expect(statSync(file).ino).toBe(before);
  const { blobs } = await readLayout(join(dir, 'two'));
  expect(statSync(blobFile(join(dir, 'two'), blobs[1]?.digest ?? '')).ino).toBe(before);
});

test('files of a layer that are younger than the commit get its time, and the config names what came of it', async () => {
  const layerOf = (seconds: number): Buffer => {
    const file = join(dir, 'built');
    writeFileSync(file, 'built');
    utimesSync(file, seconds, seconds);
    return execFileSync('tar', ['--owner=0', '--group=0', '-C', dir, '-cf', '-', 'built']);
  };
  const [first, second] = [layerOf(1_800_000_000), layerOf(1_900_000_000)];
  const one = await layout(archive('a', { layer: first, diffId: digestOfBytes(first) }), 'one', 'layers-1');
  const two = await layout(archive('b', { layer: second, diffId: digestOfBytes(second) }), 'two', 'layers-2');
  expect(two.digest).toBe(one.digest);
  const [config, layer] = (await readLayout(join(dir, 'two'))).blobs.map(({ digest }) =>
    readFileSync(blobFile(join(dir, 'two'), digest)),
  );
  const tar = gunzipSync(layer ?? Buffer.alloc(0));
  expect(JSON.parse(String(config)).rootfs.diff_ids).toEqual([digestOfBytes(tar)]);
  expect(digestOfBytes(tar)).not.toBe(digestOfBytes(second));
  // The same saved layer, again and for another commit: packed again only where its times differ.
  const again = await layout(
    archive('c', { layer: second, diffId: digestOfBytes(second) }),
    'three',
    'layers-2',
  );
  expect(again.digest).toBe(two.digest);
  const later = { createdAt: AT + 1_000, layersDir: join(dir, 'layers-2') };
  const other = archive('d', { layer: second, diffId: digestOfBytes(second) });
  expect((await layoutFromDockerArchive(other, join(dir, 'four'), later)).digest).not.toBe(two.digest);
});

test('a layer that is not what the config says is refused', async () => {
  const wrong = archive('a', { diffId: `sha256:${'0'.repeat(64)}` });
  await expect(layout(wrong, 'layout')).rejects.toThrow(
    /a layer of the image is sha256:.* and not sha256:0000/,
  );
});
