import { pointInPast } from '../check-point.ts';
import { requireFreeBranchName, requireRoom } from './create-branch.ts';
import type { NeonContext } from '../neon-context.ts';
import { invalid, notFound, refused } from '../neon-error.ts';
import { newClusterId, newNeonId } from '../neon-ids.ts';
import type { CopyPoint, NeonBranch, NeonOperation } from '../records.ts';

/** What is asked of POST …/restore. */
export interface RestoreOrder {
  readonly source_branch_id: string;
  readonly source_lsn?: string | undefined;
  readonly source_timestamp?: number | undefined;
  readonly preserve_under_name?: string | undefined;
}

/** Restores a branch: from its own past, from another branch, or to what its parent is now, which is called a reset. */
export async function restoreBranch(
  context: NeonContext,
  branch: NeonBranch,
  order: RestoreOrder,
): Promise<readonly NeonOperation[]> {
  const { state, operations, clock } = context;
  operations.requireIdle(branch.projectId);
  const source = state.find('branches', order.source_branch_id);
  if (source === null || source.projectId !== branch.projectId || source.deletion !== null)
    throw notFound('source branch');
  const point = pointOf(order);
  const isReset = source.id === branch.parentId && point === null;
  const name = order.preserve_under_name ?? '';
  requireAllowed(context, branch, { source, at: point, isReset, name });
  const at = await pointInPast(context, source, point);
  operations.requireIdle(branch.projectId);
  const clusterId = newClusterId();
  state.change('branches', branch.id, {
    state: 'resetting',
    pendingState: 'ready',
    stateChangedAt: clock.now(),
  });
  const on = { branchId: branch.id };
  return operations.schedule(branch.projectId, [
    {
      action: 'create_timeline',
      ...on,
      task: {
        kind: 'copy',
        clusterId,
        from: source.clusterId,
        at,
        isSchemaOnly: false,
        owner: branch.id,
        hasNewPasswords: false,
      },
    },
    {
      action: 'apply_config',
      ...on,
      task: {
        kind: 'switch',
        branchId: branch.id,
        clusterId,
        sourceId: source.id,
        backup: name === '' ? null : { id: newNeonId('br'), name },
        isReset,
      },
    },
    ...state.endpointsOf(branch.id).map(({ id }) => ({
      action: 'start_compute' as const,
      ...on,
      endpointId: id,
      task: { kind: 'start' as const, endpointId: id },
    })),
  ]);
}

function requireAllowed(
  context: NeonContext,
  branch: NeonBranch,
  asked: {
    readonly source: NeonBranch;
    readonly at: CopyPoint | null;
    readonly isReset: boolean;
    readonly name: string;
  },
): void {
  const { source, at, isReset, name } = asked;
  const isSelf = source.id === branch.id;
  if (isSelf && at === null)
    throw invalid('source_timestamp or source_lsn is required to restore a branch from itself');
  const hasChildren = context.state.childrenOf(branch.id).length > 0;
  // Both messages have been seen on Neon.
  if (hasChildren && name === '') throw refused('Branch has children, preserve_under_name is required');
  if (isSelf && name === '') throw refused('preserve_under_name is required');
  if (isReset && branch.isProtected) throw refused('cannot reset a protected branch');
  if (name === '') return;
  requireFreeBranchName(context, branch.projectId, name);
  // The backup of a root is a root.
  requireRoom(context, { projectId: branch.projectId, name, parentId: branch.parentId });
}

function pointOf({ source_lsn: lsn, source_timestamp: time }: RestoreOrder): CopyPoint | null {
  if (lsn !== undefined && time !== undefined)
    throw invalid('source_lsn and source_timestamp cannot be given together');
  return lsn !== undefined ? { lsn } : time !== undefined ? { time } : null;
}
