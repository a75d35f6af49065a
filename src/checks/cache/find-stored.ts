import { hash } from 'node:crypto';
import { blobName, entryName, type CacheStore } from './cache-store.ts';
import { isBelieved, LOCAL, MAIN, readDomains, type CacheTrust } from './cache-trust.ts';
import type { Clock } from '../../util/clock.ts';
import type { DiskStore } from './disk-store.ts';
import { decodeEntry, type StoredEntry } from './stored-entry.ts';

/** The stores of a cache, and whom it believes. */
export interface CachePlaces {
  readonly local: DiskStore;
  /** Null where nothing is shared. Its errors are misses already. */
  readonly remote: CacheStore | null;
  /** Whether the remote store itself keeps apart what pull requests and main write. */
  readonly isScoped: boolean;
  readonly trust: CacheTrust;
  /** Names of objects in the remote store that were not what they should be: they are written again. */
  readonly spoilt: Set<string>;
  /** Checkouts that were looked through for what a restore has left that was killed. */
  readonly swept: Set<string>;
  readonly clock: Clock;
  /** Each sentence is said once. */
  readonly onWarning: (sentence: string) => void;
}

/** An entry, with the bytes that it is stored as and the store that it came from. */
export interface FoundStored {
  readonly stored: StoredEntry;
  readonly bytes: Buffer;
  readonly from: CacheStore;
}

/** Looks for an entry by its key: on this machine and then in the shared store, in the own domain and then in main's. */
export async function findStored(places: CachePlaces, key: string): Promise<FoundStored | null> {
  const { local } = places;
  for (const { from, domain } of whereToLook(places)) {
    const found = await readEntry(places, from, domain, key);
    if (found === null) continue;
    if (from !== local || isComplete(local, found.stored)) return found;
    await local.remove(entryName(domain, key));
  }
  return null;
}

/** The entry that was stored or restored last for a check. */
export async function findLatest(places: CachePlaces, check: string): Promise<StoredEntry | null> {
  for (const { from, domain } of whereToLook(places)) {
    const key = (await from.get(latestName(domain, check)))?.toString() ?? '';
    // What was restored may be main's.
    const domains = from === places.local ? readDomains(places.trust) : [domain];
    for (const each of domains) {
      const found = await readEntry(places, from, each, key);
      if (found !== null && found.stored.entry.parts.check === check) return found.stored;
    }
  }
  return null;
}

/** Says on this machine that an entry is what a check is like now: what changes from here on is why it runs next. */
export async function noteLatest(
  { local, trust }: CachePlaces,
  { key, parts }: StoredEntry['entry'],
): Promise<void> {
  const name = latestName(trust.domain, parts.check);
  const before = await local.get(name);
  if (before?.toString() !== key) await local.put(name, Buffer.from(key));
}

/** In this order; a shared store is not asked for what would not be believed anyway. */
function whereToLook({
  local,
  remote,
  trust,
  isScoped,
}: CachePlaces): readonly { from: CacheStore; domain: string }[] {
  const domains = readDomains(trust);
  const near = domains.map((domain) => ({ from: local, domain }));
  if (remote === null) return near;
  const isMainBelieved = isScoped || trust.trusted.length > 0;
  const shared = domains.filter((domain) => domain !== LOCAL && (domain !== MAIN || isMainBelieved));
  return [...near, ...shared.map((domain) => ({ from: remote, domain }))];
}

/** Where the key of the last entry of a check lies. */
export function latestName(domain: string, check: string): string {
  return `${domain}/latest/${hash('sha256', check)}`;
}

async function readEntry(
  { local, isScoped, trust, onWarning }: CachePlaces,
  from: CacheStore,
  domain: string,
  key: string,
): Promise<FoundStored | null> {
  if (!/^[0-9a-f]{64}$/.test(key)) return null;
  const name = entryName(domain, key);
  const bytes = await from.get(name);
  if (bytes === null) return null;
  const stored = decodeEntry(bytes);
  if (stored === null) {
    onWarning(`An entry in ${from.where} was damaged and is ignored.`);
    // A pull request removes nothing of main's, also where it could.
    if (from === local || domain === trust.domain) await from.remove(name);
    return null;
  }
  if (!isBelieved(stored, { key, domain }, trust, { isLocal: from === local, isScoped })) {
    onWarning(`An entry in ${from.where} is not signed by a trusted key and is ignored.`);
    return null;
  }
  return { stored, bytes, from };
}

function isComplete(local: DiskStore, { entry, packs, inline }: StoredEntry): boolean {
  return packs.every(({ digest }) => inline.has(digest) || local.touch(blobName(entry.domain, digest)));
}
