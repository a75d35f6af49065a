import { requireRoom } from '../branches/create-branch.ts';
import type { NeonContext } from '../neon-context.ts';
import { notFound, refused } from '../neon-error.ts';
import { newBranch } from '../new-records.ts';
import type { NeonBranch, NeonOperation, NeonSnapshot } from '../records.ts';
import { timestamp } from '../views.ts';

/** What is asked of POST …/snapshots/{s}/restore. */
export interface SnapshotRestoreOrder {
  readonly name?: string | undefined;
  readonly target_branch_id?: string | undefined;
  readonly finalize_restore?: boolean | undefined;
}

/** Makes a branch of a snapshot; with `finalize_restore` it stands in for the target at once. */
export function restoreSnapshot(
  context: NeonContext,
  snapshot: NeonSnapshot,
  order: SnapshotRestoreOrder,
): { readonly branch: NeonBranch; readonly operations: readonly NeonOperation[] } {
  const { state, operations, clock } = context;
  const { projectId } = snapshot;
  operations.requireIdle(projectId);
  if (!snapshot.isReady) throw refused('the snapshot is not ready yet');
  const target = state.find('branches', order.target_branch_id ?? snapshot.sourceBranchId);
  const isThere = target !== null && target.projectId === projectId && target.deletion === null;
  if (!isThere && (order.target_branch_id !== undefined || order.finalize_restore === true))
    throw notFound('target branch');
  const now = clock.now();
  const branch = newBranch(
    {
      projectId,
      name: order.name ?? `${snapshot.name}_restored_${timestamp(now)}`,
      roles: snapshot.roles,
      databases: snapshot.databases,
      restoredFrom: snapshot.id,
      restoredAs: isThere ? target.id : null,
      restoreStatus: 'restored',
    },
    now,
  );
  requireRoom(context, branch);
  state.save('branches', branch);
  const copied = {
    kind: 'copy',
    clusterId: branch.clusterId,
    from: snapshot.clusterId,
    at: null,
    isSchemaOnly: false,
    owner: branch.id,
    hasNewPasswords: false,
  } as const;
  const scheduled = operations.schedule(projectId, [
    { action: 'create_branch', branchId: branch.id, task: copied },
    ...(order.finalize_restore === true && isThere
      ? [
          {
            action: 'apply_config' as const,
            branchId: branch.id,
            task: { kind: 'finalize' as const, branchId: branch.id, oldName: oldNameOf(target, now) },
          },
        ]
      : []),
  ]);
  return { branch, operations: scheduled };
}

/** Lets a branch that was made of a snapshot stand in for its target. Throws 422 for one that cannot. */
export function finalizeSnapshotRestore(
  { state, operations, clock }: NeonContext,
  branch: NeonBranch,
  name: string | null,
): readonly NeonOperation[] {
  operations.requireIdle(branch.projectId);
  if (branch.restoreStatus !== 'restored')
    throw refused('the branch is not a restored one, or is finalized already');
  const target = branch.restoredAs === null ? null : state.find('branches', branch.restoredAs);
  if (target === null || target.deletion !== null) throw notFound('target branch');
  const oldName = name ?? oldNameOf(target, clock.now());
  if (state.branchesOf(branch.projectId).some((one) => one.name === oldName))
    throw refused(`branch with name '${oldName}' already exists`, 'BRANCH_ALREADY_EXISTS');
  return operations.schedule(branch.projectId, [
    { action: 'apply_config', branchId: branch.id, task: { kind: 'finalize', branchId: branch.id, oldName } },
  ]);
}

/** By Neon's guide: the name and the time. */
function oldNameOf(branch: NeonBranch, now: number): string {
  return `${branch.name}_old_${timestamp(now)}`;
}
