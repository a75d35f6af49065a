import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { appAccess, authorization } from './apps/access.ts';
import { flyctlRoutes } from '../flyctl/flyctl-routes.ts';
import { FlyApiError, notFound } from './api-error.ts';
import { appRoutes } from './apps/app-routes.ts';
import { certificateRoutes } from './certificates/certificate-routes.ts';
import type { FlyContext } from './fly-context.ts';
import { newUlid } from './ids.ts';
import { hostGuard } from './apps/host-guard.ts';
import { inspectRoutes } from './machines/inspect-routes.ts';
import { leaseRoutes } from './machines/lease-routes.ts';
import { lifecycleRoutes } from './machines/lifecycle-routes.ts';
import { logRoutes } from './apps/log-routes.ts';
import { machineRoutes } from './machines/machine-routes.ts';
import { metadataRoutes } from './machines/metadata-routes.ts';
import { orgRoutes } from './apps/org-routes.ts';
import { platformRoutes, unsupported } from './apps/platform-routes.ts';
import { secretKeyRoutes } from './secrets/secret-key-routes.ts';
import { secretRoutes } from './secrets/secret-routes.ts';
import { tokenRoutes } from './apps/token-routes.ts';
import { volumeRoutes } from './volumes/volume-routes.ts';

/** What this service answers for; other services share the port. */
const OWN_PATHS = ['/v1/apps/*', '/v1/orgs/*', '/v1/platform/*', '/v1/tokens/*', '/api/v1/*', '/graphql'];

/** What the real API has below these and the local cloud has not. */
const UNSUPPORTED = /^\/v1\/tokens(?:\/|$)/;

/**
 * The Machines REST API below `/v1`, the logs below `/api/v1`, and what flyctl asks besides. Every answer carries
 * `fly-request-id`.
 */
export function flyRoutes(context: FlyContext): Hono {
  const routes = new Hono();
  for (const path of OWN_PATHS)
    routes.use(path, requestId(context), authorization(context), writtenBeforeAnswered(context));
  for (const path of ['/v1/apps/:app/*', '/api/v1/apps/:app/*']) routes.use(path, appAccess(context));
  routes.use('/v1/apps/:app/machines/:id/*', hostGuard(context));
  for (const part of [
    appRoutes,
    machineRoutes,
    lifecycleRoutes,
    leaseRoutes,
    metadataRoutes,
    inspectRoutes,
    secretRoutes,
    volumeRoutes,
    certificateRoutes,
    secretKeyRoutes,
    orgRoutes,
    platformRoutes,
    tokenRoutes,
  ])
    routes.route('/v1', part(context));
  routes.route('/api/v1', logRoutes(context));
  routes.route('/', flyctlRoutes(context));
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
