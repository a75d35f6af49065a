/** Buckets per doubling of the value: a reading is at most 9 % above the true one. */
const BUCKETS_PER_OCTAVE = 8;
/** From 1/64 ms up to about 4.6 hours: 20 octaves above, 6 below one millisecond. */
const OCTAVES_BELOW = 6;
const BUCKET_COUNT = (OCTAVES_BELOW + 24) * BUCKETS_PER_OCTAVE;

/** Durations in milliseconds, counted in buckets of growing width: bounded in memory however long it runs. */
export class LatencyHistogram {
  readonly #buckets: Uint32Array = new Uint32Array(BUCKET_COUNT);
  #count = 0;

  /** How many durations were added. */
  get count(): number {
    return this.#count;
  }

  /** Counts one duration in milliseconds. */
  add(ms: number): void {
    const index = ms <= 0 ? 0 : Math.floor((Math.log2(ms) + OCTAVES_BELOW) * BUCKETS_PER_OCTAVE);
    const bounded = index < 0 ? 0 : index >= BUCKET_COUNT ? BUCKET_COUNT - 1 : index;
    this.#buckets[bounded] = (this.#buckets[bounded] ?? 0) + 1;
    this.#count += 1;
  }

  /** The duration in milliseconds below which `fraction` (0 to 1) of all lie; null when there are none. */
  quantile(fraction: number): number | null {
    if (this.#count === 0) return null;
    const wanted = Math.max(1, Math.ceil(this.#count * fraction));
    let seen = 0;
    let index = 0;
    for (; index < BUCKET_COUNT - 1; index += 1) {
      seen += this.#buckets[index] ?? 0;
      if (seen >= wanted) break;
    }
    return 2 ** ((index + 1) / BUCKETS_PER_OCTAVE - OCTAVES_BELOW);
  }
}
