import { Hono } from 'hono';
import type { Context } from 'hono';
import type { NeonContext } from '../neon-context.ts';
import { invalid, refused } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import type { NeonStep } from '../neon-operations.ts';
import { newEndpoint } from '../new-records.ts';
import type { NeonBranch, NeonEndpoint, NeonProject } from '../records.ts';
import { endpointView, operationView } from '../views.ts';
import { branchOf } from './branch-of.ts';
import { endpointCreateSchema, endpointUpdateSchema } from './order-schemas.ts';
import { readBody } from './read-request.ts';

const PATH = '/projects/:project/endpoints';

/** Computes: list, make, change, start, suspend, restart, delete. */
export function endpointRoutes(context: NeonContext): Hono {
  const { state } = context;
  const routes = new Hono();
  routes.get('/projects/:project/branches/:branch/endpoints', (c) => {
    const endpoints = state.endpointsOf(branchOf(c, context).id);
    return c.json({ endpoints: endpoints.map((one) => endpointView(context, one)) });
  });
  routes.get(PATH, (c) => {
    const branches = state.branchesOf(projectOf(c, context).id);
    const endpoints = branches.flatMap(({ id }) => state.endpointsOf(id));
    return c.json({ endpoints: endpoints.map((one) => endpointView(context, one)) });
  });
  routes.post(PATH, async (c) => {
    const project = projectOf(c, context);
    const { endpoint: order } = await readBody(c, endpointCreateSchema);
    const branch = state.branch(project.id, order.branch_id);
    requireNoOther(context, branch, order.type);
    context.operations.requireIdle(project.id);
    const endpoint = await newEndpoint(context, project, branch.id, order);
    state.save('endpoints', endpoint);
    return c.json(scheduled(context, endpoint, endpoint.isDisabled ? [] : ['start']), 201);
  });
  routes.get(`${PATH}/:endpoint`, (c) => c.json({ endpoint: endpointView(context, endpointOf(c, context)) }));
  routes.patch(`${PATH}/:endpoint`, async (c) => {
    const endpoint = endpointOf(c, context);
    const { endpoint: order } = await readBody(c, endpointUpdateSchema);
    return c.json(update(context, projectOf(c, context), endpoint, order));
  });
  routes.delete(`${PATH}/:endpoint`, async (c) => {
    const project = projectOf(c, context);
    const endpoint = state.find('endpoints', c.req.param('endpoint'));
    if (endpoint === null || endpoint.projectId !== project.id) return c.body(null, 204);
    return c.json(await remove(context, endpoint));
  });
  for (const [verb, tasks] of VERBS)
    routes.post(`${PATH}/:endpoint/${verb}`, (c) => {
      const endpoint = endpointOf(c, context);
      if (endpoint.isDisabled && verb !== 'suspend') throw refused('endpoint is disabled');
      context.operations.requireIdle(endpoint.projectId);
      return c.json(scheduled(context, endpoint, tasks));
    });
  return routes;
}

const VERBS = [
  ['start', ['start']],
  ['suspend', ['suspend']],
  ['restart', ['suspend', 'start']],
] as const satisfies readonly (readonly [string, readonly ('start' | 'suspend')[]])[];

function endpointOf(c: Context, context: NeonContext): NeonEndpoint {
  return context.state.endpoint(projectOf(c, context).id, c.req.param('endpoint') ?? '');
}

/** A branch has one read-write compute at most; message as seen on Neon. */
function requireNoOther({ state }: NeonContext, branch: NeonBranch, type: NeonEndpoint['type']): void {
  const isTaken = state.endpointsOf(branch.id).some((one) => one.type === 'read_write');
  if (type === 'read_write' && isTaken)
    throw refused('read_write endpoint already exists', 'ENDPOINTS_LIMIT_EXCEEDED');
}

function scheduled(
  context: NeonContext,
  endpoint: NeonEndpoint,
  kinds: readonly ('start' | 'suspend' | 'configure')[],
): object {
  const { state, operations } = context;
  const actions = { start: 'start_compute', suspend: 'suspend_compute', configure: 'apply_config' } as const;
  const steps = kinds.map((kind): NeonStep => ({
    action: actions[kind],
    branchId: endpoint.branchId,
    endpointId: endpoint.id,
    task: kind === 'configure' ? { kind, branchId: endpoint.branchId } : { kind, endpointId: endpoint.id },
  }));
  const begun = operations.schedule(endpoint.projectId, steps);
  return {
    endpoint: endpointView(context, state.find('endpoints', endpoint.id) ?? endpoint),
    operations: begun.map(operationView),
  };
}

function update(
  context: NeonContext,
  project: NeonProject,
  endpoint: NeonEndpoint,
  order: {
    readonly branch_id?: string | undefined;
    readonly name?: string | undefined;
    readonly disabled?: boolean | undefined;
    readonly suspend_timeout_seconds?: number | undefined;
    readonly autoscaling_limit_min_cu?: number | undefined;
    readonly autoscaling_limit_max_cu?: number | undefined;
    readonly settings?: Readonly<Record<string, unknown>> | undefined;
  },
): object {
  const { state, clock, operations, ports } = context;
  operations.requireIdle(project.id);
  const branch = state.branch(project.id, order.branch_id ?? endpoint.branchId);
  const isMoved = branch.id !== endpoint.branchId;
  if (isMoved) requireNoOther(context, branch, endpoint.type);
  const minCu = order.autoscaling_limit_min_cu ?? endpoint.minCu;
  const maxCu = order.autoscaling_limit_max_cu ?? Math.max(minCu, endpoint.maxCu);
  if (maxCu < minCu) throw invalid('autoscaling_limit_max_cu is less than autoscaling_limit_min_cu');
  const isDisabled = order.disabled ?? endpoint.isDisabled;
  const changed = {
    ...endpoint,
    branchId: branch.id,
    name: order.name ?? endpoint.name,
    minCu,
    maxCu,
    isDisabled,
    suspendTimeoutSeconds: order.suspend_timeout_seconds ?? endpoint.suspendTimeoutSeconds,
    settings: { ...endpoint.settings, ...order.settings },
    updatedAt: clock.now(),
  };
  state.save('endpoints', changed);
  if (isMoved) ports.cut(endpoint.id);
  return scheduled(context, changed, isDisabled && !endpoint.isDisabled ? ['suspend'] : ['configure']);
}

async function remove(context: NeonContext, endpoint: NeonEndpoint): Promise<object> {
  const { state, operations, ports } = context;
  operations.requireIdle(endpoint.projectId);
  const branch = state.find('branches', endpoint.branchId);
  if (branch?.isProtected === true) throw refused('cannot delete a compute of a protected branch');
  const view = endpointView(context, endpoint);
  const isLast = state.endpointsOf(endpoint.branchId).length === 1;
  state.remove('endpoints', endpoint.id);
  const begun = operations.schedule(endpoint.projectId, [
    {
      action: 'suspend_compute',
      branchId: endpoint.branchId,
      endpointId: endpoint.id,
      task: isLast ? { kind: 'suspend-branch', branchId: endpoint.branchId } : { kind: 'nothing' },
    },
  ]);
  await ports.close(endpoint.id);
  return { endpoint: view, operations: begun.map(operationView) };
}
