import type { PostgresMoment } from '../../postgres/postgres-service.ts';
import type { NeonContext } from '../neon-context.ts';
import { newClusterId, newNeonId } from '../neon-ids.ts';
import type { NeonBranch, NeonOperation, NeonSnapshot } from '../records.ts';

/** What a snapshot is to be. */
export interface SnapshotOrder {
  readonly name: string;
  /** A moment of the past of the branch; null: now. */
  readonly at: PostgresMoment | null;
  readonly expiresAt: number | null;
  readonly isManual: boolean;
}

/** Takes a snapshot: a copy of the branch, which is ready when the operation is finished. */
export function createSnapshot(
  { state, operations, clock }: NeonContext,
  branch: NeonBranch,
  order: SnapshotOrder,
): { readonly snapshot: NeonSnapshot; readonly operations: readonly NeonOperation[] } {
  operations.requireIdle(branch.projectId);
  const now = clock.now();
  const { name, at, expiresAt, isManual } = order;
  const snapshot: NeonSnapshot = {
    id: newNeonId('snap'),
    projectId: branch.projectId,
    name,
    clusterId: newClusterId(),
    sourceBranchId: branch.id,
    lsn: at !== null && typeof at !== 'number' ? at.lsn : null,
    timestamp: typeof at === 'number' ? at : now,
    createdAt: now,
    expiresAt,
    isManual,
    isReady: false,
    roles: branch.roles,
    databases: branch.databases,
  };
  state.save('snapshots', snapshot);
  const scheduled = operations.schedule(branch.projectId, [
    {
      action: 'create_timeline',
      branchId: branch.id,
      task: {
        kind: 'copy',
        clusterId: snapshot.clusterId,
        from: branch.clusterId,
        at,
        isSchemaOnly: false,
        owner: snapshot.id,
        hasNewPasswords: false,
      },
    },
  ]);
  return { snapshot, operations: scheduled };
}
