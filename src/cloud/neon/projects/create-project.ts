import type { NeonContext } from '../neon-context.ts';
import { firstConnection } from '../connection-uri.ts';
import { NeonApiError, invalid } from '../neon-error.ts';
import { newNeonId } from '../neon-ids.ts';
import { newBranch, newEndpoint } from '../new-records.ts';
import { projectView } from './project-view.ts';
import type { NeonBranch, NeonEndpoint, NeonProject } from '../records.ts';
import { requireFreeName } from '../reserved-names.ts';
import type { ProjectCreateOrder } from '../routes/order-schemas.ts';
import { branchView, databaseView, endpointView, operationView, roleView } from '../views.ts';

/** Of Neon's free plan; more of the past takes more of the disk. */
const RETENTION_SECONDS = 6 * 3_600;
/** Neon's own default. */
const DATABASE = 'neondb';
const PG_VERSION = 17;

/**
 * Makes a project with its first branch, role, database and compute, and waits for the server, whose password is part of
 * the answer.
 */
export async function createProject(
  context: NeonContext,
  order: ProjectCreateOrder,
  org: string,
): Promise<object> {
  const { state, operations } = context;
  const project = projectOf(context, order, org);
  const branch = firstBranch(context, project, order);
  const endpoint = await newEndpoint(context, project, branch.id, { type: 'read_write' });
  state.together(() => {
    state.save('projects', project);
    state.save('branches', branch);
    state.save('endpoints', endpoint);
  });
  const at = { branchId: branch.id };
  const scheduled = operations.schedule(project.id, [
    { action: 'create_timeline', ...at, task: { kind: 'create-cluster', branchId: branch.id } },
    {
      action: 'start_compute',
      ...at,
      endpointId: endpoint.id,
      task: { kind: 'start', endpointId: endpoint.id },
    },
  ]);
  await operations.settled(project.id);
  const failure = scheduled
    .map(({ id }) => state.find('operations', id)?.error ?? null)
    .find((one) => one !== null);
  if (failure !== undefined && failure !== null) throw new NeonApiError(500, failure);
  return answer(context, project, { branch, endpoint, operations: scheduled.map(({ id }) => id) });
}

function answer(
  context: NeonContext,
  project: NeonProject,
  made: {
    readonly branch: NeonBranch;
    readonly endpoint: NeonEndpoint;
    readonly operations: readonly string[];
  },
): object {
  const { state, clusters } = context;
  const branch = state.find('branches', made.branch.id) ?? made.branch;
  const endpoint = state.find('endpoints', made.endpoint.id) ?? made.endpoint;
  return {
    project: projectView(context, project),
    connection_uris: firstConnection(context, branch, endpoint, branch.clusterId),
    roles: branch.roles.map((role) =>
      roleView(branch.id, role, clusters.password(branch.clusterId, role.name)),
    ),
    databases: branch.databases.map((database) => databaseView(branch.id, database)),
    operations: made.operations.flatMap((id) => {
      const operation = state.find('operations', id);
      return operation === null ? [] : [operationView(operation)];
    }),
    branch: branchView(context, branch),
    endpoints: [endpointView(context, endpoint)],
  };
}

function projectOf(
  { clock, organizations }: NeonContext,
  order: ProjectCreateOrder,
  org: string,
): NeonProject {
  const id = newNeonId('project');
  const branchId = newNeonId('br');
  const now = clock.now();
  organizations.named(org);
  const {
    autoscaling_limit_min_cu: minCu,
    autoscaling_limit_max_cu: maxCu,
    default_endpoint_settings: defaults = {},
  } = order;
  return {
    id,
    name: order.name ?? id,
    org,
    regionId: regionOf(order.region_id),
    pgVersion: order.pg_version ?? PG_VERSION,
    storesPasswords: order.store_passwords ?? true,
    historyRetentionSeconds: order.history_retention_seconds ?? RETENTION_SECONDS,
    settings: order.settings ?? {},
    endpointDefaults: {
      ...(minCu === undefined ? {} : { autoscaling_limit_min_cu: minCu }),
      ...(maxCu === undefined ? {} : { autoscaling_limit_max_cu: maxCu }),
      ...defaults,
    },
    defaultBranchId: branchId,
    rootBranchId: branchId,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}

function regionOf(region = 'aws-us-east-1'): string {
  if (!/^(?:aws|azure)-[a-z0-9-]+$/.test(region))
    throw invalid(`invalid region_id: there is no region ${region}`);
  return region;
}

function firstBranch({ clock }: NeonContext, project: NeonProject, order: ProjectCreateOrder): NeonBranch {
  const { branch = {} } = order;
  const database = branch.database_name ?? DATABASE;
  const role = branch.role_name ?? `${database}_owner`;
  requireFreeName('role', role, []);
  requireFreeName('database', database, []);
  const now = clock.now();
  return newBranch(
    {
      id: project.defaultBranchId,
      projectId: project.id,
      name: branch.name ?? 'main',
      roles: [{ name: role, isNoLogin: false, createdAt: now, updatedAt: now }],
      databases: [{ id: 1, name: database, owner: role, createdAt: now, updatedAt: now }],
      annotation: branch.annotations ?? {},
    },
    now,
  );
}
