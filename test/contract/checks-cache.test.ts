import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newEntry, newSigner, readTree, rigCache, scratch, writeTree } from '../support/cache-rig.ts';

function directories(): () => string {
  const all = scratch();
  onTestFinished(() => all[Symbol.dispose]());
  return all.make;
}

const TREE = {
  'dist/index.js': 'console.log(1);\n',
  'dist/empty.txt': '',
  'dist/deep/er/a.css': 'a {}\n',
  'dist/bin/run': { run: '#!/bin/sh\n' },
  'dist/latest': { link: 'deep/er' },
  'dist/.hidden': 'dot\n',
};
const PATHS = Object.keys(TREE);

describe('on this machine', () => {
  test('what was stored is found and put back as it was, with its log', async () => {
    const make = directories();
    const root = make();
    const cache = rigCache({ directory: make() });
    const big = randomBytes(18 * 1024 * 1024);
    writeTree(root, { ...TREE, 'dist/big.bin': big });
    const before = readTree(root);
    const entry = newEntry('a', [...PATHS, 'dist/big.bin']);
    expect(await cache.store(entry, root)).toMatchObject({ key: entry.key, domain: 'local' });
    rmSync(join(root, 'dist'), { recursive: true });
    const found = await cache.find(entry.key);
    expect(found?.where).toBe('this machine');
    expect(found?.entry).toMatchObject({ result: entry.result, durationMs: 1200, parts: entry.parts });
    expect(await cache.restore(found!, root)).toBe(true);
    expect(readTree(root)).toEqual(before);
    expect(await cache.log(found!)).toBe('built a\n');
    expect((await cache.latest('build'))?.key).toBe(entry.key);
    expect(await cache.latest('test')).toBeNull();
    expect(await cache.find('0'.repeat(64))).toBeNull();
    expect(readdirSync(join(root, '.glidepath/restoring'))).toEqual([]);
    expect(cache.warnings).toEqual([]);
  });

  test('what another run made and this one did not is removed, and what git does not ignore stays', async () => {
    const make = directories();
    const root = make();
    const cache = rigCache({
      directory: make(),
      disposable: async (_, paths) => new Set(paths.filter((path) => !path.includes('by-hand'))),
    });
    writeTree(root, { ...TREE, 'src/a.ts': 'a' });
    await cache.store(newEntry('a', PATHS), root);
    rmSync(join(root, 'dist/deep'), { recursive: true });
    writeTree(root, {
      'dist/stale/old.js': 'old',
      'dist/by-hand.md': 'mine',
      'dist/deep': 'a file where a directory was',
      'other/x': 'x',
    });
    rmSync(join(root, 'dist/index.js'));
    mkdirSync(join(root, 'dist/index.js'));
    writeFileSync(join(root, 'dist/index.js/a'), 'a directory where a file was');
    expect(await cache.restore((await cache.find(newEntry('a', []).key))!, root)).toBe(true);
    const after = readTree(root);
    expect(Object.keys(after).sort()).toEqual([...PATHS, 'dist/by-hand.md', 'other/x', 'src/a.ts'].sort());
    expect(after['dist/index.js']).toBe(TREE['dist/index.js']);
    expect(existsSync(join(root, 'dist/stale'))).toBe(false);
  });

  test('a spoilt blob is a miss that is said once, and nothing in the checkout has changed', async () => {
    const make = directories();
    const [root, directory] = [make(), make()];
    const cache = rigCache({ directory });
    writeTree(root, { 'dist/a': 'first', 'dist/b': randomBytes(100_000) });
    const entry = newEntry('a', ['dist/a', 'dist/b']);
    await cache.store(entry, root);
    const blobs = join(directory, 'local/blobs');
    const [blob = ''] = readdirSync(blobs);
    const bytes = readFileSync(join(blobs, blob));
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1;
    writeFileSync(join(blobs, blob), bytes);
    writeTree(root, { 'dist/a': 'second', 'dist/c': 'new' });
    const before = readTree(root);
    const found = await cache.find(entry.key);
    expect(await cache.restore(found!, root)).toBe(false);
    expect(await cache.restore(found!, root)).toBe(false);
    expect(readTree(root)).toEqual(before);
    expect(cache.warnings).toEqual([
      'The cached result of build in this machine was damaged or is gone; the check runs instead.',
    ]);
    expect(await cache.find(entry.key)).toBeNull();
    expect(readdirSync(blobs)).toEqual([]);
    expect(await cache.store(entry, root)).not.toBeNull();
    expect(await cache.restore((await cache.find(entry.key))!, root)).toBe(true);
  });

  test.each([
    ['a link out of the checkout', { 'dist/a': { link: '../../etc/passwd' } }, ['dist/a'], /leads out/],
    ['an absolute link', { 'dist/a': { link: '/etc/passwd' } }, ['dist/a'], /leads out/],
    ['a link through a link', { 'dist/a': { link: 'b/../../x' } }, ['dist/a'], /leads out/],
    ['a path out of the checkout', {}, ['../x'], /not a path/],
    ['a file of git', { '.git/hooks/pre-commit': 'x' }, ['.git/hooks/pre-commit'], /not a path/],
  ] as const)('%s is not kept, and it says so', async (_, tree, paths, sentence) => {
    const make = directories();
    const [root, directory] = [make(), make()];
    writeTree(root, tree);
    const cache = rigCache({ directory });
    expect(await cache.store(newEntry('a', paths), root)).toBeNull();
    expect(cache.warnings).toEqual([expect.stringMatching(sentence)]);
    expect(existsSync(join(directory, 'local/entries'))).toBe(false);
  });

  test('nothing is put back through a link of the checkout', async () => {
    const make = directories();
    const [root, outside] = [make(), make()];
    const cache = rigCache({ directory: make() });
    const entry = newEntry('a', ['packages/a/dist/x']);
    const outputs = { ...entry, parts: { ...entry.parts, outputs: ['packages/a/dist'] } };
    writeTree(root, { 'packages/a/dist/x': 'x' });
    await cache.store(outputs, root);
    rmSync(join(root, 'packages'), { recursive: true });
    mkdirSync(join(outside, 'a'));
    symlinkSync(outside, join(root, 'packages'));
    expect(await cache.restore((await cache.find(entry.key))!, root)).toBe(false);
    expect(readdirSync(join(outside, 'a'))).toEqual([]);
    // A link that is the output itself gives way.
    rmSync(join(root, 'packages'));
    mkdirSync(join(root, 'packages/a'), { recursive: true });
    symlinkSync(outside, join(root, 'packages/a/dist'));
    expect(await cache.restore((await cache.find(entry.key))!, root)).toBe(true);
    expect(lstatSync(join(root, 'packages/a/dist')).isDirectory()).toBe(true);
    expect(readdirSync(outside)).toEqual(['a']);
  });

  test('what was not used for longest goes first, and with it its blobs', async () => {
    const make = directories();
    const [root, directory] = [make(), make()];
    let now = Date.now();
    const clock = { now: () => now, sleep: () => new Promise<void>(() => {}) };
    const cache = rigCache({ directory, clock, maxBytes: 350_000 });
    for (const name of ['a', 'b', 'c']) {
      writeTree(root, { 'dist/x': randomBytes(100_000) });
      await cache.store(newEntry(name, ['dist/x']), root);
      now += 60_000;
    }
    await cache.settle();
    expect(await cache.find(newEntry('a', []).key)).not.toBeNull();
    now += 60_000;
    writeTree(root, { 'dist/x': randomBytes(100_000) });
    await cache.store(newEntry('d', ['dist/x']), root);
    await cache.settle();
    const kept = await Promise.all(['a', 'b', 'c', 'd'].map((name) => cache.find(newEntry(name, []).key)));
    expect(kept.map((found) => found !== null)).toEqual([true, false, true, true]);
    expect(readdirSync(join(directory, 'local/blobs'))).toHaveLength(3);
  });

  test('a cache that cannot be written is a warning', async () => {
    const make = directories();
    const [root, directory] = [make(), make()];
    writeFileSync(join(directory, 'local'), 'a file where a directory must be');
    chmodSync(join(directory, 'local'), 0o600);
    writeTree(root, TREE);
    const cache = rigCache({ directory, machine: newSigner() });
    expect(await cache.store(newEntry('a', PATHS), root)).toBeNull();
    expect(cache.warnings).toHaveLength(1);
    expect(await cache.find(newEntry('a', PATHS).key)).toBeNull();
  });
});
