import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../util/clock.ts';
import type { ActionsStore } from './actions-store.ts';
import type { CacheRecord } from './records.ts';

/** GitHub keeps an entry that nobody reads for a week, and so much of a repository. */
const IDLE_MS_MAX = 7 * 86_400_000;
const BYTES_MAX = 10 * 1_024 ** 3;

/** What a job looks for. */
export interface CacheQuery {
  readonly repositoryId: number;
  /** Where it looks, the nearest first: its own ref, the base of the pull request, the default branch. */
  readonly refs: readonly string[];
  readonly version: string;
  /** The key first, then the beginnings of others. */
  readonly keys: readonly string[];
}

/** Entries of actions/cache, each of one ref: others read it only by the rules of {@link CacheQuery}. */
export class CacheStore {
  readonly #store: ActionsStore;
  readonly #dir: string;
  readonly #clock: Clock;

  constructor(store: ActionsStore, stateDir: string, clock: Clock) {
    this.#store = store;
    this.#dir = join(stateDir, 'caches');
    this.#clock = clock;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  /**
   * The entry of the key, else the newest whose key begins as one of the others do: ref by ref, key by key. It counts
   * as used.
   */
  look(query: CacheQuery): CacheRecord | null {
    const entries = this.list(query.repositoryId).filter(({ version }) => version === query.version);
    for (const ref of query.refs) {
      const here = entries.filter((one) => one.ref === ref);
      const found = firstOf(query.keys, here);
      if (found !== null) return this.#store.change('caches', found.id, { usedAt: this.#clock.now() });
    }
    return null;
  }

  /** Whether a ref has that very entry: then it cannot be written again. */
  has(entry: Pick<CacheRecord, 'repositoryId' | 'ref' | 'key' | 'version'>): boolean {
    return this.list(entry.repositoryId).some(
      ({ ref, key, version }) => ref === entry.ref && key === entry.key && version === entry.version,
    );
  }

  /** Takes over a file as an entry. */
  save(entry: Pick<CacheRecord, 'repositoryId' | 'ref' | 'key' | 'version'>, file: string): CacheRecord {
    const id = this.#store.nextId();
    renameSync(file, this.fileOf(id));
    const now = this.#clock.now();
    const bytes = statSync(this.fileOf(id)).size;
    const record = this.#store.save('caches', { id, ...entry, bytes, createdAt: now, usedAt: now });
    this.#shrink(entry.repositoryId);
    return record;
  }

  /** Those of a repository, the last used first. */
  list(repositoryId: number): readonly CacheRecord[] {
    const now = this.#clock.now();
    return this.#store
      .all('caches')
      .filter((one) => one.repositoryId === repositoryId && now - one.usedAt <= IDLE_MS_MAX)
      .toSorted((a, b) => b.usedAt - a.usedAt || b.id - a.id);
  }

  remove(id: number): void {
    this.#store.remove('caches', id);
    rmSync(this.fileOf(id), { force: true });
  }

  /** Where its bytes are. */
  fileOf(id: number): string {
    return join(this.#dir, `${id}.tgz`);
  }

  /** What was used longest ago goes first. */
  #shrink(repositoryId: number): void {
    let bytes = 0;
    for (const entry of this.list(repositoryId)) {
      bytes += entry.bytes;
      if (bytes > BYTES_MAX) this.remove(entry.id);
    }
  }
}

function firstOf(
  [key = '', ...beginnings]: readonly string[],
  entries: readonly CacheRecord[],
): CacheRecord | null {
  const newest = entries.toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const exact = newest.find((one) => one.key === key);
  if (exact !== undefined) return exact;
  for (const beginning of [key, ...beginnings]) {
    const found = newest.find((one) => one.key.startsWith(beginning));
    if (found !== undefined) return found;
  }
  return null;
}
