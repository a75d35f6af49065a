import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { decodeEntry } from '../../src/checks/cache/stored-entry.ts';
import { ed25519Signer, type Ed25519Signer } from '../../src/util/ed25519.ts';
import { newEntry, readTree, rigCache, scratch, seededTree, writeTree } from '../support/cache-rig.ts';

const WORKER = fileURLToPath(new URL('../support/cache-worker.ts', import.meta.url));
const KILLS = 32;
const AT_ONCE = 2;
/** Longest life of a worker after its first word: several rounds of storing and evicting. */
const LIFE_MS = 120;

function directories(): () => string {
  const all = scratch();
  onTestFinished(() => all[Symbol.dispose]());
  return all.make;
}

function pair(): { readonly key: string; readonly machine: Ed25519Signer } {
  const key = randomBytes(32).toString('base64url');
  return { key, machine: ed25519Signer(key)! };
}

async function start(args: readonly string[]): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { stdout } = child;
  let said = '';
  stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  while (!said.includes('ready')) await once(stdout, 'data');
  return { child, said: () => said };
}

/** What another process evicts between finding and restoring is a miss; nothing else may go wrong. */
const EVICTED = /is gone; the check runs instead|another process removed part of it meanwhile/;

function warningsOf(said: string): readonly string[] {
  return said.split('\n').filter((line) => line.startsWith('warning'));
}

function expectedTree(seed: number): Record<string, string> {
  const all = directories()();
  writeTree(all, seededTree(seed));
  return readTree(all);
}

/** Every entry in the directory is whole, and what is found is restored as it was made. */
async function expectSound(directory: string, machine: Ed25519Signer, root: string): Promise<number> {
  const entries = join(directory, 'local/entries');
  for (const name of readdirSync(entries))
    expect(decodeEntry(readFileSync(join(entries, name)))).not.toBeNull();
  const cache = rigCache({ directory, machine });
  let restored = 0;
  for (let seed = 0; seed < 8; seed += 1) {
    const found = await cache.find(newEntry(`seed ${seed}`, []).key);
    if (found === null) continue;
    expect(await cache.restore(found, root)).toBe(true);
    rmSync(join(root, 'restored'), { force: true });
    expect(readTree(root)).toEqual(expectedTree(seed));
    restored += 1;
  }
  expect(cache.warnings).toEqual([]);
  return restored;
}

test(`killed ${KILLS} times while it stores, evicts and restores, it never has half an entry`, async () => {
  const make = directories();
  const directory = make();
  const roots = Array.from({ length: AT_ONCE }, make);
  const { key, machine } = pair();
  let restored = 0;
  for (let wave = 0; wave < KILLS / AT_ONCE; wave += 1) {
    const workers = await Promise.all(roots.map((root) => start([directory, key, root])));
    // Not each time: looking takes longer than a worker lives.
    const isLookedAt = wave % 5 === 4;
    // There is something to see, however slow the machine is.
    if (isLookedAt) await expect.poll(() => workers[0]?.said()).toContain('round');
    for (const { child, said } of workers) {
      await delay(Math.random() * LIFE_MS);
      child.kill('SIGKILL');
      await once(child, 'close');
      for (const line of warningsOf(said())) expect(line).toMatch(EVICTED);
    }
    if (isLookedAt) restored += await expectSound(directory, machine, roots[0] ?? '');
  }
  expect(restored).toBeGreaterThan(0);
  // What was begun and not finished lies apart, and goes after a day.
  const unfinished = join(directory, 'unfinished');
  const later = { now: () => Date.now() + 25 * 60 * 60_000, sleep: () => new Promise<void>(() => {}) };
  const last = rigCache({ directory, machine, clock: later });
  await last.store(newEntry('last', []), make());
  await last.settle();
  expect(readdirSync(unfinished)).toEqual([]);
});

test('several processes may store, restore and evict at once', async () => {
  const make = directories();
  const directory = make();
  const { key, machine } = pair();
  const workers = await Promise.all([0, 1].map(() => start([directory, key, make(), '30'])));
  await Promise.all(workers.map(({ child }) => once(child, 'close')));
  for (const { said } of workers) {
    expect(said()).toContain('done');
    // A blob that another evicts between finding and restoring is a miss; nothing else may go wrong.
    for (const line of said()
      .split('\n')
      .filter((one) => one.startsWith('warning')))
      expect(line).toMatch(/is gone; the check runs instead|another process removed part of it meanwhile/);
  }
  await expectSound(directory, machine, make());
});

/** A small disk takes the right to mount one. */
const CAN_MOUNT = spawnSync('unshare', ['--mount', 'true']).status === 0;

test.skipIf(!CAN_MOUNT)(
  'where the disk is full nothing is kept, it is said, and what was there still is',
  async () => {
    const make = directories();
    const [root, full] = [make(), make()];
    const mounted = spawn('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', full], { stdio: 'ignore' });
    const [code] = (await once(mounted, 'close')) as [number | null];
    expect(code).toBe(0);
    try {
      const cache = rigCache({ directory: full });
      writeTree(root, { 'dist/a': randomBytes(100_000), 'dist/b': randomBytes(1_000_000) });
      expect(await cache.store(newEntry('small', ['dist/a']), root)).not.toBeNull();
      expect(await cache.store(newEntry('big', ['dist/a', 'dist/b']), root)).toBeNull();
      expect(cache.warnings).toEqual(['The result of build is not cached: the disk is full.']);
      expect(await cache.find(newEntry('big', []).key)).toBeNull();
      expect(readdirSync(join(full, 'unfinished'))).toEqual([]);
      const found = await cache.find(newEntry('small', []).key);
      expect(await cache.restore(found!, root)).toBe(true);
    } finally {
      await once(spawn('umount', [full], { stdio: 'ignore' }), 'close');
    }
  },
);
