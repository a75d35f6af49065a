import type { NeonContext } from '../neon-context.ts';
import type { ComputeTarget } from './serve-compute.ts';

/**
 * Where a connection to a compute is to go, once nothing is being done to its branch: on Neon, too, a connection waits for
 * a compute that is being started or moved. Throws for one that lets nobody in.
 */
export async function admitToCompute(context: NeonContext, endpointId: string): Promise<ComputeTarget> {
  const { state, clock, clusters, operations } = context;
  const { endpoint } = find(context, endpointId);
  if (!isThere(context, endpointId)) await operations.settled(endpoint.projectId);
  const { branch } = find(context, endpointId);
  const server = clusters.find(branch.clusterId);
  if (server === null) throw new Error(`branch ${branch.name} has no data yet`);
  state.change('endpoints', endpointId, { isSuspended: false, lastActiveAt: clock.now() });
  return { port: server.port, isReadOnly: endpoint.type === 'read_only' };
}

function isThere({ state }: NeonContext, endpointId: string): boolean {
  const branch = state.find('branches', state.find('endpoints', endpointId)?.branchId ?? '');
  return branch?.state === 'ready';
}

/** The compute and its branch; both may change while one waits. Words as of Neon's proxy. */
function find({ state }: NeonContext, endpointId: string) {
  const endpoint = state.find('endpoints', endpointId);
  const branch = endpoint === null ? null : state.find('branches', endpoint.branchId);
  const project = endpoint === null ? null : state.find('projects', endpoint.projectId);
  if (endpoint === null || branch === null || branch.deletion !== null || project?.deletedAt !== null)
    throw new Error('the requested endpoint could not be found, or you do not have access to it');
  if (endpoint.isDisabled) throw new Error('endpoint is disabled. enable it using the Neon API and retry');
  return { endpoint, branch };
}
