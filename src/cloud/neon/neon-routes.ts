import { Hono } from 'hono';
import type { NeonContext } from './neon-context.ts';
import { NeonApiError, neonErrorBody } from './neon-error.ts';
import { neonAuthorization } from './neon-grant.ts';
import { neonRateLimit } from './neon-rate-limit.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { apiKeyRoutes } from './routes/api-key-routes.ts';
import { branchRoutes } from './routes/branch-routes.ts';
import { connectionUriRoute } from './routes/connection-uri-route.ts';
import { databaseRoutes } from './routes/database-routes.ts';
import { endpointRoutes } from './routes/endpoint-routes.ts';
import { operationRoutes } from './routes/operation-routes.ts';
import { projectRoutes } from './routes/project-routes.ts';
import { roleRoutes } from './routes/role-routes.ts';
import { schemaRoutes } from './routes/schema-routes.ts';
import { snapshotRoutes } from './routes/snapshot-routes.ts';

/** Neon's API (OpenAPI of `@neondatabase/api-client`) as far as pipelines use it; the rest answers 501. */
export function neonRoutes(context: NeonContext, options: { readonly rateLimits: boolean }): Hono {
  const routes = new Hono().basePath('/api/v2');
  routes.use('*', neonAuthorization(context));
  routes.use('*', neonRateLimit(context.clock, options.rateLimits));
  for (const part of [
    accountRoutes,
    apiKeyRoutes,
    projectRoutes,
    branchRoutes,
    roleRoutes,
    databaseRoutes,
    endpointRoutes,
    connectionUriRoute,
    operationRoutes,
    snapshotRoutes,
    schemaRoutes,
  ])
    routes.route('/', part(context));
  routes.all('*', (c) => {
    throw new NeonApiError(501, `${c.req.method} ${c.req.path} is not part of the local cloud`);
  });
  routes.onError((error, c) => {
    const refusal = error instanceof NeonApiError ? error : new NeonApiError(500, error.message);
    return c.json(neonErrorBody(c.var.requestId ?? '', refusal.message, refusal.code), refusal.status);
  });
  return routes;
}
