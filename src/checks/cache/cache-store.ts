/**
 * Where the objects of a cache lie: opaque bytes by a name such as `main/entries/<key>` or `pr-7/blobs/<digest>`, which
 * begins with the domain of whoever wrote them. An object has at most some 17 MB. Whatever goes wrong is thrown, and
 * is a miss to whoever asked.
 */
export interface CacheStore {
  /** `this machine`, `the shared cache`. */
  readonly where: string;
  /** Null where there is none. */
  get(name: string): Promise<Buffer | null>;
  has(name: string): Promise<boolean>;
  /** Whole or not at all, also where others write the same name at once. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Nothing where it is gone already, or where the store has no such thing. */
  remove(name: string): Promise<void>;
}

/** The name of an entry. */
export function entryName(domain: string, key: string): string {
  return `${domain}/entries/${key}`;
}

/** The name of a blob. */
export function blobName(domain: string, digest: string): string {
  return `${domain}/blobs/${digest}`;
}
