import { blobName, entryName } from './cache-store.ts';
import { LOCAL, MAIN } from './cache-trust.ts';
import type { CheckCache, FoundEntry } from './check-cache.ts';
import { evict } from './evict.ts';
import {
  findLatest,
  findStored,
  latestName,
  noteLatest,
  type CachePlaces,
  type FoundStored,
} from './find-stored.ts';
import { keepEntry, type KeptEntry } from './keep-entry.ts';
import { NotKept } from './pack-files.ts';
import type { Disposable } from './place-files.ts';
import { packReader, removeSpoilt, restoreEntry } from './restore-entry.ts';
import { Spoilt, unpackLog } from './unpack-files.ts';

/** How long the end of a run waits for uploads: what is not there by then is uploaded by another run. */
const UPLOADS_MS_MAX = 60_000;

/** What a cache needs of the outside. */
export interface CheckCacheDeps extends Omit<CachePlaces, 'spoilt' | 'swept'> {
  /** What this machine keeps. */
  readonly maxBytes: number;
  readonly disposable: Disposable;
}

/** The cache of a run: this machine first, then what is shared, and what is shared only with those who may have it. */
export function createCheckCache(deps: CheckCacheDeps): CheckCache {
  const said = new Set<string>();
  const onWarning = (sentence: string): void => {
    if (said.has(sentence)) return;
    said.add(sentence);
    deps.onWarning(sentence);
  };
  const places: CachePlaces = { ...deps, spoilt: new Set(), swept: new Set(), onWarning };
  const known = new WeakMap<FoundEntry, FoundStored>();
  let uploads: Promise<void> = Promise.resolve();
  // Looking through all entries takes longer than a run in which nothing changed.
  let hasGrown = false;
  return {
    find: (key) => find(places, key, known),
    restore(found, root) {
      const at = known.get(found);
      hasGrown ||= at?.from !== deps.local;
      return restore(places, at, root, deps.disposable);
    },
    async log(found) {
      const at = known.get(found);
      if (at === undefined) return null;
      return orMiss(places, at, () => unpackLog(at.stored, packReader(places, at)));
    },
    async store(entry, root) {
      hasGrown = true;
      try {
        const kept = await keepEntry(places, entry, root, deps.clock.now());
        if (maySharedBeWritten(places)) uploads = uploads.then(() => upload(places, kept));
        return kept.entry;
      } catch (error) {
        onWarning(`The result of ${entry.parts.check} is not cached: ${reasonOf(error)}.`);
        return null;
      }
    },
    async latest(check) {
      return (await findLatest(places, check).catch(() => null))?.entry ?? null;
    },
    async latestHere(check) {
      return (await findLatest({ ...places, remote: null }, check).catch(() => null))?.entry ?? null;
    },
    async settle() {
      const limit = new AbortController();
      const late = deps.clock.sleep(UPLOADS_MS_MAX, limit.signal).then(() => 'late' as const);
      const end = await Promise.race([uploads, late.catch(() => null)]);
      limit.abort();
      if (end === 'late') onWarning('Some uploads to the shared cache did not finish in time.');
      if (!hasGrown) return;
      try {
        await evict(deps.local.directory, { maxBytes: deps.maxBytes, now: deps.clock.now() });
      } catch (error) {
        onWarning(`The cache could not be pruned: ${reasonOf(error)}.`);
      }
    },
  };
}

async function find(
  places: CachePlaces,
  key: string,
  known: WeakMap<FoundEntry, FoundStored>,
): Promise<FoundEntry | null> {
  const at = await findStored(places, key).catch((error: unknown) => {
    places.onWarning(`The cache could not be read: ${reasonOf(error)}.`);
    return null;
  });
  places.local.count(at === null ? 'miss' : 'hit');
  if (at === null) return null;
  const found: FoundEntry = { entry: at.stored.entry, where: at.from.where };
  known.set(found, at);
  return found;
}

async function restore(
  places: CachePlaces,
  at: FoundStored | undefined,
  root: string,
  disposable: Disposable,
): Promise<boolean> {
  if (at === undefined) return false;
  const { entry } = at.stored;
  const isDone = await orMiss(places, at, async () => {
    const done = await restoreEntry(places, at, root, disposable);
    if (done === null)
      places.onWarning(
        `The outputs of ${entry.parts.check} are not restored: a link or a file is in the way.`,
      );
    return done;
  });
  if (isDone === null) return false;
  if (at.from !== places.local)
    await places.local.put(entryName(entry.domain, entry.key), at.bytes).catch(() => {});
  await noteLatest(places, entry).catch(() => {});
  return true;
}

/** What cannot be had is a miss, and what is spoilt is removed. */
async function orMiss<T>(
  places: CachePlaces,
  at: FoundStored,
  get: () => Promise<T | null>,
): Promise<T | null> {
  try {
    return await get();
  } catch (error) {
    const { check } = at.stored.entry.parts;
    if (!(error instanceof Spoilt)) {
      places.onWarning(`The outputs of ${check} are not restored: ${reasonOf(error)}.`);
      return null;
    }
    places.onWarning(
      `The cached result of ${check} in ${at.from.where} was damaged or is gone; the check runs instead.`,
    );
    await removeSpoilt(places, at).catch(() => {});
    return null;
  }
}

/** Main writes what somebody can believe, a pull request below its own name, and a laptop nothing. */
function maySharedBeWritten({ remote, trust, isScoped }: CachePlaces): boolean {
  if (remote === null || trust.domain === LOCAL) return false;
  return trust.domain !== MAIN || trust.shared !== null || (isScoped && trust.trusted.length === 0);
}

/** Blobs first: who finds the entry finds all of it. */
async function upload(
  { local, remote, spoilt }: CachePlaces,
  { entry, bytes, blobs }: KeptEntry,
): Promise<void> {
  if (remote === null) return;
  try {
    for (const digest of blobs) {
      const name = blobName(entry.domain, digest);
      if (!spoilt.has(name) && (await remote.has(name))) continue;
      const blob = await local.get(name);
      if (blob === null) return;
      await remote.put(name, blob);
    }
    await remote.put(entryName(entry.domain, entry.key), bytes);
    await remote.put(latestName(entry.domain, entry.parts.check), Buffer.from(entry.key));
  } catch {
    // The store has said what is wrong; without the entry nobody looks for its blobs.
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NotKept) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'the disk is full';
  return message.replace(/\.$/, '');
}
