import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hexOf } from './oci-names.ts';

/**
 * Files named by their content. Each is written elsewhere and moved in whole, so that one that is there is complete, and
 * two that write the same do not disturb each other.
 */
export class BlobStore {
  readonly #dir: string;
  /** On the same disk, so that a move is one step; emptied at start. */
  readonly #unfinishedDir: string;

  private constructor(dir: string, unfinishedDir: string) {
    this.#dir = dir;
    this.#unfinishedDir = unfinishedDir;
  }

  static async open(stateDir: string): Promise<BlobStore> {
    const store = new BlobStore(join(stateDir, 'blobs', 'sha256'), join(stateDir, 'unfinished'));
    await rm(store.#unfinishedDir, { recursive: true, force: true });
    await mkdir(store.#unfinishedDir, { recursive: true });
    await mkdir(store.#dir, { recursive: true });
    return store;
  }

  /** Where a new upload may be written. */
  newUnfinishedFile(): string {
    return join(this.#unfinishedDir, randomUUID());
  }

  /** Takes a finished file in; the caller has made sure that it has this digest. */
  async adopt(file: string, digest: string): Promise<void> {
    await rename(file, this.pathOf(digest));
  }

  /** Puts a file in place in one step: it is there whole or not at all. */
  async writeWhole(path: string, content: string | Uint8Array): Promise<void> {
    const unfinished = this.newUnfinishedFile();
    await writeFile(unfinished, content);
    await mkdir(dirname(path), { recursive: true });
    await rename(unfinished, path);
  }

  /** Bytes of a blob; null when there is none. */
  async sizeOf(digest: string): Promise<number | null> {
    return stat(this.pathOf(digest)).then(
      (found) => found.size,
      () => null,
    );
  }

  /** A small blob's content; null when there is none. */
  async read(digest: string): Promise<Buffer | null> {
    return readFile(this.pathOf(digest)).catch(() => null);
  }

  stream(digest: string): ReadStream {
    return createReadStream(this.pathOf(digest));
  }

  async remove(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  /** Throws 400 DIGEST_INVALID for what is no digest. */
  pathOf(digest: string): string {
    return join(this.#dir, hexOf(digest));
  }
}
