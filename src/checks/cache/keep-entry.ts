import { hash } from 'node:crypto';
import { blobName, entryName } from './cache-store.ts';
import { MAIN } from './cache-trust.ts';
import type { CacheEntry, NewEntry } from './check-cache.ts';
import { latestName, type CachePlaces } from './find-stored.ts';
import { NotKept, packFiles } from './pack-files.ts';
import { packWriter } from './pack-writer.ts';
import { encodeEntry, type Pack } from './stored-entry.ts';

/** Packs up to this size lie in the entry: a check that leaves only a log is one object. */
const INLINE_BYTES = 32 * 1024;

/** An entry that was kept on this machine. */
export interface KeptEntry {
  readonly entry: CacheEntry;
  readonly bytes: Buffer;
  readonly packs: readonly Pack[];
  /** Digests of the packs that are blobs. */
  readonly blobs: readonly string[];
}

/** Keeps an entry on this machine: its blobs, then the entry, so that there is never half of one. */
export async function keepEntry(
  { local, trust }: CachePlaces,
  given: NewEntry,
  root: string,
  createdAt: number,
): Promise<KeptEntry> {
  const { paths, log, ...about } = given;
  const { domain } = trust;
  const inline = new Map<string, Buffer>();
  const writer = packWriter(async ({ digest }, bytes) => {
    if (bytes.length <= INLINE_BYTES) inline.set(digest, bytes);
    else if (!local.touch(blobName(domain, digest))) await local.put(blobName(domain, digest), bytes);
  });
  const logBytes = Buffer.from(log);
  await writer.write(logBytes);
  const files = await packFiles(root, [...new Set(paths)].sort(), writer);
  const packs = await writer.end();
  const entry: CacheEntry = { ...about, format: 1, createdAt, domain, files, log: hash('sha256', logBytes) };
  const signer = domain === MAIN && trust.shared !== null ? trust.shared : trust.machine;
  const bytes = encodeEntry({ entry, logBytes: logBytes.length, packs, inline }, signer);
  await local.put(entryName(domain, entry.key), bytes);
  await local.put(latestName(domain, entry.parts.check), Buffer.from(entry.key));
  const blobs = packs.flatMap(({ digest }) => (inline.has(digest) ? [] : [digest]));
  if (!blobs.every((digest) => local.touch(blobName(domain, digest)))) {
    await local.remove(entryName(domain, entry.key));
    throw new NotKept('another process removed part of it meanwhile');
  }
  return { entry, bytes, packs, blobs };
}
