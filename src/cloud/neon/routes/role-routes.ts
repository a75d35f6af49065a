import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, notFound, refused } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import type { NeonBranch, NeonRole } from '../records.ts';
import { passwordOf } from '../password-of.ts';
import { requireFreeName } from '../reserved-names.ts';
import { operationView, roleView } from '../views.ts';
import { branchOf } from './branch-of.ts';
import { readBody } from './read-request.ts';
import { configureStep, requireReady } from './ready-branch.ts';

const PATH = '/projects/:project/branches/:branch/roles';
const bodySchema = z.looseObject({
  role: z.looseObject({ name: z.string(), no_login: z.boolean().optional() }),
});

/** The roles of a branch. A change wakes the server, and is done when it is answered. */
export function roleRoutes(context: NeonContext): Hono {
  const { state, clusters, operations } = context;
  const routes = new Hono();
  routes.get(PATH, (c) => {
    const branch = branchOf(c, context);
    return c.json({ roles: branch.roles.map((role) => roleView(branch.id, role)) });
  });
  routes.post(PATH, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const { role: order } = await readBody(c, bodySchema);
    requireFreeName(
      'role',
      order.name,
      branch.roles.map(({ name }) => name),
    );
    return c.json(
      await createRole(context, branch, { name: order.name, isNoLogin: order.no_login ?? false }),
      201,
    );
  });
  routes.get(`${PATH}/:role`, (c) => {
    const branch = branchOf(c, context);
    return c.json({ role: roleView(branch.id, roleOf(c, branch)) });
  });
  routes.delete(`${PATH}/:role`, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const role = branch.roles.find(({ name }) => name === c.req.param('role'));
    if (role === undefined) return c.body(null, 204);
    return c.json(await deleteRole(context, branch, role));
  });
  routes.get(`${PATH}/:role/reveal_password`, (c) => {
    const branch = branchOf(c, context);
    const { name } = roleOf(c, branch);
    if (!projectOf(c, context).storesPasswords)
      throw new NeonApiError(412, 'storing passwords is disabled for this project');
    const password = passwordOf(context, branch, name);
    if (password === null) throw notFound('role password');
    return c.json({ password });
  });
  routes.post(`${PATH}/:role/reset_password`, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const role = roleOf(c, branch);
    if (role.isNoLogin) throw refused('a role that cannot log in has no password');
    const { operation } = await operations.perform(branch.projectId, configureStep(branch), () =>
      clusters.setLogin(branch.clusterId, role.name),
    );
    const changed = { ...role, updatedAt: context.clock.now() };
    state.change('branches', branch.id, { roles: branch.roles.map((one) => (one === role ? changed : one)) });
    const password = clusters.password(branch.clusterId, role.name);
    return c.json({ role: roleView(branch.id, changed, password), operations: [operationView(operation)] });
  });
  return routes;
}

function roleOf(c: Context, branch: NeonBranch): NeonRole {
  const role = branch.roles.find(({ name }) => name === c.req.param('role'));
  if (role === undefined) throw notFound('role');
  return role;
}

async function createRole(
  { state, clusters, operations, clock }: NeonContext,
  branch: NeonBranch,
  order: Pick<NeonRole, 'name' | 'isNoLogin'>,
): Promise<object> {
  const now = clock.now();
  const role = { ...order, createdAt: now, updatedAt: now };
  const { operation } = await operations.perform(branch.projectId, configureStep(branch), async () => {
    if (role.isNoLogin) await clusters.addGroup(branch.clusterId, firstDatabase(branch), role.name);
    else await clusters.setLogin(branch.clusterId, role.name);
    state.change('branches', branch.id, { roles: [...branch.roles, role] });
  });
  const password = role.isNoLogin ? null : clusters.password(branch.clusterId, role.name);
  return { role: roleView(branch.id, role, password), operations: [operationView(operation)] };
}

async function deleteRole(
  { state, clusters, operations }: NeonContext,
  branch: NeonBranch,
  role: NeonRole,
): Promise<object> {
  const owned = branch.databases.filter(({ owner }) => owner === role.name).map(({ name }) => name);
  if (owned.length > 0) throw refused(`role '${role.name}' owns the databases: ${owned.join(', ')}`);
  const [heir] = branch.roles.filter((one) => one !== role);
  const { operation } = await operations.perform(branch.projectId, configureStep(branch), async () => {
    for (const { name } of branch.databases)
      await clusters.admin(branch.clusterId, name, async (client) => {
        const gone = client.escapeIdentifier(role.name);
        if (heir !== undefined)
          await client.query(`reassign owned by ${gone} to ${client.escapeIdentifier(heir.name)}`);
        await client.query(`drop owned by ${gone}`);
      });
    await clusters.dropLogin(branch.clusterId, firstDatabase(branch), role.name);
    state.change('branches', branch.id, { roles: branch.roles.filter((one) => one !== role) });
  });
  return { role: roleView(branch.id, role), operations: [operationView(operation)] };
}

function firstDatabase(branch: NeonBranch): string {
  return branch.databases[0]?.name ?? 'postgres';
}
