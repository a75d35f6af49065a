import { Hono } from 'hono';
import { z } from 'zod';
import { parseDuration } from '../../machines/duration.ts';
import { seesOrganization } from '../../organizations/grant.ts';
import { unauthorized } from './access.ts';
import { badRequest } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { readBody } from '../request-body.ts';

const tokenOrder = z.looseObject({ expiry: z.string().nullish() });

/** The token that is used, `/tokens/current`, and new ones for one app, `/apps/{app}/deploy_token`. */
export function tokenRoutes({ state, organizations, clock }: FlyContext): Hono {
  const routes = new Hono();

  routes.get('/tokens/current', (c) => {
    const { grant } = c.var;
    if (grant === undefined) throw unauthorized();
    const apps = grant.app === null ? [] : [grant.app];
    const seen = organizations.seenBy(grant);
    return c.json({
      tokens: seen.map(({ slug, name }) => ({
        token_id: grant.id,
        org_slug: slug,
        organization: name,
        apps,
      })),
    });
  });

  routes.post('/apps/:app/deploy_token', async (c) => {
    const app = state.app(c.req.param('app'));
    // A token for one app makes no others: they would outlive it.
    if (!seesOrganization(c.var.grant, app.orgSlug)) throw unauthorized();
    const { expiry } = await readBody(c, tokenOrder);
    const ms = expiry ? parseDuration(expiry) : null;
    if (expiry && ms === null) throw badRequest('invalid expiry: must be a duration such as "24h"');
    return c.json({ token: organizations.deployToken(app, ms === null ? null : clock.now() + ms) });
  });
  return routes;
}
