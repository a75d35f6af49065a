import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blobFile, digestOfBytes, readLayout, writeLayout } from './oci-layout.ts';
import { processImageConfig } from './process-image.ts';

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'glidepath-layout-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const LAYER = Buffer.from('a layer');

function layer() {
  const file = join(dir, 'layer.tgz');
  writeFileSync(file, LAYER);
  const digest = digestOfBytes(LAYER);
  return { file, digest, diffId: `sha256:${'d'.repeat(64)}`, sizeBytes: LAYER.length };
}

test('an image of process mode has the digest that it always had', async () => {
  const config = processImageConfig({
    layer: layer(),
    command: ['node', 'server.mjs'],
    env: { NODE_ENV: 'production' },
    labels: { b: '2', a: '1' },
  });
  const { digest } = await writeLayout(join(dir, 'layout'), { config, layers: [layer()] });
  // Recorded from the first released version: releases name their images by it.
  expect(digest).toBe('sha256:9cddf44e7f79b19f2c68ddfa7e828e1e6486c038931bcf9215d6ff99a4bdef16');
});

test('what is written is read back, and is an OCI layout', async () => {
  const written = await writeLayout(join(dir, 'layout'), { config: { os: 'linux' }, layers: [layer()] });
  const image = await readLayout(join(dir, 'layout'));
  expect(image.descriptor.digest).toBe(written.digest);
  expect(image.blobs.map(({ mediaType }) => mediaType)).toEqual([
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.oci.image.layer.v1.tar+gzip',
  ]);
  for (const { digest } of image.blobs) expect(existsSync(blobFile(join(dir, 'layout'), digest))).toBe(true);
  expect(readFileSync(join(dir, 'layout', 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
});

test('a manifest that was changed on disk is not taken for the image', async () => {
  const { digest } = await writeLayout(join(dir, 'layout'), { config: {}, layers: [] });
  writeFileSync(blobFile(join(dir, 'layout'), digest), '{}');
  await expect(readLayout(join(dir, 'layout'))).rejects.toThrow('is not what its name says');
});
