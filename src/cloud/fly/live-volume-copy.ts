import { lstatSync, readdirSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, open, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyVolume } from './volume-copy.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Files copied at once: as many as there are threads for them. */
const COPIES_AT_ONCE = 4;
/** A time stamp may be so much older than the write it stands for; what is younger is not told apart by it. */
const STAMP_SLACK_NS = 100_000_000n;

/** Every file of a directory as it was right before it was copied, by its path below it. */
type Seen = Map<string, BigIntStats>;

/**
 * Copies a volume's files into `to`, which must not exist, as they are at one instant, while what writes them stands still
 * for a moment only: everything is copied first as it comes, and during the standstill once more what has changed since.
 * `freeze` lets it stand still, and returns the way to let it go on.
 */
export async function copyLiveVolume(from: string, to: string, freeze: () => () => void): Promise<void> {
  const seen: Seen = new Map();
  const began = BigInt(Date.now()) * 1_000_000n;
  await copyAsItComes({ from, to, seen }, '', (await lstat(from)).mode);
  const thaw = freeze();
  try {
    const there = filesBelow(from, '');
    const changed = [...there].filter(([path, now]) => !isSame(seen.get(path), now, began));
    for (const path of seen.keys())
      if (!there.has(path)) await rm(join(to, path), { recursive: true, force: true });
    for (const [path] of changed) await copyAgain(join(from, path), join(to, path));
  } finally {
    thaw();
  }
}

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly seen: Seen;
}

async function copyAsItComes(copying: Copying, at: string, mode: number): Promise<void> {
  const { from, to, seen } = copying;
  await mkdir(join(to, at), { mode });
  // Below the root, one may be gone since it was looked at.
  const entries = await readdir(join(from, at), { withFileTypes: true }).catch(() => []);
  const waiting = entries[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const entry of waiting) {
      const path = join(at, entry.name);
      const stats = await lstat(join(from, path), { bigint: true }).catch(() => null);
      if (stats === null) continue;
      if (stats.isDirectory()) await copyAsItComes(copying, path, Number(stats.mode));
      else if (stats.isSymbolicLink()) await symlink(await readlink(join(from, path)), join(to, path));
      else if (stats.isFile()) await copyBytes(join(from, path), join(to, path), stats);
      seen.set(path, stats);
    }
  };
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, lane));
}

/** Up to where it ends by then: unlike `copyFile`, which waits for the bytes that were there at first for ever. */
async function copyBytes(from: string, to: string, stats: BigIntStats): Promise<void> {
  const source = await open(from, 'r').catch(() => null);
  // It is gone since the look.
  if (source === null) return;
  const target = await open(to, 'w', Number(stats.mode));
  try {
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK_BYTES, Number(stats.size))));
    for (;;) {
      const { bytesRead } = await source.read(buffer);
      if (bytesRead === 0) break;
      await target.write(buffer, 0, bytesRead);
    }
    await target.chmod(Number(stats.mode));
    await target.utimes(Number(stats.atimeMs) / 1_000, Number(stats.mtimeMs) / 1_000);
  } finally {
    await source.close();
    await target.close();
  }
}

/** What is looked at during the standstill; sockets and pipes are no contents. */
function filesBelow(from: string, at: string, found: Seen = new Map()): Seen {
  for (const entry of readdirSync(join(from, at), { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
    found.set(path, lstatSync(join(from, path), { bigint: true }));
    if (entry.isDirectory()) filesBelow(from, path, found);
  }
  return found;
}

/** A directory is the same whatever is in it; the entries are looked at one by one. */
function isSame(before: BigIntStats | undefined, now: BigIntStats, began: bigint): boolean {
  if (before === undefined) return false;
  if (before.isDirectory() && now.isDirectory()) return true;
  return (
    before.ino === now.ino &&
    before.size === now.size &&
    before.mtimeNs === now.mtimeNs &&
    now.mtimeNs < began - STAMP_SLACK_NS
  );
}

async function copyAgain(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await copyVolume(from, to);
}
