import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../util/clock.ts';
import { NeonApiError } from './neon-error.ts';

/** By Neon's guide: 700 requests a minute for an account, about 11 a second, and bursts of 40 a second per route. */
const ACCOUNT = { perSecond: 700 / 60, burst: 700 } as const;
const ROUTE = { perSecond: 40, burst: 40 } as const;

/** Routes in memory; there are fewer. */
const BUCKETS_MAX = 1_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Answers 429 to whoever asks faster than Neon allows. */
export function neonRateLimit(clock: Clock, isEnabled: boolean): MiddlewareHandler {
  const buckets = new Map<string, Bucket>();
  const take = (key: string, limit: { readonly perSecond: number; readonly burst: number }): void => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: limit.burst, at: now };
    const gained = (Math.max(0, now - bucket.at) / 1000) * limit.perSecond;
    bucket.tokens = Math.min(limit.burst, bucket.tokens + gained);
    bucket.at = now;
    if (buckets.size >= BUCKETS_MAX) buckets.clear();
    buckets.set(key, bucket);
    if (bucket.tokens < 1) throw new NeonApiError(429, 'rate limit exceeded');
    bucket.tokens -= 1;
  };
  return async (c, next) => {
    if (isEnabled) {
      take('account', ACCOUNT);
      take(`${c.req.method} ${routeOf(c.req.path)}`, ROUTE);
    }
    await next();
  };
}

/** The path with what varies taken out. */
function routeOf(path: string): string {
  return path.replaceAll(
    /\/(projects|branches|endpoints|operations|snapshots|roles|databases|api_keys)\/[^/]+/g,
    '/$1/*',
  );
}
