import { constants, copyFileSync, utimesSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { copyFile, utimes } from 'node:fs/promises';
import { copyVolumeTree } from './volume-tree.ts';

/** Smaller ones are copied at once: handing each to a thread would take longer. */
const SMALL_BYTES = 256n * 1024n;

/** Copies the files of a volume that nobody writes to into `to`, which must not exist. Blocks are shared where the disk can (reflink). */
export async function copyVolume(from: string, to: string): Promise<void> {
  await copyVolumeTree(from, to, copyOne);
}

function copyOne(from: string, to: string, stats: BigIntStats): Promise<void> | void {
  if (stats.size > SMALL_BYTES) return copyLarge(from, to, stats);
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  utimesSync(to, secondsOf(stats.atimeMs), secondsOf(stats.mtimeMs));
}

async function copyLarge(from: string, to: string, stats: BigIntStats): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await utimes(to, secondsOf(stats.atimeMs), secondsOf(stats.mtimeMs));
}

/** As `utimes` takes them. */
export function secondsOf(ms: bigint): number {
  return Number(ms) / 1_000;
}
