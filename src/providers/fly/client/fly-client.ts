import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Clock } from '../../../util/clock.ts';
import type { Fetch } from '../../../util/fetch.ts';
import { createCallGate } from '../../http/call-gate.ts';
import type { Pacer, RateLimit } from '../../http/pacer.ts';
import { parsedAnswer, retryAfterOf } from '../../http/read-answer.ts';
import { withDeadline } from '../../http/with-deadline.ts';
import { errorFromAnswer, errorFromSilence, FlyApiError } from './fly-api-error.ts';
import type { FlyTiming } from './fly-timing.ts';
import { authorizationOf, resolveToken, type FlyToken } from './fly-token.ts';
import { ACTION_LIMIT } from './fly-limits.ts';

/** One request to a REST API of Fly's. */
export interface FlyRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** The lease under which a machine is changed. */
  readonly nonce?: string | undefined;
  /** What it is about, for errors: `machine 148e… of app shop`. */
  readonly resource: string;
  /** The machine or app that the rate limit counts by. */
  readonly subject: string;
  readonly limit?: RateLimit;
  /** Whether sending a change twice does no harm, so that a lost answer is answered by sending it again. */
  readonly isRepeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests at the pace the platform allows and repeats those that may be repeated. */
export interface FlyClient {
  /** The parsed JSON, or null for an empty answer. Throws {@link FlyApiError}; on abort the signal's reason. */
  send(request: FlyRequest): Promise<unknown>;
}

/** What the client needs of the outside. */
export interface FlyClientOptions {
  readonly baseUrl: string;
  readonly token: FlyToken;
  /** The environment variable that the token was read from, for errors. */
  readonly tokenName?: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly timing: FlyTiming;
  /** Shared by clients of the same token, since the platform counts them together. */
  readonly pacer: Pacer;
}

/** Tries of one request. With the delays of {@link FlyTiming} they span some seconds: an API blip, not an outage. */
const TRIES_MAX = 6;
/** Requests under way at once; flyctl keeps to the same number, because of the rate limits (superfly/flyctl#3961). */
const CALLS_MAX = 8;

/** Makes a client of one API. */
export function createFlyClient(options: FlyClientOptions): FlyClient {
  const gate = createCallGate(CALLS_MAX);
  return {
    async send(request) {
      for (let attempt = 1; ; attempt++) {
        const bucket = `${request.method} ${actionOf(request)} ${request.subject}`;
        await options.pacer.take(bucket, request.limit ?? ACTION_LIMIT, request.signal);
        const outcome = await gate.pass(() => tryOnce(options, request), request.signal);
        if (!(outcome.error instanceof FlyApiError)) return outcome.value;
        if (attempt >= TRIES_MAX || !mayRepeat(request, outcome.error)) throw outcome.error;
        await options.clock.sleep(retryDelay(options, attempt, outcome.retryAfterMs), request.signal);
      }
    },
  };
}

/** Fly counts by action, not by path: identifiers do not make another bucket. */
function actionOf(request: FlyRequest): string {
  return request.path.replace(/\/(apps|machines|postgres|ip_assignments|secrets|volumes)\/[^/]+/g, '/$1');
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: FlyApiError;
  readonly retryAfterMs?: number | null;
}

async function tryOnce(options: FlyClientOptions, request: FlyRequest): Promise<Outcome> {
  try {
    return await withDeadline(options.clock, options.timing.requestMs, request.signal, async (signal) => {
      const response = await options.fetch(urlOf(options.baseUrl, request), {
        method: request.method,
        headers: await headersOf(options.token, request),
        signal,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const body = parsedAnswer(await response.text());
      if (response.ok) return { value: body };
      const requestId = response.headers.get('fly-request-id');
      return {
        error: errorFromAnswer(
          { ...request, tokenName: options.tokenName },
          { status: response.status, body, requestId },
        ),
        retryAfterMs: retryAfterOf(response.headers.get('retry-after'), options.clock.now()),
      };
    });
  } catch (error) {
    if (request.signal?.aborted === true) throw request.signal.reason;
    if (error instanceof ToolError) throw error;
    return { error: errorFromSilence(request, error) };
  }
}

function urlOf(baseUrl: string, request: FlyRequest): string {
  const url = new URL(baseUrl.replace(/\/$/, '') + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
  return url.href;
}

async function headersOf(token: FlyToken, request: FlyRequest): Promise<Record<string, string>> {
  return {
    authorization: authorizationOf(await resolveToken(token)),
    accept: 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.nonce === undefined ? {} : { 'fly-machine-lease-nonce': request.nonce }),
  };
}

/** A refused request (429) was not carried out, whatever its method; the others may have been. */
function mayRepeat(request: FlyRequest, error: FlyApiError): boolean {
  if (error.status === 429) return true;
  const isTransient = error.status === null || error.status >= 500;
  return isTransient && (request.method === 'GET' || request.isRepeatable === true);
}

function retryDelay(options: FlyClientOptions, attempt: number, retryAfterMs?: number | null): number {
  if (retryAfterMs !== undefined && retryAfterMs !== null) return retryAfterMs;
  const ceiling = Math.min(options.timing.retryMaxMs, options.timing.retryBaseMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + options.random() / 2));
}
