import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { secondsOf } from './volume-copy.ts';
import { copyVolumeTree } from './volume-tree.ts';
import type { SeenEntries } from './volume-tree.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Smaller ones are copied at once: handing each to a thread would take longer. */
const SMALL_BYTES = 256n * 1024n;
/** A time stamp may be so much older than the write it stands for; what is younger is not told apart by it. */
const STAMP_SLACK_NS = 100_000_000n;

/**
 * Copies a volume's files into `to`, which must not exist, as they are at one instant, while what writes them stands still
 * for a moment only: everything is copied first as it comes, and during the standstill once more what has changed since.
 * `freeze` lets it stand still, and returns the way to let it go on.
 */
export async function copyLiveVolume(from: string, to: string, freeze: () => () => void): Promise<void> {
  const began = BigInt(Date.now()) * 1_000_000n;
  const seen = await copyVolumeTree(from, to, copyBytes);
  const thaw = freeze();
  // Nothing is awaited: the shorter the standstill, the less anybody notices.
  try {
    const there = entriesBelow(from, '', new Map());
    for (const path of seen.keys())
      if (!there.has(path)) rmSync(join(to, path), { recursive: true, force: true });
    for (const [path, now] of there)
      if (!isSame(seen.get(path), now, began)) copyAgain(join(from, path), join(to, path), now);
  } finally {
    thaw();
  }
}

/** Up to where it ends by then: unlike `copyFile`, which waits for the bytes that were there at first for ever. */
function copyBytes(from: string, to: string, stats: BigIntStats): Promise<void> | void {
  if (stats.size > SMALL_BYTES) return copyLargeBytes(from, to, stats);
  const source = opened(from);
  // It is gone since the look.
  if (source === null) return;
  const target = openSync(to, 'w', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(Number(SMALL_BYTES));
    for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer))
      writeSync(target, buffer, 0, read);
    fchmodSync(target, Number(stats.mode));
    futimesSync(target, secondsOf(stats.atimeMs), secondsOf(stats.mtimeMs));
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

async function copyLargeBytes(from: string, to: string, stats: BigIntStats): Promise<void> {
  const source = await open(from, 'r').catch(() => null);
  if (source === null) return;
  const target = await open(to, 'w', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await source.read(buffer);
      if (bytesRead === 0) break;
      await target.write(buffer, 0, bytesRead);
    }
    await target.chmod(Number(stats.mode));
    await target.utimes(secondsOf(stats.atimeMs), secondsOf(stats.mtimeMs));
  } finally {
    await source.close();
    await target.close();
  }
}

function opened(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

/** A directory before what is in it. */
function entriesBelow(from: string, at: string, found: SeenEntries): SeenEntries {
  for (const entry of readdirSync(join(from, at), { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
    found.set(path, lstatSync(join(from, path), { bigint: true }));
    if (entry.isDirectory()) entriesBelow(from, path, found);
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

function copyAgain(from: string, to: string, stats: BigIntStats): void {
  rmSync(to, { recursive: true, force: true });
  if (stats.isDirectory()) mkdirSync(to, { mode: Number(stats.mode) });
  else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else copyFileSync(from, to, constants.COPYFILE_FICLONE);
}
