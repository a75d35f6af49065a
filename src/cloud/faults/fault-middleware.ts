import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../util/clock.ts';
import { githubErrorBody } from '../github/github-error.ts';
import { neonErrorBody } from '../neon/neon-error.ts';
import type { FaultBoard } from './fault-board.ts';

const MANIFEST_UNKNOWN = { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] };
const RATE_LIMITED = 'rate limit exceeded';
const GITHUB = '/api/v3/';

/** Lets the faults on routes strike. To stand before every platform API, and not before the control API. */
export function faultMiddleware(
  board: FaultBoard,
  clock: Clock,
): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  return async (c, next) => {
    if (isLookUpOfGoneImage(board, c.req)) return Response.json(MANIFEST_UNKNOWN, { status: 404 });
    const faults = board.strikeRequest({ method: c.req.method, path: c.req.path });
    if (faults.length === 0) return next();
    const delayMs = faults.reduce((sum, fault) => (fault.kind === 'delay' ? sum + fault.delayMs : sum), 0);
    if (delayMs > 0) await clock.sleep(delayMs);
    const limited = faults.find((fault) => fault.kind === 'rate-limit');
    if (limited !== undefined) return tooFast(c.req.path);
    const error = faults.find((fault) => fault.kind === 'error');
    if (error !== undefined) {
      const message = `a fault is switched on for ${error.route}`;
      return Response.json(bodyFor(c.req.path, message, error.status), { status: error.status });
    }
    await next();
    // Undone it is not: whatever was asked for has happened, and nobody is told.
    if (faults.some((fault) => fault.kind === 'lost-answer')) c.env.incoming?.socket.destroy();
    return undefined;
  };
}

/** GitHub says how long to wait, and calls it a secondary limit; the others say so by the status alone. */
function tooFast(path: string): Response {
  if (!path.startsWith(GITHUB)) return Response.json(bodyFor(path, RATE_LIMITED, 429), { status: 429 });
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return Response.json(githubErrorBody(429, message), { status: 429, headers: { 'retry-after': '1' } });
}

/** A refusal in the shape that the API of this path has for it. */
function bodyFor(path: string, message: string, status: number): object {
  if (path.startsWith(GITHUB)) return githubErrorBody(status, message);
  if (path.startsWith('/v2/')) return { errors: [{ code: 'UNAVAILABLE', message }] };
  return path.startsWith('/api/v2/') ? neonErrorBody(randomUUID(), message) : { error: message };
}

/** An image that is gone cannot be pulled; pushing it again is possible, and does not end the fault. */
function isLookUpOfGoneImage(board: FaultBoard, request: { method: string; path: string }): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const [, repository, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(request.path) ?? [];
  return repository !== undefined && board.isImageGone(repository, decodeURIComponent(reference ?? ''));
}
