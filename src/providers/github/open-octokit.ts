import { Octokit } from '@octokit/core';
import { paginateRest, type PaginateInterface } from '@octokit/plugin-paginate-rest';
import { retry } from '@octokit/plugin-retry';
import { throttling, type ThrottlingOptions } from '@octokit/plugin-throttling';
import { RequestError } from '@octokit/request-error';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import { responseOf } from '../http/response-of.ts';
import { withDeadline } from '../http/with-deadline.ts';
import { ClockedEvents, ClockedGroup, ClockedLimiter } from './clocked-limiter.ts';
import type { GithubOptions } from './github-options.ts';
import { GITHUB_TIMING, type GithubTiming } from './github-timing.ts';

/** Octokit with what is used of its plugins. */
export type GithubOctokit = Octokit & { readonly paginate: PaginateInterface };

/** Requests at once; GitHub takes a hundred, of all that use the account. */
const CALLS_MAX = 10;
/** Tries again after a server failed, or did not answer: 1, 4 and 9 seconds after. */
const RETRIES_MAX = 3;
/** Waits for one request because of a limit. */
const LIMIT_WAITS_MAX = 2;
/** A limit that ends later than this ends the command: nobody watches a deployment that stands still. Seconds. */
const LIMIT_WAIT_MAX_S = 120;
/** What GitHub says about a secondary limit without `retry-after`: wait for at least a minute. Seconds. */
const SECONDARY_WAIT_S = 60;
/** Answers that another try would not change. 403 and 429 are left to the throttling plugin. */
const NOT_RETRIED = [304, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429, 451];

const Client = Octokit.plugin(deadlinesAndLimits, paginateRest, retry, throttling);

/** Octokit for one repository's host, with retries, limits, pages and deadlines. `authorize` gives what stands in `authorization`. */
export function openOctokit(
  options: Pick<GithubOptions, 'baseUrl' | 'clock' | 'log' | 'timing'>,
  transport: { readonly fetch: Fetch; readonly authorize: (() => Promise<string>) | null },
): GithubOctokit {
  const timing = { ...GITHUB_TIMING, ...options.timing };
  const octokit = new Client({
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    userAgent: 'glidepath',
    // Octokit's own words about deprecated routes are for us, not for whoever deploys.
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    request: { fetch: fetchWithin(options.clock, timing.requestMs, transport.fetch) },
    retry: { retries: RETRIES_MAX, retryAfterBaseValue: timing.retryBaseMs, doNotRetry: NOT_RETRIED },
    throttle: throttle(options, timing),
  });
  const { authorize } = transport;
  if (authorize !== null) {
    octokit.hook.before('request', async (request) => {
      request.headers['authorization'] = await authorize();
    });
  }
  return octokit;
}

function fetchWithin(clock: Clock, ms: number, fetch: Fetch): Fetch {
  return (url, init) =>
    withDeadline(clock, ms, init?.signal ?? undefined, async (signal) => {
      const response = await fetch(url, { ...init, signal });
      // The body belongs to the request: an answer that stops in the middle is none.
      const body = await response.arrayBuffer();
      const hasBody = body.byteLength > 0 && ![204, 205, 304].includes(response.status);
      const { status, headers } = response;
      return responseOf(hasBody ? body : null, { status, headers, url });
    });
}

/** Innermost of the plugins, so that the others see what it makes of an error. */
function deadlinesAndLimits(octokit: Octokit): void {
  octokit.hook.error('request', (error) => {
    // What a transport of ours refuses is no failure of a server.
    if (error.cause instanceof ToolError) throw error.cause;
    if (error instanceof RequestError) markSecondaryLimit(error);
    throw error;
  });
}

/** The throttling plugin knows a secondary limit by its words alone; GitHub also sends it with nothing but `retry-after`. */
function markSecondaryLimit(error: RequestError): void {
  const isLimit = error.status === 429 || error.status === 403;
  const isSaid = /\bsecondary rate\b/i.test(error.message);
  if (isLimit && !isSaid && error.response?.headers['retry-after'] !== undefined) {
    error.message += ' (secondary rate limit)';
  }
}

function throttle(
  { clock, log }: Pick<GithubOptions, 'clock' | 'log'>,
  timing: GithubTiming,
): ThrottlingOptions {
  const group = (width: number, gapMs: number): ClockedGroup => new ClockedGroup({ clock, width, gapMs });
  const waitFor =
    (what: string) =>
    (seconds: number, _options: unknown, _octokit: unknown, count: number): boolean => {
      if (count >= LIMIT_WAITS_MAX || seconds > LIMIT_WAIT_MAX_S) return false;
      log(`GitHub's ${what} is used up; waiting ${seconds} s.`);
      return true;
    };
  const limiters = {
    Bottleneck: Object.assign(ClockedLimiter, { Group: ClockedGroup, Events: ClockedEvents }),
    global: group(CALLS_MAX, 0),
    auth: group(1, 0),
    search: group(1, timing.writeGapMs),
    write: group(1, timing.writeGapMs),
    notifications: group(1, timing.notifyGapMs),
    retryLimiter: new ClockedLimiter({ clock, width: CALLS_MAX, gapMs: 0 }),
  };
  return {
    // The plugin asks for Bottleneck's type, and uses what clocked-limiter.ts has of it.
    ...(limiters as unknown as Pick<ThrottlingOptions, 'Bottleneck'>),
    retryAfterBaseValue: timing.rateSecondMs,
    fallbackSecondaryRateRetryAfter: SECONDARY_WAIT_S,
    onRateLimit: waitFor('rate limit'),
    onSecondaryRateLimit: waitFor('secondary rate limit'),
  };
}
