import type { Clock } from '../../util/clock.ts';

/** A token bucket: `perSecond` in the long run, `burst` at once. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** Holds requests back until the platform's rate limit allows them. */
export interface Pacer {
  /** Resolves when a request of this kind may be sent; in the order asked. Rejects with the signal's reason. */
  take(bucket: string, limit: RateLimit, signal?: AbortSignal): Promise<void>;
}

/**
 * The platform counts from when a request arrives, and we from when it is sent: without some slack the one after a burst
 * comes a moment too early, is refused, and waits a whole turn more.
 */
const SLACK_MS = 30;

/** Makes a pacer with a bucket per name, all full at first. */
export function createPacer(clock: Clock): Pacer {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    async take(name, limit, signal) {
      const now = clock.now();
      const bucket = buckets.get(name) ?? { tokens: limit.burst, at: now };
      const refilled = bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond;
      const tokens = Math.min(limit.burst, refilled) - 1;
      buckets.set(name, { tokens, at: now });
      // A debt is a place in the queue: whoever comes later waits longer.
      if (tokens < 0) await clock.sleep(Math.ceil((-tokens / limit.perSecond) * 1000) + SLACK_MS, signal);
    },
  };
}
