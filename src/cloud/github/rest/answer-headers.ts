import { createHash, randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { callerOf } from '../access/caller.ts';

/** The version of the API that is answered when none is asked for. */
const API_VERSION = '2022-11-28';

/**
 * What every answer of GitHub's API carries, and `304` for whoever knows it already: nothing that has not changed is sent
 * twice.
 */
export function answerHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const headers = new Headers(c.res.headers);
    headers.set('x-github-request-id', randomUUID().toUpperCase());
    headers.set('x-github-media-type', 'github.v3; format=json');
    headers.set('x-github-api-version-selected', API_VERSION);
    const token = callerOf(c)?.token;
    if (token?.kind === 'classic') headers.set('x-oauth-scopes', token.scopes.join(', '));
    const { status } = c.res;
    const body = status === 204 ? null : await c.res.text();
    const answer = (code: number, text: string | null): void => {
      c.res = undefined;
      c.res = new Response(text, { status: code, headers });
    };
    if (c.req.method !== 'GET' || status !== 200 || body === null) return answer(status, body);
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
    headers.set('etag', etag);
    headers.set('cache-control', 'private, max-age=60, s-maxage=60');
    if (!knows(c.req.header('if-none-match'), etag)) return answer(status, body);
    for (const name of ['content-type', 'content-length']) headers.delete(name);
    return answer(304, null);
  };
}

function knows(header: string | undefined, etag: string): boolean {
  const plain = (text: string): string => text.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() !== '' && plain(one) === plain(etag));
}
