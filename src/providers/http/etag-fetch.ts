import type { Fetch } from '../../util/fetch.ts';
import { responseOf } from './response-of.ts';

/** Answers that are kept: what one command asks for again and again; the oldest go first. */
const KEPT_MAX = 200;
/** Larger answers are asked for again: keeping them would cost more than it saves. Characters. */
const KEPT_LENGTH_MAX = 1_000_000;

interface KeptAnswer {
  readonly etag: string;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Asks again for what is known only whether it changed (RFC 9110 §13.1.2): an answer 304 costs nothing of GitHub's rate
 * limit. For one token only, for what may be seen depends on it.
 */
export function etagFetch(inner: Fetch): Fetch {
  const kept = new Map<string, KeptAnswer>();
  return async (url, init) => {
    if ((init?.method ?? 'GET').toUpperCase() !== 'GET') return inner(url, init);
    const known = kept.get(url);
    const headers = new Headers(init?.headers);
    if (known !== undefined) headers.set('if-none-match', known.etag);
    const response = await inner(url, { ...init, headers });
    if (response.status === 304 && known !== undefined) {
      return responseOf(known.body, { status: 200, headers: known.headers, url });
    }
    const etag = response.headers.get('etag');
    if (response.status !== 200 || etag === null) return response;
    const body = await response.text();
    if (body.length <= KEPT_LENGTH_MAX) keep(kept, url, { etag, headers: response.headers, body });
    return responseOf(body, { status: 200, headers: response.headers, url });
  };
}

function keep(kept: Map<string, KeptAnswer>, url: string, answer: KeptAnswer): void {
  kept.delete(url);
  kept.set(url, answer);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
}
