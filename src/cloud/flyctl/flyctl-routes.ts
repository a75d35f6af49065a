import { Hono } from 'hono';
import { z } from 'zod';
import { badRequest, notFound } from '../fly/api-error.ts';
import { readBody } from '../fly/request-body.ts';
import { seesOrganization } from '../organizations/grant.ts';
import type { Organization } from '../organizations/organizations.ts';
import { executeGraphql } from './execute-graphql.ts';
import type { FlyctlContext } from './flyctl-context.ts';
import { GraphqlSyntaxError } from './graphql-document.ts';
import { queryRoot } from './query-root.ts';
import { releaseRoutes } from './release-routes.ts';

const graphqlBody = z.looseObject({
  query: z.string().min(1),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** What flyctl asks beside the Machines API: GraphQL at `/graphql`, organizations, builds and releases at `/api/v1`. */
export function flyctlRoutes(context: FlyctlContext): Hono {
  const { organizations } = context;
  const routes = new Hono();

  routes.post('/graphql', async (c) => {
    const { grant } = c.var;
    if (grant === undefined) throw notFound('no such route');
    const body = await readBody(c, graphqlBody);
    try {
      return c.json(await executeGraphql(queryRoot(context, grant), body));
    } catch (error) {
      if (error instanceof GraphqlSyntaxError) throw badRequest(`Parse error: ${error.message}`);
      throw error;
    }
  });

  routes.get('/api/v1/organizations', (c) => {
    const seen = c.var.grant === undefined ? [] : organizations.seenBy(c.var.grant);
    return c.json({ organizations: seen.map(organizationView) });
  });

  routes.get('/api/v1/organizations/:slug', (c) => {
    const { grant } = c.var;
    const slug = c.req.param('slug');
    const found =
      grant === undefined ? undefined : organizations.seenBy(grant).find((one) => one.slug === slug);
    // A deploy token has sight of its organization's name, as flyctl needs it to deploy.
    const isSeen = grant?.org === slug || seesOrganization(grant, slug);
    if (found === undefined || !isSeen) throw notFound(`organization '${slug}' not found`);
    return c.json({ organization: organizationView(found) });
  });

  routes.route('/api/v1', releaseRoutes(context));
  return routes;
}

function organizationView({ slug, name, number }: Organization): object {
  return {
    id: String(number),
    internal_numeric_id: number,
    slug,
    raw_slug: slug,
    paid_plan: false,
    personal: slug === 'personal',
    billing_status: 'CURRENT',
    provisions_beta_extensions: false,
    name,
    billable: true,
    remote_builder_image: '',
  };
}
