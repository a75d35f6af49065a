import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { ObservedDatabase } from '../database-platform.ts';
import { branchNameOf } from './branch-name.ts';
import { findBranch } from './find-branch.ts';
import { findProject } from './find-project.ts';
import type { NeonContext } from './neon-context.ts';
import { restorableFrom } from './neon-time.ts';
import type { NeonBranch, NeonEndpoint } from './wire-types.ts';

/** The environment's branch as it is; null when it, or its project, is not there. */
export async function observeBranch(
  context: NeonContext,
  database: ResolvedDatabase,
): Promise<ObservedDatabase | null> {
  const project = await findProject(context, database);
  if (project === null) return null;
  const branch = await findBranch(context, project, branchNameOf(database));
  if (branch === null) return null;
  const endpoints = await context.api.endpoints(project, branch);
  return {
    platformName: branch.name,
    state: stateOf(branch, endpoints.find(({ type }) => type === 'read_write') ?? null),
    region: project.region_id,
    version: project.pg_version,
    sizeBytes: branch.logical_size ?? null,
    isProtected: branch.protected,
    restorableFrom: restorableFrom(project, branch, context.clock.now()),
  };
}

function stateOf(branch: NeonBranch, endpoint: NeonEndpoint | null): ObservedDatabase['state'] {
  const isAtWork = branch.current_state === 'init' || branch.current_state === 'resetting';
  if (isAtWork || (branch.pending_state ?? '') !== '') return 'busy';
  // A branch without compute cannot be connected to until a deployment adds one.
  if (endpoint === null) return 'failed';
  if (endpoint.current_state === 'init') return 'busy';
  return endpoint.current_state === 'active' ? 'ready' : 'asleep';
}
