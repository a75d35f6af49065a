import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UNFINISHED } from './disk-store.ts';
import { blobsOfEntry } from './stored-entry.ts';

/** What a cache is made smaller to, as a share of what it may have: not at every entry again. */
const ROOM = 0.9;
/** A blob that no entry needs may belong to one that is being stored, which takes no longer. */
const YOUNG_MS = 10 * 60_000;
/** What no process has finished by then, none will. */
const UNFINISHED_MS = 24 * 60 * 60_000;
/** The first line of an entry, with the digests of some 900 packs, which are 14 GB. */
const HEAD_BYTES_MAX = 64 * 1024;

/** A file of the cache. */
interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Limits of a cache. */
export interface EvictLimits {
  readonly maxBytes: number;
  readonly now: number;
  /** Entries that were last used before go whatever their size; null: none. */
  readonly usedBefore?: number | null;
}

/** What was removed. */
export interface Evicted {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Removes entries that were not used for longest until what is left fits, then the blobs that no entry needs any more. Who
 * is reading one of them sees a miss, or still reads the file that it has opened.
 */
export async function evict(directory: string, limits: EvictLimits): Promise<Evicted> {
  const { maxBytes, now, usedBefore = null } = limits;
  for (const file of filesBelow(join(directory, UNFINISHED)))
    if (file.usedAt < now - UNFINISHED_MS) rmSync(file.path, { force: true });
  const { entries, blobs } = keptFiles(directory);
  const total = [...entries, ...blobs].reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxBytes && usedBefore === null) return { entries: 0, bytes: 0 };
  const room = total <= maxBytes ? maxBytes : maxBytes * ROOM;
  const size = new Map(blobs.map(({ path, bytes }) => [path, bytes]));
  const needed = new Set<string>();
  let left = 0;
  const kept = entries
    .toSorted((a, b) => b.usedAt - a.usedAt)
    .filter((entry) => {
      const more = blobsOf(entry).filter((path) => !needed.has(path));
      const bytes = more.reduce((sum, path) => sum + (size.get(path) ?? 0), entry.bytes);
      if (left + bytes > room || (usedBefore !== null && entry.usedAt < usedBefore)) return false;
      left += bytes;
      for (const path of more) needed.add(path);
      return true;
    });
  const stays = new Set(kept);
  const removed = entries.filter((entry) => !stays.has(entry));
  const orphaned = new Set(removed.flatMap(blobsOf));
  const gone = [
    ...removed,
    ...blobs.filter(
      ({ path, usedAt }) => !needed.has(path) && (orphaned.has(path) || usedAt < now - YOUNG_MS),
    ),
  ];
  for (const { path } of gone) rmSync(path, { force: true });
  return {
    entries: removed.length,
    bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** All entries and blobs of a cache, or of some of its domains. */
export function keptFiles(
  directory: string,
  domains: readonly string[] = domainsIn(directory),
): { readonly entries: readonly Kept[]; readonly blobs: readonly Kept[] } {
  return {
    entries: domains.flatMap((domain) => filesBelow(join(directory, domain, 'entries'))),
    blobs: domains.flatMap((domain) => filesBelow(join(directory, domain, 'blobs'))),
  };
}

/** The domains that have something in a cache; what else lies in the directory is no part of it. */
export function domainsIn(directory: string): readonly string[] {
  const names = namesIn(directory).filter((name) => name !== UNFINISHED);
  return names.filter(
    (name) => existsSync(join(directory, name, 'entries')) || existsSync(join(directory, name, 'blobs')),
  );
}

/** The paths of the blobs of an entry, which lie beside it. */
function blobsOf({ path }: Kept): readonly string[] {
  const domain = join(path, '..', '..');
  return blobsOfEntry(headOf(path)).map((digest) => join(domain, 'blobs', digest));
}

function headOf(path: string): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES_MAX);
  try {
    const file = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return bytes.subarray(0, 0);
  }
}

function filesBelow(directory: string): readonly Kept[] {
  return namesIn(directory).flatMap((name) => {
    const path = join(directory, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ path, bytes: stat.size, usedAt: stat.mtimeMs }] : [];
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
