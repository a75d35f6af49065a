import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import type { CacheStore } from './cache-store.ts';

/** Unfinished files lie here; their names mean nothing. */
export const UNFINISHED = 'unfinished';
/** One byte for each answer of the cache: appending it is whole also where several processes do it at once. */
export const COUNTS: { readonly hit: string; readonly miss: string } = { hit: 'hits', miss: 'misses' };

/** A store on this machine. */
export interface DiskStore extends CacheStore {
  readonly directory: string;
  /** Whether there is such an object; if so it was used just now. */
  touch(name: string): boolean;
  /** Counts an answer, for `ci cache status`. */
  count(answer: 'hit' | 'miss'): void;
}

/**
 * Objects as files below a directory, which is made when the first is written. A file appears whole, by one rename, and
 * is never changed. Nothing is flushed to the disk itself: what a loss of power spoils is recognized by its digest. The
 * time of a file is when it was last used.
 */
export function diskStore(directory: string, clock: Clock): DiskStore {
  const pathOf = (name: string): string => join(directory, name);
  const use = (path: string): void => {
    const seconds = clock.now() / 1000;
    utimesSync(path, seconds, seconds);
  };
  return {
    where: 'this machine',
    directory,
    async get(name) {
      return unlessMissing(() => {
        const bytes = readFileSync(pathOf(name));
        ifMine(() => use(pathOf(name)));
        return bytes;
      });
    },
    touch(name) {
      if (!isFile(pathOf(name))) return false;
      ifMine(() => use(pathOf(name)));
      return true;
    },
    async has(name) {
      return isFile(pathOf(name));
    },
    async put(name, bytes) {
      const path = pathOf(name);
      const unfinished = join(directory, UNFINISHED, randomUUID());
      mkdirSync(dirname(unfinished), { recursive: true, mode: 0o700 });
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      try {
        writeFileSync(unfinished, bytes, { flag: 'wx', mode: 0o600 });
        use(unfinished);
        renameSync(unfinished, path);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    },
    async remove(name) {
      rmSync(pathOf(name), { force: true });
    },
    count(answer) {
      ifMine(() => appendFileSync(join(directory, COUNTS[answer]), '.'));
    },
  };
}

/** A cache that one may read and not write still answers. */
function ifMine(note: () => void): void {
  try {
    note();
  } catch {
    // When it was last used is not known then.
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function unlessMissing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}
