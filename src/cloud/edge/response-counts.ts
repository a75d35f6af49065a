/** How far back responses are known, in seconds. A window of a query may be no longer. */
export const RESPONSES_KEPT_S = 600;
/**
 * Upper bounds of the histogram's buckets, in seconds; one more, without a bound, follows. Finer than Prometheus'
 * defaults at the fast end, because apps on loopback answer in milliseconds.
 */
export const RESPONSE_TIME_BOUNDS_S: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
/** Series kept per app. One takes 34 kB, and 200 machines with a few statuses each are within it. */
const SERIES_MAX = 1_000;

const BUCKETS = RESPONSE_TIME_BOUNDS_S.length + 1;

/** One response of a machine, as the edge saw it. */
export interface SeenResponse {
  /** The machine's id. */
  readonly instance: string;
  readonly region: string;
  readonly status: number;
  /** From sending the request to the machine until its answer began, in milliseconds. */
  readonly ms: number;
}

/** The responses of one machine with one status. */
export interface ResponseSeries {
  readonly instance: string;
  readonly region: string;
  readonly status: number;
  /** By bucket of {@link RESPONSE_TIME_BOUNDS_S}, not cumulative: all since the edge started, up to `at` (ms). */
  totals(at: number): readonly number[];
  /** The same for the `seconds` that end with the second of `at` (ms since the Unix epoch). */
  within(at: number, seconds: number): readonly number[];
  /** How long the responses of those seconds took together, in seconds; with null of all since the edge started. */
  tookS(at: number, seconds: number | null): number;
  /** When the last one came, in whole seconds. */
  readonly lastSecond: number;
}

/** Counts the responses of one app by machine, status and second: bounded in memory however long it runs. */
export class ResponseCounts {
  readonly #series = new Map<string, SecondRing>();

  /** Counts one response that ended at `at`, milliseconds since the Unix epoch. */
  add(response: SeenResponse, at: number): void {
    const key = `${response.instance} ${response.status}`;
    const second = Math.floor(at / 1_000);
    let ring = this.#series.get(key);
    if (ring === undefined) {
      this.#makeRoom(second);
      ring = new SecondRing(response);
      this.#series.set(key, ring);
    }
    ring.add(second, response.ms / 1_000);
  }

  /** Every machine and status that had a response within what is kept. */
  series(at: number): readonly ResponseSeries[] {
    const oldest = Math.floor(at / 1_000) - RESPONSES_KEPT_S;
    return [...this.#series.values()].filter((ring) => ring.lastSecond > oldest);
  }

  #makeRoom(second: number): void {
    for (const [key, ring] of this.#series)
      if (ring.lastSecond <= second - RESPONSES_KEPT_S) this.#series.delete(key);
    for (const oldest of this.#series.keys()) {
      if (this.#series.size < SERIES_MAX) return;
      this.#series.delete(oldest);
    }
  }
}

class SecondRing implements ResponseSeries {
  readonly instance: string;
  readonly region: string;
  readonly status: number;
  lastSecond = 0;
  readonly #totals: number[] = Array.from({ length: BUCKETS }, () => 0);
  readonly #counts = new Uint32Array(RESPONSES_KEPT_S * BUCKETS);
  #tookTotalS = 0;
  readonly #tookS = new Float64Array(RESPONSES_KEPT_S);
  /** Which second a slot of the ring holds now. */
  readonly #seconds = new Float64Array(RESPONSES_KEPT_S);

  constructor({ instance, region, status }: SeenResponse) {
    this.instance = instance;
    this.region = region;
    this.status = status;
  }

  add(second: number, tookS: number): void {
    const bucket = bucketOf(tookS);
    const slot = second % RESPONSES_KEPT_S;
    const from = slot * BUCKETS;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts.fill(0, from, from + BUCKETS);
      this.#tookS[slot] = 0;
    }
    this.#tookS[slot] = (this.#tookS[slot] ?? 0) + tookS;
    this.#tookTotalS += tookS;
    this.#counts[from + bucket] = (this.#counts[from + bucket] ?? 0) + 1;
    this.#totals[bucket] = (this.#totals[bucket] ?? 0) + 1;
    this.lastSecond = Math.max(this.lastSecond, second);
  }

  totals(at: number): readonly number[] {
    const second = Math.floor(at / 1_000);
    const later = this.#sum((held) => held > second);
    return this.#totals.map((count, bucket) => count - (later[bucket] ?? 0));
  }

  within(at: number, seconds: number): readonly number[] {
    const last = Math.floor(at / 1_000);
    return this.#sum((held) => held <= last && held > last - seconds);
  }

  tookS(at: number, seconds: number | null): number {
    const last = Math.floor(at / 1_000);
    const sumOf = (isWanted: (second: number) => boolean): number =>
      this.#tookS.reduce((sum, took, slot) => sum + (isWanted(this.#seconds[slot] ?? 0) ? took : 0), 0);
    if (seconds === null) return this.#tookTotalS - sumOf((held) => held > last);
    return sumOf((held) => held <= last && held > last - seconds);
  }

  #sum(isWanted: (second: number) => boolean): number[] {
    const sums = Array.from({ length: BUCKETS }, () => 0);
    for (let slot = 0; slot < RESPONSES_KEPT_S; slot += 1) {
      const second = this.#seconds[slot] ?? 0;
      if (second === 0 || !isWanted(second)) continue;
      for (let bucket = 0; bucket < BUCKETS; bucket += 1)
        sums[bucket] = (sums[bucket] ?? 0) + (this.#counts[slot * BUCKETS + bucket] ?? 0);
    }
    return sums;
  }
}

function bucketOf(seconds: number): number {
  const bucket = RESPONSE_TIME_BOUNDS_S.findIndex((bound) => seconds <= bound);
  return bucket === -1 ? BUCKETS - 1 : bucket;
}
