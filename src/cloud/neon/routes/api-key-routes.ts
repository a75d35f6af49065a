import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, notFound } from '../neon-error.ts';
import { digestOf, requireWholeAccount, seesProject } from '../neon-grant.ts';
import { newApiKey } from '../neon-ids.ts';
import type { NeonApiKey } from '../records.ts';
import { timestamp } from '../views.ts';
import { NEON_USER_ID } from './account-routes.ts';
import { readBody } from './read-request.ts';

const personalOrder = z.looseObject({ key_name: z.string().min(1).max(64) });
const orgOrder = personalOrder.extend({ project_id: z.string().optional() });

/** Keys: personal ones, those of an organization, and those of one of its projects. A key is told once. */
export function apiKeyRoutes(context: NeonContext): Hono {
  const { state, organizations } = context;
  const routes = new Hono();
  const listed = (org: string | null): NeonApiKey[] => state.all('api_keys').filter((one) => one.org === org);

  routes.get('/api_keys', (c) => {
    requirePersonal(c);
    return c.json(listed(null).map(listedView));
  });
  routes.post('/api_keys', async (c) => {
    requirePersonal(c);
    const { key_name: name } = await readBody(c, personalOrder);
    return c.json(create(context, { name, org: null, projectId: null }));
  });
  routes.delete('/api_keys/:key', (c) => {
    requirePersonal(c);
    return c.json(revoke(context, c.req.param('key'), null));
  });

  routes.get('/organizations/:org/api_keys', (c) => c.json(listed(orgOf(c)).map(listedView)));
  routes.post('/organizations/:org/api_keys', async (c) => {
    const org = orgOf(c);
    const { key_name: name, project_id: projectId = null } = await readBody(c, orgOrder);
    const project = projectId === null ? null : state.find('projects', projectId);
    if (projectId !== null && (project === null || project.deletedAt !== null || project.org !== org))
      throw notFound('project');
    if (project !== null && !seesProject(c.var.neonGrant, project)) throw notFound('project');
    organizations.named(org);
    return c.json(create(context, { name, org, projectId }));
  });
  routes.delete('/organizations/:org/api_keys/:key', (c) =>
    c.json(revoke(context, c.req.param('key'), orgOf(c))),
  );
  return routes;
}

function requirePersonal(c: Context): void {
  requireWholeAccount(c);
  if (c.var.neonGrant.org !== null) throw new NeonApiError(403, 'this key is of an organization');
}

function orgOf(c: Context): string {
  requireWholeAccount(c);
  const org = c.req.param('org') ?? '';
  if (c.var.neonGrant.org !== null && c.var.neonGrant.org !== org) throw notFound('organization');
  return org;
}

function create(
  { state, clock }: NeonContext,
  order: { readonly name: string; readonly org: string | null; readonly projectId: string | null },
): object {
  const key = newApiKey();
  const id = Math.max(0, ...state.all('api_keys').map((one) => one.id)) + 1;
  const createdAt = clock.now();
  state.save('api_keys', { ...order, id, digest: digestOf(key), createdAt, lastUsedAt: null });
  return {
    id,
    key,
    name: order.name,
    created_at: timestamp(createdAt),
    created_by: NEON_USER_ID,
    ...(order.projectId === null ? {} : { project_id: order.projectId }),
  };
}

function revoke({ state }: NeonContext, id: string, org: string | null): object {
  const key = state.find('api_keys', id);
  if (key === null || key.org !== org) throw notFound('API key');
  state.remove('api_keys', id);
  return { ...keyView(key), created_by: NEON_USER_ID, revoked: true };
}

function listedView(key: NeonApiKey): object {
  const project = key.projectId === null ? {} : { project_id: key.projectId };
  return { ...keyView(key), created_by: { id: NEON_USER_ID, name: 'Local Cloud', image: '' }, ...project };
}

function keyView(key: NeonApiKey): object {
  return {
    id: key.id,
    name: key.name,
    created_at: timestamp(key.createdAt),
    last_used_at: key.lastUsedAt === null ? null : timestamp(key.lastUsedAt),
    last_used_from_addr: key.lastUsedAt === null ? '' : '127.0.0.1',
  };
}
