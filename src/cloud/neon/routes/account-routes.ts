import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Organization } from '../../organizations/organizations.ts';
import type { NeonContext } from '../neon-context.ts';
import { notFound } from '../neon-error.ts';
import { timestamp } from '../views.ts';

const EMAIL = 'local@glidepath.invalid';
/** A plan that has every feature that there is here. */
const PLAN = 'scale_v3';

/** The one user of a local cloud: the same id for ever. */
export const NEON_USER_ID: string = uuidOf('the user of a local cloud');

/** Who asks, `/users/me`, `/auth`, and what organizations there are. */
export function accountRoutes(context: NeonContext): Hono {
  const { organizations, limits } = context;
  const routes = new Hono();
  const seen = (c: Context): readonly Organization[] => {
    const { org } = c.var.neonGrant;
    return organizations.seenBy({ id: 'local', org, app: null, isReadOnly: false });
  };
  routes.get('/users/me', (c) =>
    c.json({
      id: NEON_USER_ID,
      email: EMAIL,
      login: EMAIL,
      name: 'Local',
      last_name: 'Cloud',
      image: '',
      plan: PLAN,
      active_seconds_limit: 0,
      projects_limit: -1,
      branches_limit: limits.branches ?? -1,
      max_autoscaling_limit: 0,
      auth_accounts: [{ provider: 'keycloak', email: EMAIL, login: EMAIL, name: 'Local Cloud', image: '' }],
    }),
  );
  routes.get('/users/me/organizations', (c) => c.json({ organizations: seen(c).map(organizationView) }));
  routes.get('/organizations/:org', (c) => {
    const { org } = c.var.neonGrant;
    const slug = c.req.param('org');
    if (org !== null && org !== slug) throw notFound('organization');
    return c.json(organizationView(organizations.named(slug)));
  });
  routes.get('/auth', (c) => {
    const { org } = c.var.neonGrant;
    return c.json({
      account_id: org ?? NEON_USER_ID,
      auth_method: org === null ? 'api_key_user' : 'api_key_org',
    });
  });
  routes.get('/regions', (c) =>
    c.json({
      regions: REGIONS.map(([region_id, name, geo_lat, geo_long], index) => ({
        region_id,
        name,
        default: index === 0,
        geo_lat,
        geo_long,
      })),
    }),
  );
  return routes;
}

/** Regions of Neon; locally they are names. */
const REGIONS = [
  ['aws-us-east-1', 'US East (N. Virginia)', '38.13', '-78.45'],
  ['aws-us-east-2', 'US East (Ohio)', '39.96', '-83'],
  ['aws-us-west-2', 'US West (Oregon)', '46.15', '-123.88'],
  ['aws-eu-central-1', 'Europe (Frankfurt)', '50.11', '8.68'],
  ['aws-eu-west-2', 'Europe (London)', '51.51', '-0.13'],
  ['aws-ap-southeast-1', 'Asia Pacific (Singapore)', '1.37', '103.8'],
  ['aws-ap-southeast-2', 'Asia Pacific (Sydney)', '-33.86', '151.2'],
] as const;

function organizationView({ slug, name }: Organization): object {
  const since = timestamp(0);
  return {
    id: slug,
    name,
    handle: slug,
    plan: PLAN,
    created_at: since,
    updated_at: since,
    managed_by: 'console',
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
