import { ToolError } from '../../diagnostics/tool-error.ts';
import { createCallGate } from '../http/call-gate.ts';
import type { Pacer, RateLimit } from '../http/pacer.ts';
import { parsedAnswer, retryAfterOf } from '../http/read-answer.ts';
import { withDeadline } from '../http/with-deadline.ts';
import { errorFromAnswer, errorFromSilence, NeonApiError } from './neon-api-error.ts';
import type { NeonOptions } from './neon-options.ts';
import { NEON_TIMING, type NeonTiming } from './neon-timing.ts';

/** One request to Neon's API. */
export interface NeonRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with a slash, below `/api/v2`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** What it is about, for errors: `branch staging of project shop`. */
  readonly resource: string;
  /** Whether sending a change twice does no harm, so that a lost answer is answered by sending it again. */
  readonly isRepeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests at the pace that Neon allows, and repeats those that may be repeated. */
export interface NeonClient {
  /** The parsed JSON, or null for an empty answer. Throws {@link NeonApiError}; on abort the signal's reason. */
  send(request: NeonRequest): Promise<unknown>;
}

/** Neon's limits (neon.com/docs/reference/api-reference, rate limiting): 700 a minute for an account, 40 a second for a route. */
const ROUTE_LIMIT: RateLimit = { perSecond: 40, burst: 40 };
const ACCOUNT_LIMIT: RateLimit = { perSecond: 700 / 60, burst: 40 };
/** Requests under way at once. */
const CALLS_MAX = 8;
/** Tries of one request. With the delays of {@link NeonTiming} they span some seconds: an API blip, not an outage. */
const TRIES_MAX = 6;

/** Makes a client of one account; those of one account share a pacer, since Neon counts them together. */
export function createNeonClient(options: NeonOptions, pacer: Pacer): NeonClient {
  const timing = { ...NEON_TIMING, ...options.timing };
  const gate = createCallGate(CALLS_MAX);
  return {
    async send(request) {
      const lockedUntil = options.clock.now() + timing.lockedMs;
      for (let attempt = 1; ; attempt++) {
        await pacer.take('account', ACCOUNT_LIMIT, request.signal);
        await pacer.take(`${request.method} ${routeOf(request.path)}`, ROUTE_LIMIT, request.signal);
        const outcome = await gate.pass(() => tryOnce(options, timing, request), request.signal);
        if (outcome.error === undefined) return outcome.value;
        const isOver =
          outcome.error.status === 423 ? options.clock.now() >= lockedUntil : attempt >= TRIES_MAX;
        if (isOver || !mayRepeat(request, outcome.error)) throw outcome.error;
        const delay = outcome.retryAfterMs ?? backoff(timing, options.random, attempt);
        await options.clock.sleep(delay, request.signal);
      }
    },
  };
}

/** Identifiers do not make another route. */
function routeOf(path: string): string {
  return path.replace(/\/(projects|branches|endpoints|operations|roles|databases)\/[^/]+/g, '/$1/*');
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: NeonApiError;
  readonly retryAfterMs?: number | null;
}

async function tryOnce(options: NeonOptions, timing: NeonTiming, request: NeonRequest): Promise<Outcome> {
  const failed = { ...request, tokenName: options.tokenName };
  try {
    return await withDeadline(options.clock, timing.requestMs, request.signal, async (signal) => {
      const response = await options.fetch(urlOf(options.apiBaseUrl, request), {
        method: request.method,
        headers: await headersOf(options, request),
        signal,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const body = parsedAnswer(await response.text());
      if (response.ok) return { value: body };
      const requestId = response.headers.get('x-neon-ret-request-id');
      return {
        error: errorFromAnswer(failed, { status: response.status, body, requestId }),
        retryAfterMs: retryAfterOf(response.headers.get('retry-after'), options.clock.now()),
      };
    });
  } catch (error) {
    if (request.signal?.aborted === true) throw request.signal.reason;
    if (error instanceof ToolError) throw error;
    return { error: errorFromSilence(failed, error) };
  }
}

function urlOf(baseUrl: string, request: NeonRequest): string {
  const url = new URL(baseUrl.replace(/\/$/, '') + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
  return url.href;
}

async function headersOf(options: NeonOptions, request: NeonRequest): Promise<Record<string, string>> {
  const token = typeof options.token === 'function' ? await options.token() : options.token;
  return {
    authorization: `Bearer ${token.reveal().trim()}`,
    accept: 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

/** What was refused for now was not carried out, whatever the method (API reference, error handling); other changes may have been. */
function mayRepeat(request: NeonRequest, error: NeonApiError): boolean {
  if (error.status === 423 || error.status === 429 || error.status === 503) return true;
  const isTransient = error.status === null || error.status >= 500;
  return isTransient && (request.method === 'GET' || request.isRepeatable === true);
}

function backoff(timing: NeonTiming, random: () => number, attempt: number): number {
  const ceiling = Math.min(timing.retryMaxMs, timing.retryBaseMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random() / 2));
}
