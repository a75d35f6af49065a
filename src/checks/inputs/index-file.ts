import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { OwnFiles } from '../own-files/own-files.ts';
import { decodeIndex, encodeIndex, type TreeIndex } from './stored-tree.ts';

/** What a process that was killed has left of its writing goes after an hour: no look takes that long. */
const LEFTOVER_MS = 3_600_000;

/** The index that was kept; null where there is none, or none that can be used. */
export function readIndex(file: string, own: OwnFiles): TreeIndex | null {
  try {
    const all = own.read(file);
    return all === null ? null : decodeIndex(all);
  } catch {
    // Without it everything is read, which is right and only takes longer.
    return null;
  }
}

/** An index that is about to be written. */
export interface IndexWriter {
  /** The time by the clock of the disk at which this was made, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Puts it in its place whole, or not at all. */
  commit(index: TreeIndex): void;
  discard(): void;
}

/** Begins to write an index beside where it goes; null where nothing can be written there. */
export function beginIndex(file: string, own: OwnFiles): IndexWriter | null {
  const scratch = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const open = openSync(scratch, 'wx', 0o600);
    const { mtimeMs: startedAt, ino } = fstatSync(open);
    const discard = (): void => {
      closeSync(open);
      rmSync(scratch, { force: true });
    };
    return {
      startedAt,
      commit(index) {
        const bytes = encodeIndex(index);
        try {
          for (let at = 0; at < bytes.length;) at += writeSync(open, bytes, at);
          renameSync(scratch, file);
          own.claim(file, ino);
        } catch {
          // A full disk: the next look takes longer.
        }
        discard();
        removeLeftovers(file, startedAt);
      },
      discard,
    };
  } catch {
    return null;
  }
}

function removeLeftovers(file: string, now: number): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs < now - LEFTOVER_MS) rmSync(path, { force: true });
  }
}
