import type { Clock } from '../../util/clock.ts';
import { FlyApiError } from './api-error.ts';

/** A token bucket. Figures: DOC machines/api/working-with-machines-api. */
interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is limited alike. */
export type LimitKind = 'action' | 'read' | 'appDelete';

const LIMITS = {
  /** Anything that changes something, per action and per machine or app. */
  action: { perSecond: 1, burst: 3 },
  /** Reading. */
  read: { perSecond: 5, burst: 10 },
  /** Deleting apps, all together: 100 a minute. */
  appDelete: { perSecond: 100 / 60, burst: 100 },
} as const satisfies Record<LimitKind, Limit>;

/** Buckets in memory before full ones are dropped. */
const BUCKETS_MAX = 5000;

/** Answers 429 to whoever asks faster than Fly allows. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #isEnabled: boolean;
  readonly #buckets = new Map<string, { tokens: number; at: number; limit: Limit }>();

  constructor(clock: Clock, isEnabled: boolean) {
    this.#clock = clock;
    this.#isEnabled = isEnabled;
  }

  /** Throws the API's 429 when the bucket of this kind and key is empty. */
  take(kind: LimitKind, key: string): void {
    if (!this.#isEnabled) return;
    const now = this.#clock.now();
    const limit = LIMITS[kind];
    const bucketKey = `${kind} ${key}`;
    const bucket = this.#buckets.get(bucketKey) ?? { tokens: limit.burst, at: now, limit };
    bucket.tokens = refilled(bucket, now);
    bucket.at = now;
    if (this.#buckets.size >= BUCKETS_MAX) this.#dropFull(now);
    this.#buckets.set(bucketKey, bucket);
    if (bucket.tokens < 1) throw new FlyApiError(429, `rate limit exceeded for ${key}`);
    bucket.tokens -= 1;
  }

  #dropFull(now: number): void {
    for (const [key, bucket] of this.#buckets)
      if (refilled(bucket, now) >= bucket.limit.burst) this.#buckets.delete(key);
  }
}

function refilled(bucket: { tokens: number; at: number; limit: Limit }, now: number): number {
  const gained = (Math.max(0, now - bucket.at) / 1000) * bucket.limit.perSecond;
  return Math.min(bucket.limit.burst, bucket.tokens + gained);
}
