import { pointInPast } from '../check-point.ts';
import { firstConnection } from '../connection-uri.ts';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, invalid, notFound, refused } from '../neon-error.ts';
import { newBranch, newEndpoint } from '../new-records.ts';
import type { CopyPoint, NeonBranch, NeonEndpoint, NeonOperation, NeonProject } from '../records.ts';
import type { BranchCreateOrder } from '../routes/order-schemas.ts';
import { branchView, databaseView, endpointView, operationView, roleView } from '../views.ts';

/** Makes a branch, with computes where they are asked for. Throws the API's refusals, with nothing made. */
export async function createBranch(
  context: NeonContext,
  project: NeonProject,
  order: BranchCreateOrder,
): Promise<object> {
  const { state, operations, ports } = context;
  const { endpoints: computes = [] } = order;
  operations.requireIdle(project.id);
  const parent = parentOf(context, project, order);
  const branch = orderedBranch(context, parent, order);
  requireRoom(context, branch);
  if (computes.filter((one) => one.type === 'read_write').length > 1)
    throw refused('a branch has one read-write endpoint at most', 'ENDPOINTS_LIMIT_EXCEEDED');
  const at = await pointInPast(context, parent, pointOf(order));
  const endpoints: NeonEndpoint[] = [];
  for (const compute of computes) endpoints.push(await newEndpoint(context, project, branch.id, compute));
  try {
    // Another request may have come first while the past was being looked up.
    operations.requireIdle(project.id);
    requireFreeBranchName(context, project.id, branch.name);
    state.together(() => {
      state.save('branches', branch);
      for (const endpoint of endpoints) state.save('endpoints', endpoint);
    });
  } catch (error) {
    for (const { id } of endpoints) await ports.close(id);
    throw error;
  }
  const scheduled = operations.schedule(project.id, [
    {
      action: 'create_branch',
      branchId: branch.id,
      task: {
        kind: 'copy',
        clusterId: branch.clusterId,
        from: parent.clusterId,
        at,
        isSchemaOnly: branch.initSource === 'schema-only',
        owner: branch.id,
        hasNewPasswords: parent.isProtected,
      },
    },
    ...endpoints.map(({ id }) => ({
      action: 'start_compute' as const,
      branchId: branch.id,
      endpointId: id,
      task: { kind: 'start' as const, endpointId: id },
    })),
  ]);
  // New passwords are in the answer: they must be there.
  if (parent.isProtected) await operations.settled(project.id);
  return answer(context, { branch, parent, endpoints, operations: scheduled });
}

function answer(
  context: NeonContext,
  made: {
    readonly branch: NeonBranch;
    readonly parent: NeonBranch;
    readonly endpoints: readonly NeonEndpoint[];
    readonly operations: readonly NeonOperation[];
  },
): object {
  const { branch, parent, endpoints } = made;
  const { state } = context;
  const source = parent.isProtected ? branch.clusterId : parent.clusterId;
  const connections = firstConnection(context, branch, endpoints[0], source);
  return {
    branch: branchView(context, state.find('branches', branch.id) ?? branch),
    endpoints: endpoints.map((one) => endpointView(context, state.find('endpoints', one.id) ?? one)),
    operations: made.operations.map((one) => operationView(state.find('operations', one.id) ?? one)),
    roles: branch.roles.map((role) => roleView(branch.id, role)),
    databases: branch.databases.map((database) => databaseView(branch.id, database)),
    ...(connections.length === 0 ? {} : { connection_uris: connections }),
  };
}

function parentOf({ state }: NeonContext, project: NeonProject, { branch }: BranchCreateOrder): NeonBranch {
  const id =
    branch?.parent_id === undefined || branch.parent_id === '' ? project.defaultBranchId : branch.parent_id;
  const parent = state.find('branches', id);
  if (parent === null || parent.projectId !== project.id || parent.deletion !== null)
    throw notFound('parent branch');
  return parent;
}

function orderedBranch({ clock }: NeonContext, parent: NeonBranch, order: BranchCreateOrder): NeonBranch {
  const { branch = {}, annotation_value: annotation = {} } = order;
  const now = clock.now();
  const isSchemaOnly = branch.init_source === 'schema-only';
  const expiresAt = branch.expires_at ?? null;
  if (expiresAt !== null && expiresAt <= now) throw invalid('expires_at must be in the future');
  const made = newBranch(
    {
      projectId: parent.projectId,
      name: branch.name ?? '',
      roles: parent.roles,
      databases: parent.databases,
      // A branch of the schema alone has no parent: it is a root.
      parentId: isSchemaOnly ? null : parent.id,
      parentTimestamp: isSchemaOnly ? null : (branch.parent_timestamp ?? now),
      parentLsn: isSchemaOnly ? null : (branch.parent_lsn ?? null),
      initSource: branch.init_source ?? 'parent-data',
      isProtected: branch.protected ?? false,
      expiresAt,
      ttlSeconds: expiresAt === null ? null : Math.round((expiresAt - now) / 1000),
      annotation,
    },
    now,
  );
  return made.name === '' ? { ...made, name: made.id } : made;
}

function pointOf({ branch }: BranchCreateOrder): CopyPoint | null {
  const { parent_lsn: lsn, parent_timestamp: time } = branch ?? {};
  if (lsn !== undefined && time !== undefined)
    throw invalid('parent_lsn and parent_timestamp cannot be given together');
  return lsn !== undefined ? { lsn } : time !== undefined ? { time } : null;
}

/** Throws the API's 422 when there are as many branches as there may be, and 409 for a name that is taken. */
export function requireRoom(
  context: NeonContext,
  branch: Pick<NeonBranch, 'projectId' | 'name' | 'parentId'>,
): void {
  const { state, limits } = context;
  const branches = state.branchesOf(branch.projectId);
  requireFreeBranchName(context, branch.projectId, branch.name);
  if (limits.branches !== null && branches.length >= limits.branches)
    throw refused(`branches limit exceeded: ${limits.branches}`, 'BRANCHES_LIMIT_EXCEEDED');
  const roots = branches.filter((one) => one.parentId === null).length;
  if (branch.parentId === null && limits.rootBranches !== null && roots >= limits.rootBranches)
    throw refused(`root branches limit exceeded: ${limits.rootBranches}`, 'ROOT_BRANCHES_LIMIT_EXCEEDED');
}

/** Throws the API's 409 for the name of another branch of the project. */
export function requireFreeBranchName(
  { state }: Pick<NeonContext, 'state'>,
  projectId: string,
  name: string,
  except: string | null = null,
): void {
  if (state.branchesOf(projectId).some((one) => one.name === name && one.id !== except))
    throw new NeonApiError(409, `branch with name '${name}' already exists`, 'BRANCH_ALREADY_EXISTS');
}
