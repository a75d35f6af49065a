import { hash, randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { blobName, entryName } from './cache-store.ts';
import type { CachePlaces, FoundStored } from './find-stored.ts';
import { outputGlobs } from './output-files.ts';
import { placeFiles, planPlacing, type Disposable } from './place-files.ts';
import type { Pack } from './stored-entry.ts';
import { unpackFiles, type ReadPack } from './unpack-files.ts';

/**
 * Files wait here, on the same disk as the checkout, until all of them are there. All in one directory: to remove one takes as
 * long as a small restore.
 */
const RESTORING = '.glidepath/restoring';
/** What is older was left by a process that was killed. */
const LEFT_MS = 60 * 60_000;

/**
 * Puts the files of an entry into a checkout. They are written apart and compared with their digests, and only when every
 * one is right does the first take its place. Throws Spoilt where one is not; null where something is in the
 * way that nobody may remove.
 */
export async function restoreEntry(
  places: CachePlaces,
  found: FoundStored,
  root: string,
  disposable: Disposable,
): Promise<true | null> {
  const { entry } = found.stored;
  const globs = outputGlobs(entry.parts.outputs);
  if ((await planPlacing(root, entry.files, globs, disposable)) === null) return null;
  const restoring = join(root, RESTORING);
  mkdirSync(restoring, { recursive: true });
  if (!places.swept.has(root)) {
    places.swept.add(root);
    removeLeft(restoring, places.clock.now() - LEFT_MS);
  }
  const apart = join(restoring, randomUUID());
  let isPlaced = false;
  try {
    await unpackFiles(found.stored, packReader(places, found), apart);
    // Looked at again: getting the files may have taken minutes.
    const placing = await planPlacing(root, entry.files, globs, disposable);
    if (placing === null) return null;
    await placeFiles(root, entry.files, placing, apart);
    isPlaced = true;
  } finally {
    if (!isPlaced) removeApart(restoring, `${basename(apart)}.`);
  }
  return true;
}

/** Gets packs from the entry, from this machine, or from the shared store, which leaves them on this machine. */
export function packReader({ local, remote, spoilt }: CachePlaces, { stored, from }: FoundStored): ReadPack {
  const { entry, inline } = stored;
  return async (pack) => {
    const name = blobName(entry.domain, pack.digest);
    const near = inline.get(pack.digest) ?? (await local.get(name));
    if (near !== null || remote === null || from === local) return near;
    const bytes = await remote.get(name);
    if (bytes === null) return null;
    if (!isWhole(pack, bytes)) {
      spoilt.add(name);
      return null;
    }
    await local.put(name, bytes).catch(() => {});
    return bytes;
  };
}

/** Removes what is spoilt of an entry, and the entry, so that the next run stores it again. */
export async function removeSpoilt({ local }: CachePlaces, { stored }: FoundStored): Promise<void> {
  const { entry, packs } = stored;
  await local.remove(entryName(entry.domain, entry.key));
  for (const pack of packs) {
    const name = blobName(entry.domain, pack.digest);
    const bytes = await local.get(name);
    if (bytes !== null && !isWhole(pack, bytes)) await local.remove(name);
  }
}

function removeApart(restoring: string, prefix: string): void {
  for (const name of readdirSync(restoring))
    if (name.startsWith(prefix)) rmSync(join(restoring, name), { force: true });
}

function removeLeft(restoring: string, before: number): void {
  for (const name of readdirSync(restoring)) {
    const path = join(restoring, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && stat.mtimeMs < before) rmSync(path, { recursive: true, force: true });
  }
}

function isWhole({ digest }: Pack, bytes: Buffer): boolean {
  return hash('sha256', bytes) === digest;
}
