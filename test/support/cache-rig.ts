import { createHash, hash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CacheStore } from '../../src/checks/cache/cache-store.ts';
import type { CacheTrust } from '../../src/checks/cache/cache-trust.ts';
import type { CheckCache, NewEntry } from '../../src/checks/cache/check-cache.ts';
import { createCheckCache } from '../../src/checks/cache/create-check-cache.ts';
import { diskStore } from '../../src/checks/cache/disk-store.ts';
import type { Disposable } from '../../src/checks/cache/place-files.ts';
import { systemClock, type Clock } from '../../src/util/clock.ts';
import { ed25519Signer, type Ed25519Signer } from '../../src/util/ed25519.ts';

/** A new key pair. */
export function newSigner(): Ed25519Signer {
  const signer = ed25519Signer(randomBytes(32).toString('base64url'));
  if (signer === null) throw new Error('32 bytes are a key');
  return signer;
}

/** What a test may say about a cache. */
export interface RigCacheOptions extends Partial<CacheTrust> {
  readonly directory: string;
  readonly remote?: CacheStore | null;
  readonly isScoped?: boolean;
  readonly maxBytes?: number;
  readonly clock?: Clock;
  readonly disposable?: Disposable;
}

/** A cache with the sentences that it said. */
export interface RigCache extends CheckCache {
  readonly warnings: string[];
}

/** The real cache over a directory. */
export function rigCache(options: RigCacheOptions): RigCache {
  const clock = options.clock ?? systemClock;
  const warnings: string[] = [];
  const { domain = 'local', trusted = [], shared = null, machine = newSigner() } = options;
  const cache = createCheckCache({
    local: diskStore(options.directory, clock),
    remote: options.remote ?? null,
    isScoped: options.isScoped ?? false,
    trust: { domain, trusted, machine, shared },
    clock,
    maxBytes: options.maxBytes ?? 1e9,
    disposable: options.disposable ?? (async (_, paths) => new Set(paths)),
    onWarning: (sentence) => warnings.push(sentence),
  });
  return { ...cache, warnings };
}

/** What a path of a tree is: a text, bytes, an executable, or a link. */
export type TreeItem = string | Buffer | { readonly run: string } | { readonly link: string };

/** Makes files. */
export function writeTree(root: string, tree: Readonly<Record<string, TreeItem>>): void {
  for (const [path, item] of Object.entries(tree)) {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    if (typeof item === 'string' || Buffer.isBuffer(item)) writeFileSync(whole, item);
    else if ('link' in item) symlinkSync(item.link, whole);
    else {
      writeFileSync(whole, item.run);
      chmodSync(whole, 0o755);
    }
  }
}

/** Reads all files below a directory, as {@link writeTree} takes them; `.glidepath` is left out. */
export function readTree(root: string, below = ''): Record<string, string> {
  const names = readdirSync(join(root, below)).filter((name) => name !== '.glidepath');
  return Object.assign(
    {},
    ...names.sort().map((name) => {
      const path = join(below, name);
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) return readTree(root, path);
      if (stat.isSymbolicLink()) return { [path]: `→ ${readlinkSync(join(root, path))}` };
      return {
        [path]: `${(stat.mode & 0o100) === 0 ? '' : '* '}${readFileSync(join(root, path), 'latin1')}`,
      };
    }),
  ) as Record<string, string>;
}

/** An entry of a check named `build`. */
export function newEntry(seed: string, paths: readonly string[], given: Partial<NewEntry> = {}): NewEntry {
  return {
    key: hash('sha256', seed),
    parts: {
      check: 'build',
      command: 'npm run build',
      directory: '',
      place: 'host linux x64',
      outputs: ['dist'],
      leaves: [],
      services: [],
      env: {},
      tools: { node: '24' },
      inputs: { 'src/a.ts': hash('sha256', seed) },
      needs: {},
    },
    result: hash('sha256', `result ${seed}`),
    durationMs: 1200,
    failedAttempts: 0,
    commit: null,
    paths,
    log: `built ${seed}\n`,
    ...given,
  };
}

/** Directories that are gone after `dispose`. */
export function scratch(): { readonly make: () => string; [Symbol.dispose](): void } {
  const made: string[] = [];
  return {
    make() {
      const directory = mkdtempSync(join(tmpdir(), 'glidepath-cache-'));
      made.push(directory);
      return directory;
    },
    [Symbol.dispose]() {
      for (const directory of made) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Files that a number decides: small ones, one that is not compressed away, a link, an executable. */
export function seededTree(seed: number): Record<string, TreeItem> {
  const noise = createHash('shake256', { outputLength: 120_000 }).update(`noise ${seed}`).digest();
  const small = Array.from({ length: 40 }, (_, index): [string, TreeItem] => [
    `dist/${index % 5}/small-${index}.js`,
    `${seed} ${index}\n`.repeat(index + 1),
  ]);
  return {
    ...Object.fromEntries(small),
    'dist/noise.bin': noise,
    'dist/large.bin': Buffer.concat([Buffer.alloc(1_100_000, seed), noise]),
    'dist/run': { run: `#!/bin/sh\necho ${seed}\n` },
    'dist/link': { link: '0' },
  };
}
