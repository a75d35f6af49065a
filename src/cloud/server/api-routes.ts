import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../../util/clock.ts';
import { controlRoutes } from '../control/control-routes.ts';
import type { ControlContext } from '../control/control-context.ts';
import { pathOfRequest } from '../github/path-of-request.ts';
import { faultMiddleware } from '../faults/fault-middleware.ts';
import { metricsRoutes } from '../metrics/metrics-routes.ts';
import { bearerGuard } from './bearer-guard.ts';
import { registryGuard, tokenGuard } from './token-guard.ts';

/** Every API on one listener: control first, which no fault may touch, then the platforms' behind the faults. */
export function apiRoutes(
  context: ControlContext,
  token: string,
  clock: Clock,
): Hono<{ Bindings: HttpBindings }> {
  const { actions, fly, edge, registry, managedPostgres, neon, github, organizations, faults } =
    context.services;
  const guard = tokenGuard(organizations);
  const api = new Hono<{ Bindings: HttpBindings }>({ getPath: pathOfRequest });
  api.use('/_glidepath/*', bearerGuard(token));
  api.route('/', controlRoutes(context));
  api.use('*', faultMiddleware(faults, clock));
  api.use('/v2/*', registryGuard({ organizations, orgOf: (app) => fly.orgOf(app) }));
  api.use('/prometheus/*', guard);
  api.use('/v1/postgres', guard);
  api.use('/v1/postgres/*', guard);
  const appsOf = (org: string) =>
    fly
      .inventory()
      .flatMap((app) => (app.org === org ? [{ app: app.name, series: edge.responses(app.name) }] : []));
  api.route('/', metricsRoutes({ clock, appsOf }));
  api.route('/', registry.routes);
  api.route('/', managedPostgres.routes);
  api.route('/', neon.routes);
  api.route('/', actions.pages);
  api.route('/', github.routes);
  api.route('/', fly.routes);
  api.notFound((c) => c.json({ error: `the local cloud has no ${c.req.method} ${c.req.path}` }, 404));
  api.onError((error, c) => c.json({ error: `internal: ${error.message}` }, 500));
  return api;
}
