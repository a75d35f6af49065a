import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hydrateSymlinks, locatePostgresBinaries } from './postgres-binaries.ts';

test('links that a blocked install script did not make are made, and the others left alone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'glidepath-binaries-'));
  try {
    await mkdir(join(root, 'native/lib'), { recursive: true });
    await writeFile(join(root, 'native/lib/libx.so.1.2'), 'library');
    const links = ['libx.so', 'libx.so.1'].map((name) => ({
      source: 'native/lib/libx.so.1.2',
      target: `native/lib/${name}`,
    }));
    await writeFile(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
    await writeFile(join(root, 'native/lib/libx.so'), 'was there');
    await hydrateSymlinks(root, 'x');
    await hydrateSymlinks(root, 'x');
    expect(await readFile(join(root, 'native/lib/libx.so.1'), 'utf8')).toBe('library');
    expect(await readFile(join(root, 'native/lib/libx.so'), 'utf8')).toBe('was there');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test('the binaries of this platform are found', async () => {
  const binaries = await locatePostgresBinaries();
  expect(binaries.postgres).toMatch(/bin\/postgres$/);
  expect(binaries.version).toMatch(/^18\./);
});
