import { Hono } from 'hono';
import type { Context } from 'hono';
import { createBranch, requireFreeBranchName } from '../branches/create-branch.ts';
import { deleteBranch } from '../branches/delete-branch.ts';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, invalid, notFound } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import type { NeonBranch } from '../records.ts';
import { restoreBranch } from '../branches/restore-branch.ts';
import { branchView, endpointView, operationView } from '../views.ts';
import { annotationView } from './annotation-view.ts';
import { branchOf } from './branch-of.ts';
import { listBranches } from './list-branches.ts';
import { branchCreateSchema, branchRestoreSchema, branchUpdateSchema } from './order-schemas.ts';
import { queryFlag, readBody } from './read-request.ts';

const PATH = '/projects/:project/branches';

/** Branches: list, count, make, change, delete, recover, restore, and which one is the default. */
export function branchRoutes(context: NeonContext): Hono {
  const { state } = context;
  const routes = new Hono();
  routes.get(PATH, (c) => c.json(listBranches(c, context, projectOf(c, context))));
  routes.get(`${PATH}/count`, (c) => {
    const search = c.req.query('search')?.toLowerCase() ?? '';
    const branches = state.branchesOf(projectOf(c, context).id);
    return c.json({ count: branches.filter(({ name }) => name.toLowerCase().includes(search)).length });
  });
  routes.post(PATH, async (c) => {
    const project = projectOf(c, context);
    return c.json(await createBranch(context, project, await readBody(c, branchCreateSchema)), 201);
  });
  routes.get(`${PATH}/:branch`, (c) => {
    const branch = branchOf(c, context);
    return c.json({ branch: branchView(context, branch), annotation: annotationView(branch) });
  });
  routes.patch(`${PATH}/:branch`, async (c) => {
    const branch = branchOf(c, context);
    const { branch: order } = await readBody(c, branchUpdateSchema);
    return c.json(changed(context, update(context, branch, order)));
  });
  routes.delete(`${PATH}/:branch`, (c) => remove(c, context));
  restoreRoutes(routes, context);
  return routes;
}

function restoreRoutes(routes: Hono, context: NeonContext): void {
  const { state, clock } = context;
  routes.post(`${PATH}/:branch/restore`, async (c) => {
    const branch = branchOf(c, context);
    const operations = await restoreBranch(context, branch, await readBody(c, branchRestoreSchema));
    return c.json({
      branch: branchView(context, state.find('branches', branch.id) ?? branch),
      operations: operations.map(operationView),
    });
  });
  routes.post(`${PATH}/:branch/set_as_default`, (c) => {
    const branch = branchOf(c, context);
    state.change('projects', branch.projectId, { defaultBranchId: branch.id, updatedAt: clock.now() });
    return c.json(
      changed(context, state.change('branches', branch.id, { updatedAt: clock.now() }) ?? branch),
    );
  });
  routes.post(`${PATH}/:branch/recover`, (c) => {
    const project = projectOf(c, context);
    const branch = state.find('branches', c.req.param('branch'));
    if (branch === null || branch.projectId !== project.id) throw notFound('branch');
    if (branch.deletion === null) throw new NeonApiError(409, 'the branch is not deleted');
    const now = clock.now();
    if (branch.deletion.until <= now) throw notFound('branch');
    requireFreeBranchName(context, project.id, branch.name);
    const { parentId } = branch;
    const recovered = {
      ...branch,
      deletion: null,
      updatedAt: now,
      // By the document: what had a time to live has none any more.
      expiresAt: null,
      ttlSeconds: null,
      // Its parent may be gone for good.
      parentId: parentId !== null && state.find('branches', parentId) === null ? null : parentId,
    };
    state.save('branches', recovered);
    const endpoints = state.endpointsOf(branch.id).map((one) => endpointView(context, one));
    return c.json({ branch: branchView(context, recovered), endpoints });
  });
}

function remove(c: Context, context: NeonContext): Response {
  const project = projectOf(c, context);
  const branch = context.state.find('branches', c.req.param('branch') ?? '');
  if (branch === null || branch.projectId !== project.id || branch.deletion !== null)
    return c.body(null, 204);
  const isHard = queryFlag(c, 'hard_delete');
  const deleted = deleteBranch(context, branch, { isHard, method: 'user' });
  return c.json({
    branch: branchView(context, { ...deleted.branch, deletion: null }),
    operations: deleted.operations.map(operationView),
  });
}

function update(
  context: NeonContext,
  branch: NeonBranch,
  order: {
    name?: string | undefined;
    protected?: boolean | undefined;
    expires_at?: number | null | undefined;
  },
): NeonBranch {
  const { state, clock } = context;
  const now = clock.now();
  if (order.name !== undefined) requireFreeBranchName(context, branch.projectId, order.name, branch.id);
  const expiresAt = order.expires_at === undefined ? branch.expiresAt : order.expires_at;
  const isProtected = order.protected ?? branch.isProtected;
  if (order.expires_at !== undefined && expiresAt !== null) {
    if (expiresAt <= now) throw invalid('expires_at must be in the future');
    const isDefault = state.find('projects', branch.projectId)?.defaultBranchId === branch.id;
    if (isDefault) throw invalid('expires_at cannot be set on the default branch');
    if (state.childrenOf(branch.id).length > 0)
      throw invalid('expires_at cannot be set on a branch that has children');
  }
  if (isProtected && expiresAt !== null) throw invalid('expires_at cannot be set on a protected branch');
  const ttl = order.expires_at == null ? null : Math.round((order.expires_at - now) / 1000);
  const result = {
    ...branch,
    name: order.name ?? branch.name,
    isProtected,
    expiresAt,
    ttlSeconds: order.expires_at === undefined ? branch.ttlSeconds : ttl,
    updatedAt: now,
  };
  state.save('branches', result);
  return result;
}

function changed(context: NeonContext, branch: NeonBranch): object {
  return { branch: branchView(context, branch), operations: [] };
}
