import { Hono } from 'hono';
import type { Context } from 'hono';
import { requireOrganization } from './access.ts';
import type { FlyContext } from '../fly-context.ts';
import { machineFilter } from '../machines/machine-routes.ts';
import { isoTime, orgMachineView } from '../machines/machine-view.ts';
import { queryFlag, queryInt } from '../request-body.ts';
import type { AppRecord } from '../records.ts';
import { volumeAnswer } from '../volumes/volume-routes.ts';

const PAGE = { min: 1, max: 1000, fallback: 1000 } as const;

/** Everything of one kind in an organization: `/orgs/{slug}/machines` and `/orgs/{slug}/volumes`, page by page. */
export function orgRoutes(context: FlyContext): Hono {
  const { state, volumes, limiter } = context;
  const routes = new Hono();
  const appsOf = (c: Context, what: string): AppRecord[] => {
    const slug = c.req.param('slug') ?? '';
    limiter.take('read', `org ${what} ${slug}`);
    requireOrganization(c, slug);
    return state.apps().filter((app) => app.orgSlug === slug);
  };

  routes.get('/orgs/:slug/machines', (c) => {
    const names = new Set(appsOf(c, 'machines').map((app) => app.name));
    const isWanted = machineFilter(c);
    const all = state.allMachines().filter((machine) => names.has(machine.app) && isWanted(machine));
    const { page, last, next } = pageOf(c, all);
    return c.json({
      machines: page.map(orgMachineView),
      ...(last === null ? {} : { last_machine_id: last.id, last_updated_at: isoTime(last.updatedAt) }),
      ...next,
    });
  });

  routes.get('/orgs/:slug/volumes', async (c) => {
    const { region, state: wanted } = c.req.query();
    const withDestroyed = queryFlag(c, 'include_deleted') || wanted === 'destroyed';
    const all = appsOf(c, 'volumes').flatMap((app) =>
      volumes
        .all(app)
        .filter((volume) => withDestroyed || !volume.isDestroyed)
        .filter((volume) => !region || volume.region === region)
        .filter((volume) => !wanted || wanted === (volume.isDestroyed ? 'destroyed' : 'created'))
        .map((volume) => ({ app, volume, id: volume.id, updatedAt: volume.updatedAt })),
    );
    const { page, last, next } = pageOf(c, all);
    const views = page.map(async ({ app, volume }) => ({
      app_name: app.name,
      ...(await volumeAnswer(context, app, volume)),
      updated_at: isoTime(volume.updatedAt),
    }));
    return c.json({
      volumes: await Promise.all(views),
      ...(last === null ? {} : { last_volume_id: last.id, last_updated_at: isoTime(last.updatedAt) }),
      ...next,
    });
  });
  return routes;
}

/** The part of a list that a request asks for, in the order of the ids. */
function pageOf<Item extends { readonly id: string; readonly updatedAt: number }>(
  c: Context,
  items: readonly Item[],
): { page: Item[]; last: Item | null; next: { next_cursor?: string } } {
  const updatedAfter = Date.parse(c.req.query('updated_after') ?? '') || 0;
  const cursor = c.req.query('cursor') ?? '';
  const left = items
    .filter((item) => item.updatedAt > updatedAfter && item.id > cursor)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const page = left.slice(0, queryInt(c, 'limit', PAGE));
  const last = page.at(-1) ?? null;
  return { page, last, next: last !== null && page.length < left.length ? { next_cursor: last.id } : {} };
}
