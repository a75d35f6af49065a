import type { NeonContext } from '../neon-context.ts';
import { refused } from '../neon-error.ts';
import type { NeonBranch, NeonOperation } from '../records.ts';

/**
 * Deletes a branch; unless `isHard`, its data are kept until it can be recovered no more. Throws 422 for the default
 * branch, the one the project was made with, a protected one, and one with children; 423 while the project is busy.
 */
export function deleteBranch(
  context: NeonContext,
  branch: NeonBranch,
  how: { readonly isHard: boolean; readonly method: 'user' | 'ttl' },
): { readonly branch: NeonBranch; readonly operations: readonly NeonOperation[] } {
  const { state, operations, clock, limits, ports } = context;
  requireDeletable(context, branch);
  operations.requireIdle(branch.projectId);
  const now = clock.now();
  const until = now + limits.recoverableSeconds * 1000;
  const deleted: NeonBranch = {
    ...branch,
    updatedAt: now,
    deletion: { at: now, until, method: how.method },
  };
  const endpoints = state.endpointsOf(branch.id);
  if (how.isHard) {
    for (const { id } of endpoints) void ports.close(id);
    state.together(() => {
      for (const { id } of endpoints) state.remove('endpoints', id);
      state.remove('branches', branch.id);
    });
  } else state.save('branches', deleted);
  const scheduled = operations.schedule(branch.projectId, [
    ...endpoints.map(({ id }) => ({
      action: 'suspend_compute' as const,
      branchId: branch.id,
      endpointId: id,
      task: { kind: 'suspend' as const, endpointId: id },
    })),
    {
      action: 'delete_timeline',
      branchId: branch.id,
      task: how.isHard
        ? { kind: 'destroy', clusterId: branch.clusterId }
        : { kind: 'suspend-branch', branchId: branch.id },
    },
  ]);
  return { branch: deleted, operations: scheduled };
}

function requireDeletable({ state }: NeonContext, branch: NeonBranch): void {
  const project = state.find('projects', branch.projectId);
  if (project?.defaultBranchId === branch.id) throw refused('cannot delete the default branch of a project');
  if (project?.rootBranchId === branch.id) throw refused('cannot delete the root branch of a project');
  if (branch.isProtected) throw refused('cannot delete a protected branch');
  const children = state.childrenOf(branch.id).map(({ id }) => id);
  // As seen on Neon.
  if (children.length > 0) throw refused(`cannot delete branch that has children: ${children.join(', ')}`);
}

/** Removes a deleted branch for good. */
export async function removeBranch(
  { state, clusters, ports }: NeonContext,
  branch: NeonBranch,
): Promise<void> {
  const endpoints = state.endpointsOf(branch.id);
  for (const { id } of endpoints) await ports.close(id);
  state.together(() => {
    for (const { id } of endpoints) state.remove('endpoints', id);
    state.remove('branches', branch.id);
  });
  await clusters.destroy(branch.clusterId);
}
