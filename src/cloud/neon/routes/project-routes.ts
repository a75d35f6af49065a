import { Hono } from 'hono';
import type { Context } from 'hono';
import { createProject } from '../projects/create-project.ts';
import { deleteProject, recoverProject } from '../projects/delete-project.ts';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, notFound } from '../neon-error.ts';
import { projectOf, requireWholeAccount, seesProject } from '../neon-grant.ts';
import { projectListItem, projectView } from '../projects/project-view.ts';
import type { NeonProject } from '../records.ts';
import { branchView } from '../views.ts';
import { projectCreateSchema, projectUpdateSchema } from './order-schemas.ts';
import { queryFlag, queryInt, readBody } from './read-request.ts';

const LIMIT = { min: 1, max: 400, fallback: 10 } as const;
/** Of a project that says of none, by a key that is of none. */
const ORGANIZATION = 'personal';

/** Projects: list, make, change, delete and recover. None is ever shared with somebody else. */
export function projectRoutes(context: NeonContext): Hono {
  const { state, clock } = context;
  const routes = new Hono();
  routes.get('/projects', (c) => {
    const projects = listed(c, context);
    return c.json({
      ...page(c, projects, (project) => projectListItem(context, project)),
      applications: {},
      integrations: {},
    });
  });
  routes.get('/projects/shared', (c) => c.json(page(c, [], () => ({}))));
  routes.post('/projects', async (c) => {
    requireWholeAccount(c);
    const { project } = await readBody(c, projectCreateSchema);
    const { org } = c.var.neonGrant;
    if (org !== null && project.org_id !== undefined && project.org_id !== org)
      throw new NeonApiError(403, 'this key is of another organization');
    return c.json(await createProject(context, project, org ?? project.org_id ?? ORGANIZATION), 201);
  });
  routes.get('/projects/:project', (c) => c.json({ project: projectView(context, projectOf(c, context)) }));
  routes.patch('/projects/:project', async (c) => {
    const project = projectOf(c, context);
    const { project: order } = await readBody(c, projectUpdateSchema);
    const changed = {
      ...project,
      name: order.name ?? project.name,
      historyRetentionSeconds: order.history_retention_seconds ?? project.historyRetentionSeconds,
      settings: { ...project.settings, ...order.settings },
      endpointDefaults: { ...project.endpointDefaults, ...order.default_endpoint_settings },
      updatedAt: clock.now(),
    };
    state.save('projects', changed);
    return c.json({ project: projectView(context, changed), operations: [] });
  });
  routes.delete('/projects/:project', async (c) => {
    requireWholeAccount(c);
    return c.json({ project: projectView(context, await deleteProject(context, projectOf(c, context))) });
  });
  routes.post('/projects/:project/recover', async (c) => {
    const project = state.find('projects', c.req.param('project'));
    if (project === null || !seesProject(c.var.neonGrant, project)) throw notFound('project');
    if (project.deletedAt === null) throw new NeonApiError(409, 'the project is not deleted');
    const until = project.deletedAt + context.limits.recoverableSeconds * 1000;
    if (until <= clock.now()) throw notFound('project');
    const recovered = await recoverProject(context, project);
    const branches = state.branchesOf(project.id).map((branch) => branchView(context, branch));
    return c.json({ project: projectView(context, recovered), branches });
  });
  return routes;
}

function listed(c: Context, { state }: NeonContext): readonly NeonProject[] {
  const isRecoverable = queryFlag(c, 'recoverable');
  const search = c.req.query('search')?.toLowerCase() ?? '';
  const org = c.req.query('org_id') ?? '';
  return state
    .all('projects')
    .filter((one) => (one.deletedAt !== null) === isRecoverable)
    .filter((one) => seesProject(c.var.neonGrant, one))
    .filter((one) => org === '' || one.org === org)
    .filter(({ id, name }) => id.includes(search) || name.toLowerCase().includes(search))
    .toReversed();
}

/** One page of a list, and behind which project the next one begins. */
function page(
  c: Context,
  projects: readonly NeonProject[],
  view: (project: NeonProject) => object,
): { readonly projects: readonly object[]; readonly pagination?: object } {
  const limit = queryInt(c, 'limit', LIMIT) ?? LIMIT.fallback;
  const cursor = c.req.query('cursor') ?? '';
  const behind = projects.slice(cursor === '' ? 0 : projects.findIndex((one) => one.id === cursor) + 1);
  const shown = behind.slice(0, limit);
  const last = shown.at(-1);
  return {
    projects: shown.map(view),
    ...(last === undefined ? {} : { pagination: { cursor: last.id } }),
  };
}
