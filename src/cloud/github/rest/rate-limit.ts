import type { Context, MiddlewareHandler } from 'hono';
import type { Clock } from '../../../util/clock.ts';
import { callerOf } from '../access/caller.ts';
import { GithubApiError } from '../github-error.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** By GitHub's docs, "rate limits for the REST API": requests an hour, and points a minute. */
const PER_HOUR = { nobody: 60, user: 5_000, job: 1_000, enterprise: 15_000 } as const;
const POINTS_PER_MINUTE = 900;
const POINTS = { read: 1, write: 5 } as const;

/** Tokens in memory; there are fewer. */
const WINDOWS_MAX = 10_000;

interface Window {
  used: number;
  endsAt: number;
}

/** What GitHub says of its limits with every answer. */
export interface RateState {
  readonly limit: number;
  readonly used: number;
  /** Seconds since the Unix epoch. */
  readonly reset: number;
}

declare module 'hono' {
  interface ContextVariableMap {
    githubRate: RateState | undefined;
  }
}

/** Counts requests, says how many are left, and refuses whoever asks too much. Asking for the limits is free. */
export function githubRateLimit(clock: Clock, isEnabled: boolean): MiddlewareHandler {
  const hours = new Map<string, Window>();
  const minutes = new Map<string, Window>();
  return async (c, next) => {
    const who = whoIs(c);
    const limit = limitOf(c);
    const isFree = c.req.path.endsWith('/rate_limit');
    const hour = windowOf(hours, who, clock.now(), HOUR_MS);
    if (!isFree) hour.used += 1;
    const reset = Math.ceil(hour.endsAt / 1000);
    const used = Math.min(limit, hour.used);
    c.set('githubRate', { limit, used, reset });
    setHeaders(c, { limit, used, reset });
    if (isEnabled && !isFree) {
      if (hour.used > limit) throw exceeded(c, { limit, used, reset });
      const minute = windowOf(minutes, who, clock.now(), MINUTE_MS);
      minute.used += c.req.method === 'GET' || c.req.method === 'HEAD' ? POINTS.read : POINTS.write;
      if (minute.used > POINTS_PER_MINUTE) throw secondaryLimit(minute.endsAt - clock.now());
    }
    await next();
  };
}

/** How GitHub refuses whoever asks too fast: with how long to wait. */
export function secondaryLimit(afterMs: number): GithubApiError {
  return new GithubApiError(
    403,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    { headers: { 'retry-after': String(Math.max(1, Math.ceil(afterMs / 1000))) } },
  );
}

function windowOf(windows: Map<string, Window>, who: string, now: number, lengthMs: number): Window {
  const known = windows.get(who);
  if (known !== undefined && known.endsAt > now) return known;
  if (windows.size >= WINDOWS_MAX) windows.clear();
  const fresh = { used: 0, endsAt: now + lengthMs };
  windows.set(who, fresh);
  return fresh;
}

function whoIs(c: Context): string {
  const caller = callerOf(c);
  if (caller === null) return c.var.githubApp === null ? 'nobody' : `app/${c.var.githubApp}`;
  return caller.token?.kind === 'job'
    ? `repository/${caller.token.repositories?.join()}`
    : `${caller.account.login}/${caller.token?.appId ?? ''}`;
}

function limitOf(c: Context): number {
  const caller = callerOf(c);
  if (caller === null) return c.var.githubApp === null ? PER_HOUR.nobody : PER_HOUR.user;
  if (caller.token?.kind === 'job')
    return caller.account.plan === 'enterprise' ? PER_HOUR.enterprise : PER_HOUR.job;
  return PER_HOUR.user;
}

function setHeaders(c: Context, { limit, used, reset }: RateState): void {
  c.header('x-ratelimit-limit', String(limit));
  c.header('x-ratelimit-remaining', String(limit - used));
  c.header('x-ratelimit-used', String(used));
  c.header('x-ratelimit-reset', String(reset));
  c.header('x-ratelimit-resource', 'core');
}

function exceeded(c: Context, { limit, reset }: RateState): GithubApiError {
  const who = callerOf(c);
  return new GithubApiError(
    403,
    who === null
      ? 'API rate limit exceeded for 127.0.0.1.'
      : `API rate limit exceeded for user ID ${who.account.id}.`,
    {
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      },
    },
  );
}
