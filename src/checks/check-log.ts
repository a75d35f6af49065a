import { closeSync, mkdirSync, openSync, readSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** So much of a log is held in memory; what comes after goes to a file. */
const MEMORY_CHARS_MAX = 256 * 1024;
/** So much of a log is kept with a result: more than anybody reads, and little beside what builds make. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * All that one check prints, whole, with little memory: a check may print for hours. Lines are masked before they come
 * here.
 */
export class CheckLog implements Disposable {
  readonly #file: string;
  readonly #directory: string;
  #pending = '';
  /** Characters of which the disk had no room. */
  #lost = 0;
  #handle: number | null = null;
  /** Bytes in the file. */
  #size = 0;

  /** The file is made in `directory` only where the log is long; `name` is its own there. */
  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#file = join(directory, name);
  }

  add(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length <= MEMORY_CHARS_MAX) return;
    try {
      this.#spill();
    } catch (error) {
      // A check has not failed because its log is too long for the disk.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
      this.#lost += this.#pending.length;
      this.#pending = '';
    }
  }

  /** All of it, in pieces. */
  *chunks(): Generator<string> {
    if (this.#handle !== null) {
      const decoder = new TextDecoder();
      const buffer = Buffer.alloc(CHUNK_BYTES);
      for (let position = 0; position < this.#size;) {
        const length = Math.min(CHUNK_BYTES, this.#size - position);
        const read = readSync(this.#handle, buffer, 0, length, position);
        if (read === 0) break;
        position += read;
        yield decoder.decode(buffer.subarray(0, read), { stream: true });
      }
      yield decoder.decode();
    }
    yield this.#rest();
  }

  /** All of it, or its beginning and its end where it is very long. */
  text(): string {
    const size = this.#size;
    if (size <= KEPT_BYTES_MAX) return [...this.chunks()].join('');
    const half = KEPT_BYTES_MAX / 2;
    const left = `\n… ${size - KEPT_BYTES_MAX} bytes are not kept …\n`;
    return this.#read(0, half) + left + this.#read(size - half, half) + this.#rest();
  }

  /** What is not in the file. */
  #rest(): string {
    const missing = this.#lost === 0 ? '' : `\n… ${this.#lost} characters are missing: the disk is full …\n`;
    return missing + this.#pending;
  }

  [Symbol.dispose](): void {
    if (this.#handle === null) return;
    closeSync(this.#handle);
    rmSync(this.#file, { force: true });
    this.#handle = null;
    try {
      // Logs of other checks may lie there yet.
      rmdirSync(this.#directory);
    } catch {}
  }

  #spill(): void {
    if (this.#handle === null) {
      mkdirSync(this.#directory, { recursive: true });
      this.#handle = openSync(this.#file, 'w+', 0o600);
    }
    const bytes = Buffer.from(this.#pending);
    for (let written = 0; written < bytes.length;) {
      const more = writeSync(this.#handle, bytes, written, bytes.length - written, this.#size);
      written += more;
      this.#size += more;
    }
    this.#pending = '';
  }

  #read(position: number, length: number): string {
    const buffer = Buffer.alloc(length);
    const read = this.#handle === null ? 0 : readSync(this.#handle, buffer, 0, length, position);
    return buffer.toString('utf8', 0, read);
  }
}
