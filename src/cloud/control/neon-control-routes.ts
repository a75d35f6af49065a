import { Hono } from 'hono';
import { z } from 'zod';
import type { Neon } from '../neon/neon-service.ts';

const limit = z.int().positive().nullable();
const schema = z.strictObject({
  branches: limit.optional(),
  rootBranches: limit.optional(),
  recoverableSeconds: z.int().nonnegative().optional(),
  recoverableBranches: z.int().nonnegative().optional(),
  hold: z.boolean().optional(),
});

/** What of the local Neon is the cloud's to say: its limits, and whether its operations get on. */
export function neonControlRoutes(neon: Neon): Hono {
  const routes = new Hono();
  routes.get('/neon', (c) => c.json({ limits: neon.limits, branches: neon.inventory() }));
  routes.put('/neon', async (c) => {
    const parsed = schema.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success)
      return c.json({ error: `these are no settings of Neon: ${z.prettifyError(parsed.error)}` }, 400);
    const { hold, ...limits } = parsed.data;
    Object.assign(neon.limits, limits);
    if (hold !== undefined) neon.hold(hold);
    return c.json({ limits: neon.limits });
  });
  return routes;
}
