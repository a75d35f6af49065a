import { Hono } from 'hono';
import { requireOrganization } from './access.ts';
import { FlyApiError } from './api-error.ts';
import type { FlyContext } from './fly-context.ts';
import { machineFilter } from './machine-routes.ts';
import { orgMachineView, isoTime } from './machine-view.ts';
import { DEFAULT_REGION, REGIONS } from './regions.ts';
import { queryInt } from './request-body.ts';

const PAGE = { min: 1, max: 1000, fallback: 1000 } as const;

/** What belongs to no single app: an organization's machines, regions, the token; and what is not done here. */
export function platformRoutes(context: FlyContext): Hono {
  const { state, limiter } = context;
  const routes = new Hono();

  routes.get('/orgs/:slug/machines', (c) => {
    const { slug } = c.req.param();
    limiter.take('read', `org machines ${slug}`);
    requireOrganization(c, slug);
    const names = new Set(
      state
        .apps()
        .filter((app) => app.orgSlug === slug)
        .map((app) => app.name),
    );
    const isWanted = machineFilter(c);
    const updatedAfter = Date.parse(c.req.query('updated_after') ?? '') || 0;
    const cursor = c.req.query('cursor') ?? '';
    const all = state
      .allMachines()
      .filter((machine) => names.has(machine.app) && isWanted(machine))
      .filter((machine) => machine.updatedAt > updatedAfter && machine.id > cursor)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const page = all.slice(0, queryInt(c, 'limit', PAGE));
    const last = page.at(-1);
    return c.json({
      machines: page.map(orgMachineView),
      ...(last === undefined ? {} : { last_machine_id: last.id, last_updated_at: isoTime(last.updatedAt) }),
      ...(last !== undefined && page.length < all.length ? { next_cursor: last.id } : {}),
    });
  });

  routes.get('/platform/regions', (c) => {
    const regions = REGIONS.map(({ code, name }) => ({
      code,
      name,
      gateway_available: true,
      requires_paid_plan: false,
      deprecated: false,
    }));
    return c.json({ nearest: DEFAULT_REGION, regions });
  });

  return routes;
}

/** The answer to what the real API has and this one has not: 501 that names the route, rather than a silent 404. */
export function unsupported(method: string, path: string): FlyApiError {
  return new FlyApiError(501, `${method} ${path} is not supported by the local cloud`);
}
