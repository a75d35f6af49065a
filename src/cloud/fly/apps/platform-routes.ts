import { Hono } from 'hono';
import { z } from 'zod';
import { requireOrganization } from './access.ts';
import { FlyApiError } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { guestSchema, sizedGuest } from '../machines/guest-size.ts';
import { hostsOf } from './hosts.ts';
import { requireRoom } from './placement.ts';
import { DEFAULT_REGION, REGIONS, regionsOf } from './regions.ts';
import { readBody } from '../request-body.ts';

/** What an organization may have in a region, as `count: 0` asks for; the real limits are not published. */
const MACHINES_PER_REGION = 50;

const placements = z.looseObject({
  org_slug: z.string().min(1),
  region: z.string().nullish(),
  count: z.int().min(0).max(1000).nullish(),
  compute: guestSchema.nullish(),
  volume_name: z.string().nullish(),
  volume_size_bytes: z.int().min(0).nullish(),
  weights: z.record(z.string(), z.int()).nullish(),
});

/** What belongs to no organization: regions, and where machines would go; and what is not done here. */
export function platformRoutes(context: FlyContext): Hono {
  const { limiter, faults } = context;
  const routes = new Hono();

  routes.get('/platform/regions', (c) => {
    const regions = REGIONS.map(({ code, name, geo, latitude, longitude }) => ({
      code,
      name,
      latitude,
      longitude,
      geo_region: geo,
      gateway_available: true,
      requires_paid_plan: false,
      deprecated: false,
    }));
    return c.json({ nearest: DEFAULT_REGION, regions });
  });

  routes.post('/platform/placements', async (c) => {
    const body = await readBody(c, placements);
    limiter.take('read', `placements ${body.org_slug}`);
    requireOrganization(c, body.org_slug);
    sizedGuest(body.compute ?? {});
    const wanted = regionsOf(body.region || `${DEFAULT_REGION},any`);
    const withRoom = wanted.filter((region) => faults.isOutOfCapacity?.(region, 'look') !== true);
    const [first] = withRoom;
    requireRoom(first !== undefined, wanted.join(', '));
    // A simulated region is never half full: the first one that has room has room for all.
    const chosen = body.count ? withRoom.slice(0, 1) : withRoom;
    const regions = chosen.map((region) => ({
      region,
      count: body.count || MACHINES_PER_REGION,
      concurrency: hostsOf(region).length,
    }));
    return c.json({ regions });
  });
  return routes;
}

/** The answer to what the real API has and this one has not: 501 that names the route, rather than a silent 404. */
export function unsupported(method: string, path: string): FlyApiError {
  return new FlyApiError(501, `${method} ${path} is not supported by the local cloud`);
}
