// What a check leaves, into the cache and back: over `cp -r`, which verifies nothing, and over `tar`, one after the other in
// turn. `find` is what a check whose result is kept pays before anything is put back.
import { spawnSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckCache, NewEntry } from '../src/checks/cache/check-cache.ts';
import { createCheckCache } from '../src/checks/cache/create-check-cache.ts';
import { diskStore } from '../src/checks/cache/disk-store.ts';
import { systemClock } from '../src/util/clock.ts';
import { ed25519Signer } from '../src/util/ed25519.ts';

const ROUNDS = Number(process.env['GLIDEPATH_BENCH_ROUNDS'] ?? '5');
const MEGABYTE = 1024 * 1024;

interface Load {
  readonly what: string;
  readonly write: (root: string) => readonly string[];
}

const LOADS: readonly Load[] = [
  { what: '1,000 files of 4 kB', write: (root) => writeFiles(root, 1000, 4096) },
  { what: '5,000 files of 4 kB', write: (root) => writeFiles(root, 5000, 4096) },
  { what: 'one file of 200 MB', write: (root) => writeFiles(root, 1, 200 * MEGABYTE) },
];

/** Prints a table for each load. */
export async function run(): Promise<void> {
  for (const load of LOADS) {
    const directory = mkdtempSync(join(tmpdir(), 'glidepath-cache-bench-'));
    try {
      await measure(load, directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

async function measure({ what, write }: Load, directory: string): Promise<void> {
  const root = join(directory, 'root');
  mkdirSync(root);
  const paths = write(root);
  const times = new Map<string, number[]>();
  const time = async (name: string, work: () => Promise<void> | void): Promise<void> => {
    const startedAt = performance.now();
    await work();
    times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt]);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const place = join(directory, `round-${round}`);
    mkdirSync(place);
    const cache = openCache(join(place, 'cache'));
    const entry = entryOf(paths);
    await time('cp -r', () => sh(`cp -r root/dist ${place}/copy`, directory));
    await time('tar', () => sh(`tar -cf ${place}/dist.tar -C root dist`, directory));
    await time('store', async () => {
      if ((await cache.store(entry, root)) === null) throw new Error('it was not kept');
    });
    rmSync(join(root, 'dist'), { recursive: true });
    await time('cp -r back', () => sh(`cp -r ${place}/copy root/dist`, directory));
    rmSync(join(root, 'dist'), { recursive: true });
    await time('tar back', () => sh(`tar -xf ${place}/dist.tar -C root`, directory));
    rmSync(join(root, 'dist'), { recursive: true });
    await time('find', async () => void (await cache.find(entry.key)));
    await time('restore', async () => {
      const found = await cache.find(entry.key);
      if (found === null || !(await cache.restore(found, root))) throw new Error('it was not put back');
    });
    rmSync(place, { recursive: true });
  }
  print(what, times);
}

function print(what: string, times: ReadonlyMap<string, readonly number[]>): void {
  console.log(`  ${what}, ${ROUNDS} rounds in turn`);
  const medianOf = (name: string): number => {
    const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  for (const [name, all] of times) {
    const floor = ['cp -r', 'tar', 'store'].includes(name) ? medianOf('cp -r') : medianOf('cp -r back');
    const ratio = name === 'find' ? '' : `${(medianOf(name) / floor).toFixed(2)} × cp -r`;
    const span = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    console.log(`    ${name.padEnd(12)}${medianOf(name).toFixed(1).padStart(8)} ms  (${span})  ${ratio}`);
  }
}

function openCache(directory: string): CheckCache {
  const machine = ed25519Signer(hash('sha256', 'bench', 'buffer').toString('base64url'));
  if (machine === null) throw new Error('32 bytes are a key');
  return createCheckCache({
    local: diskStore(directory, systemClock),
    remote: null,
    isScoped: false,
    trust: { domain: 'local', trusted: [], machine, shared: null },
    clock: systemClock,
    maxBytes: 5e9,
    disposable: async (_, paths) => new Set(paths),
    onWarning: (sentence) => console.log(`    ${sentence}`),
  });
}

/** Half of each file is noise and half is text, so that compressing is worth something, as it is for what builds make. */
function writeFiles(root: string, count: number, bytes: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const path = `dist/${index % 50}/file-${index}.js`;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const noise = createHash('shake256', { outputLength: Math.min(bytes / 2, MEGABYTE) })
      .update(`${index}`)
      .digest();
    const part = Buffer.concat([
      noise,
      Buffer.alloc(noise.length, `export const value${index} = ${index};\n`),
    ]);
    writeFileSync(join(root, path), Buffer.concat(Array.from({ length: bytes / part.length }, () => part)));
    return path;
  });
}

function entryOf(paths: readonly string[]): NewEntry {
  return {
    key: hash('sha256', 'bench'),
    parts: {
      check: 'build',
      command: 'npm run build',
      directory: '',
      place: 'host linux x64',
      outputs: ['dist/**'],
      leaves: [],
      services: [],
      env: {},
      tools: {},
      inputs: {},
      needs: {},
    },
    result: '',
    durationMs: 1,
    failedAttempts: 0,
    commit: null,
    paths,
    log: '',
  };
}

function sh(command: string, cwd: string): void {
  const { status } = spawnSync('sh', ['-c', command], { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed`);
}
