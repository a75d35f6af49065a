import type { Fetch } from '../../../util/fetch.ts';
import type { CacheStore } from '../cache-store.ts';

/** After so many failures, one after the other, the store is left alone: each costs the run time. */
const FAILURES_MAX = 3;
/** A request that takes longer is worth less than running a check. */
const REQUEST_MS_MAX = 30_000;

/**
 * A store whose errors are misses. The first is said, with what follows from it; after a few the store is not asked any
 * more in this run, so that a service that is down costs seconds and no run.
 */
export function lenientStore(store: CacheStore, onWarning: (sentence: string) => void): CacheStore {
  let failures = 0;
  let hasWarned = false;
  const attempt = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    if (failures >= FAILURES_MAX) return otherwise;
    try {
      const result = await work();
      failures = 0;
      return result;
    } catch (error) {
      failures += 1;
      if (!hasWarned)
        onWarning(`${sentenceCase(store.where)} cannot be used: ${reasonOf(error)}. Checks run instead.`);
      hasWarned = true;
      return otherwise;
    }
  };
  return {
    where: store.where,
    get: (name) => attempt(() => store.get(name), null),
    has: (name) => attempt(() => store.has(name), false),
    async put(name, bytes) {
      const isDone = await attempt(async () => {
        await store.put(name, bytes);
        return true;
      }, false);
      // Whoever uploads a blob and then the entry must not go on.
      if (!isDone) throw new Error('it was not stored');
    },
    remove: (name) => attempt(() => store.remove(name), undefined),
  };
}

/** A fetch whose requests end, body included, when the time is up. */
export function limitedFetch(fetch: Fetch, requestMs: number = REQUEST_MS_MAX): Fetch {
  return (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(requestMs) });
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** No address is said: that of a blob has a signature in it. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return 'it did not answer in time';
  if (cause?.code !== undefined) return `it was not reached (${cause.code})`;
  return name === 'TypeError' ? 'it was not reached' : message;
}
