import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** One request to Fly's, Neon's or GitHub's API and its answer, one line of JSON in the recording. */
export interface RecordedExchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Parsed JSON; null for none; a text where it is no JSON. */
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
  /** Of Fly, `fly-request-id`. */
  readonly requestId: string | null;
}

/** Below these the platforms' APIs are. */
const PREFIXES = ['/v1/', '/api/v2/', '/api/v3/'] as const;

/**
 * Writes down what a handler is asked and answers by the platforms' APIs, so that tests can hold all of it against their
 * documents. Bodies are kept whole, secrets included: only for a directory that goes away with the test.
 */
export function recordExchanges<Env>(
  handle: (request: Request, env: Env) => Response | Promise<Response>,
  dir: string,
): (request: Request, env: Env) => Promise<Response> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, `${process.pid}.ndjson`);
  return async (request, env) => {
    const { pathname, search } = new URL(request.url);
    if (!PREFIXES.some((prefix) => pathname.startsWith(prefix))) return handle(request, env);
    const { method } = request;
    const requestBody = bodyOf(await request.clone().text());
    const response = await handle(request, env);
    const responseBody = bodyOf(await response.clone().text());
    const exchange: RecordedExchange = {
      method,
      url: pathname + search,
      requestBody,
      status: response.status,
      responseBody,
      requestId: response.headers.get('fly-request-id'),
    };
    appendFileSync(file, `${JSON.stringify(exchange)}\n`, { mode: 0o600 });
    return response;
  };
}

function bodyOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
