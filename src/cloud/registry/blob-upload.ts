import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { SerialQueue } from '../../util/serial-queue.ts';
import type { BlobStore } from './blob-store.ts';
import { OciError } from './oci-error.ts';
import { hexOf } from './oci-names.ts';

/** One blob on its way in, in one or many requests. Hashed as it is written; requests take turns. */
export class BlobUpload {
  readonly #file: string;
  readonly #store: BlobStore;
  readonly #hash = createHash('sha256');
  readonly #queue = new SerialQueue();
  #bytes = 0;
  #isOver = false;

  constructor(store: BlobStore) {
    this.#store = store;
    this.#file = store.newUnfinishedFile();
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Finished, refused or cancelled: nothing can be added any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Adds what a request brings. `start`: the offset the client believes to be at; 416 when it is not. */
  append(body: AsyncIterable<Uint8Array> | null, start: number | null): Promise<void> {
    return this.#queue.run(() => this.#append(body, start));
  }

  /** Adds the last of it and takes the blob in. Throws 400 DIGEST_INVALID, and forgets it, when it is not what was said. */
  finish(body: AsyncIterable<Uint8Array> | null, start: number | null, digest: string): Promise<void> {
    return this.#queue.run(async () => {
      const expected = hexOf(digest);
      await this.#append(body, start);
      this.#isOver = true;
      const actual = this.#hash.digest('hex');
      if (this.#bytes === 0) await (await open(this.#file, 'a')).close();
      if (actual === expected) return this.#store.adopt(this.#file, digest);
      await rm(this.#file, { force: true });
      throw new OciError(400, 'DIGEST_INVALID', `the content has digest sha256:${actual}, not ${digest}`);
    });
  }

  /** Forgets it. */
  cancel(): Promise<void> {
    return this.#queue.run(async () => {
      this.#isOver = true;
      await rm(this.#file, { force: true });
    });
  }

  async #append(body: AsyncIterable<Uint8Array> | null, start: number | null): Promise<void> {
    if (this.#isOver) throw new OciError(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload is over');
    if (start !== null && start !== this.#bytes) {
      throw new OciError(416, 'BLOB_UPLOAD_INVALID', `the next byte is ${this.#bytes}, not ${start}`, {
        range: rangeOf(this.#bytes),
      });
    }
    if (body === null) return;
    const handle = await open(this.#file, 'a');
    try {
      for await (const chunk of body) {
        await handle.appendFile(chunk);
        this.#hash.update(chunk);
        this.#bytes += chunk.byteLength;
      }
    } catch (error) {
      // A client that hangs up may come back for the rest; a disk that is full may hold half a chunk.
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') this.#isOver = true;
      throw error;
    } finally {
      await handle.close();
    }
  }
}

/** The `Range` header of an upload: first and last byte received; `0-0` for none, as clients expect. */
export function rangeOf(bytes: number): string {
  return `0-${Math.max(0, bytes - 1)}`;
}
