import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { FlyApiError, notFound } from './api-error.ts';
import { appRoutes } from './app-routes.ts';
import type { FlyContext } from './fly-context.ts';
import { newUlid } from './ids.ts';
import { inspectRoutes } from './inspect-routes.ts';
import { leaseRoutes } from './lease-routes.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { logRoutes } from './log-routes.ts';
import { machineRoutes } from './machine-routes.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { platformRoutes, unsupported } from './platform-routes.ts';
import { secretRoutes } from './secret-routes.ts';

/** What this service answers for; other services share the port. */
const OWN_PATHS = ['/v1/apps/*', '/v1/orgs/*', '/v1/platform/*', '/v1/tokens/*', '/api/v1/apps/*'];

/** What the real API has below these and the local cloud has not. */
const UNSUPPORTED =
  /^\/v1\/(?:apps\/[^/]+\/(?:volumes|certificates|secretkeys)|orgs\/[^/]+\/volumes|platform\/placements|tokens)(?:\/|$)/;

/** The Machines REST API below `/v1` and the logs below `/api/v1`. Every answer carries `fly-request-id`. */
export function flyRoutes(context: FlyContext): Hono {
  const routes = new Hono();
  for (const path of OWN_PATHS)
    routes.use(path, requestId(context), authorization(context.token), writtenBeforeAnswered(context));
  for (const part of [
    appRoutes,
    machineRoutes,
    lifecycleRoutes,
    leaseRoutes,
    metadataRoutes,
    inspectRoutes,
    secretRoutes,
    platformRoutes,
  ])
    routes.route('/v1', part(context));
  routes.route('/api/v1', logRoutes(context));
  for (const path of OWN_PATHS)
    routes.all(path, (c) => {
      if (UNSUPPORTED.test(c.req.path)) throw unsupported(c.req.method, c.req.path);
      throw notFound(`no such route: ${c.req.method} ${c.req.path}`);
    });
  routes.onError((error, c) => {
    if (error instanceof FlyApiError) return c.json(error.body(), error.status);
    return c.json({ error: `internal: ${error.message}`, status: 'unknown' }, 500);
  });
  return routes;
}

function requestId(context: FlyContext): MiddlewareHandler {
  return async (c, next) => {
    c.header('fly-request-id', `${newUlid(context.clock.now())}-local`);
    await next();
  };
}

function writtenBeforeAnswered(context: FlyContext): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.method !== 'GET') context.state.flush();
  };
}

function authorization(token: string): MiddlewareHandler {
  const expected = sha256(token);
  return async (c, next) => {
    const given = /^(?:Bearer|FlyV1)\s+(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests have one length, so that the comparison tells nothing by its time.
    if (given === undefined || !timingSafeEqual(sha256(given.trim()), expected))
      throw new FlyApiError(401, 'Authenticate: token validation error');
    await next();
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
