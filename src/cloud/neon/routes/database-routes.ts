import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { NeonContext } from '../neon-context.ts';
import { notFound } from '../neon-error.ts';
import type { NeonBranch, NeonDatabase } from '../records.ts';
import { requireFreeName } from '../reserved-names.ts';
import { databaseView, operationView } from '../views.ts';
import { branchOf } from './branch-of.ts';
import { configureStep, requireReady } from './ready-branch.ts';
import { readBody } from './read-request.ts';

const PATH = '/projects/:project/branches/:branch/databases';
const createSchema = z.looseObject({ database: z.looseObject({ name: z.string(), owner_name: z.string() }) });
const updateSchema = z.looseObject({
  database: z.looseObject({ name: z.string().optional(), owner_name: z.string().optional() }),
});

/** The databases of a branch. A change wakes the server, and is done when it is answered. */
export function databaseRoutes(context: NeonContext): Hono {
  const routes = new Hono();
  routes.get(PATH, (c) => {
    const branch = branchOf(c, context);
    return c.json({ databases: branch.databases.map((one) => databaseView(branch.id, one)) });
  });
  routes.post(PATH, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const { database } = await readBody(c, createSchema);
    return c.json(await create(context, branch, { name: database.name, owner: database.owner_name }), 201);
  });
  routes.get(`${PATH}/:database`, (c) => {
    const branch = branchOf(c, context);
    return c.json({ database: databaseView(branch.id, databaseOf(c, branch)) });
  });
  routes.patch(`${PATH}/:database`, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const { database: order } = await readBody(c, updateSchema);
    return c.json(await update(context, branch, databaseOf(c, branch), order));
  });
  routes.delete(`${PATH}/:database`, async (c) => {
    const branch = requireReady(context, branchOf(c, context));
    const database = branch.databases.find(({ name }) => name === c.req.param('database'));
    if (database === undefined) return c.body(null, 204);
    return c.json(await remove(context, branch, database));
  });
  return routes;
}

function databaseOf(c: Context, branch: NeonBranch): NeonDatabase {
  const database = branch.databases.find(({ name }) => name === c.req.param('database'));
  if (database === undefined) throw notFound('database');
  return database;
}

function requireRole(branch: NeonBranch, name: string): void {
  if (!branch.roles.some((one) => one.name === name)) throw notFound(`role '${name}'`);
}

async function create(
  { state, clusters, operations, clock }: NeonContext,
  branch: NeonBranch,
  order: { readonly name: string; readonly owner: string },
): Promise<object> {
  requireFreeName(
    'database',
    order.name,
    branch.databases.map(({ name }) => name),
  );
  requireRole(branch, order.owner);
  const now = clock.now();
  const id = Math.max(0, ...branch.databases.map((one) => one.id)) + 1;
  const database = { ...order, id, createdAt: now, updatedAt: now };
  const { operation } = await operations.perform(branch.projectId, configureStep(branch), async () => {
    await clusters.createDatabase(branch.clusterId, order.name, order.owner);
    state.change('branches', branch.id, { databases: [...branch.databases, database] });
  });
  return { database: databaseView(branch.id, database), operations: [operationView(operation)] };
}

async function update(
  { state, clusters, operations, clock }: NeonContext,
  branch: NeonBranch,
  database: NeonDatabase,
  order: { readonly name?: string | undefined; readonly owner_name?: string | undefined },
): Promise<object> {
  const { name = database.name, owner_name: owner = database.owner } = order;
  const others = branch.databases.filter((one) => one !== database);
  requireFreeName(
    'database',
    name,
    others.map((one) => one.name),
  );
  requireRole(branch, owner);
  const changed = { ...database, name, owner, updatedAt: clock.now() };
  const { operation } = await operations.perform(branch.projectId, configureStep(branch), async () => {
    await clusters.changeDatabase(branch.clusterId, database.name, { name, owner });
    state.change('branches', branch.id, {
      databases: branch.databases.map((one) => (one === database ? changed : one)),
    });
  });
  return { database: databaseView(branch.id, changed), operations: [operationView(operation)] };
}

async function remove(
  { state, clusters, operations }: NeonContext,
  branch: NeonBranch,
  database: NeonDatabase,
): Promise<object> {
  const { operation } = await operations.perform(branch.projectId, configureStep(branch), async () => {
    await clusters.dropDatabase(branch.clusterId, database.name);
    state.change('branches', branch.id, { databases: branch.databases.filter((one) => one !== database) });
  });
  return { database: databaseView(branch.id, database), operations: [operationView(operation)] };
}
