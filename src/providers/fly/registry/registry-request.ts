import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Clock } from '../../../util/clock.ts';
import type { Fetch } from '../../../util/fetch.ts';
import { errorFromAnswer, errorFromSilence, FlyApiError } from '../client/fly-api-error.ts';
import { retryAfterOf } from '../../http/read-answer.ts';
import type { FlyTiming } from '../client/fly-timing.ts';
import { bareToken, resolveToken, type FlyToken } from '../client/fly-token.ts';

/** What the registry client needs of the outside. */
export interface RegistryOptions {
  /** `https://registry.fly.io`, or the same API elsewhere; without `/v2`. */
  readonly registryUrl: string;
  readonly token: FlyToken;
  /** The environment variable that the token was read from, for errors. */
  readonly tokenName?: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timing: FlyTiming;
}

/** One request of the distribution API. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';
  readonly url: string;
  readonly accept?: string;
  readonly body?: Blob;
  readonly contentType?: string;
  /** `<first byte>-<last byte>` of a piece. */
  readonly contentRange?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Tries of one request; all of them may be repeated, because everything is named by its content. */
export const TRIES_MAX = 5;

/** Sends until there is an answer that is neither 429 nor a server's fault. */
export async function sendToRegistry(options: RegistryOptions, request: RegistryRequest): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryRegistry(options, request);
    const isTransient = outcome instanceof FlyApiError || outcome.status === 429 || outcome.status >= 500;
    if (!isTransient) {
      if (outcome.status !== 401 && outcome.status !== 403) return outcome;
      throw await registryFailure(request.method, request.url, outcome, options.tokenName);
    }
    if (attempt >= TRIES_MAX) {
      if (outcome instanceof FlyApiError) throw outcome;
      return outcome;
    }
    const ceiling = Math.min(options.timing.retryMaxMs, options.timing.retryBaseMs * 2 ** (attempt - 1));
    const asked = outcome instanceof FlyApiError ? null : outcome.headers.get('retry-after');
    const delay = retryAfterOf(asked, options.clock.now()) ?? ceiling * (0.5 + options.random() / 2);
    await options.clock.sleep(delay, request.signal);
  }
}

/** Sends once. A silence is returned and not thrown, so that the caller decides whether to try again. */
export async function tryRegistry(
  options: RegistryOptions,
  request: RegistryRequest,
): Promise<Response | FlyApiError> {
  const { method, url, body, signal } = request;
  const credentials = Buffer.from(`x:${bareToken(await resolveToken(options.token))}`).toString('base64');
  const headers: Record<string, string> = { authorization: `Basic ${credentials}` };
  if (request.accept !== undefined) headers['accept'] = request.accept;
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  if (request.contentRange !== undefined) headers['content-range'] = request.contentRange;
  try {
    return await options.fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (error instanceof ToolError) throw error;
    return errorFromSilence({ method, resource: resourceOf(url) }, error);
  }
}

/** What an answer that is no success says. */
export async function registryFailure(
  method: string,
  url: string,
  response: Response,
  tokenName?: string,
): Promise<FlyApiError> {
  const text = await response.text();
  const requestId = response.headers.get('fly-request-id');
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Not every proxy in front of a registry answers JSON; the text will do.
  }
  const request = { method, resource: resourceOf(url), tokenName };
  return errorFromAnswer(request, { status: response.status, body, requestId });
}

function resourceOf(url: string): string {
  return `the registry's ${new URL(url).pathname.replace(/^\/v2\//, '')}`;
}
