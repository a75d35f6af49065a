import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Every entry of a directory as it was right before it was copied, by its path below it. */
export type SeenEntries = Map<string, BigIntStats>;

/** Copies one file; without a promise where that is done at once. */
type CopyFile = (from: string, to: string, stats: BigIntStats) => Promise<void> | void;

/** Other work of the process waits for so long at most. */
const TURN_MS = 5;

/**
 * Copies what stands in a directory into `to`, which must not exist, with its links and modes: sockets and pipes are no
 * contents, and what has vanished since the look has none. Returns what was seen.
 */
export async function copyVolumeTree(from: string, to: string, copyFile: CopyFile): Promise<SeenEntries> {
  const seen: SeenEntries = new Map();
  const { mode } = await lstat(from);
  await copyBelow({ from, to, copyFile, seen, turn: { began: performance.now() } }, '', mode);
  return seen;
}

interface TreeCopying {
  readonly from: string;
  readonly to: string;
  readonly copyFile: CopyFile;
  readonly seen: SeenEntries;
  readonly turn: { began: number };
}

async function copyBelow(copying: TreeCopying, at: string, mode: number): Promise<void> {
  const { from, to, copyFile, seen, turn } = copying;
  await mkdir(join(to, at), { mode });
  const entries = await readdir(join(from, at)).catch(() => []);
  const looks = entries.map(async (name) => {
    const path = join(at, name);
    return [path, await lstat(join(from, path), { bigint: true }).catch(() => null)] as const;
  });
  for (const [path, stats] of await Promise.all(looks)) {
    if (stats === null) continue;
    const [source, target] = [join(from, path), join(to, path)];
    if (stats.isDirectory()) await copyBelow(copying, path, Number(stats.mode));
    else if (stats.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (stats.isFile()) await copyFile(source, target, stats);
    seen.set(path, stats);
    if (performance.now() - turn.began < TURN_MS) continue;
    await setImmediate();
    turn.began = performance.now();
  }
}
