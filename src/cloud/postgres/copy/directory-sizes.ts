import type { Clock } from '../../../util/clock.ts';
import { directorySize } from './directory-size.ts';

/** Measuring a directory reads a thousand entries; a page that asks every second must not do that every second. */
const FRESH_MS = 5_000;

/** Sizes of directories, measured again when they are no longer fresh. */
export class DirectorySizes {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly bytes: number; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes on disk of all files under `dir`. */
  async of(dir: string): Promise<number> {
    const now = this.#clock.now();
    const known = this.#known.get(dir);
    if (known !== undefined && now - known.at < FRESH_MS) return known.bytes;
    const bytes = await directorySize(dir);
    this.#known.set(dir, { bytes, at: now });
    return bytes;
  }

  forget(dir: string): void {
    this.#known.delete(dir);
  }
}
