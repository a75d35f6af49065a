import { configureCluster } from '../configure-cluster.ts';
import type { NeonTaskDeps } from '../neon-task-deps.ts';
import { placeOf } from '../place-of.ts';
import type { NeonBranch, NeonTask } from '../records.ts';

type TaskOf<Kind extends NeonTask['kind']> = Extract<NeonTask, { kind: Kind }>;

/**
 * Puts a branch on the copy that was made for it, as Neon restores: the computes move over, their connections are cut,
 * and what was there goes on as the backup, which takes the children. Repeated after a crash it finds itself done.
 */
export async function switchBranch(deps: NeonTaskDeps, task: TaskOf<'switch'>): Promise<void> {
  const { state, clusters, ports, clock } = deps;
  const branch = state.find('branches', task.branchId);
  if (branch === null) return;
  const old = branch.clusterId;
  if (old !== task.clusterId) {
    const source = state.find('branches', task.sourceId) ?? branch;
    const present = await clusters.present(task.clusterId, source);
    const endpoints = state.endpointsOf(branch.id);
    await configureCluster(deps, branch, task.clusterId);
    const now = clock.now();
    state.together(() => {
      if (task.backup !== null) preserve(deps, branch, task.backup, now);
      state.change('branches', branch.id, {
        ...present,
        clusterId: task.clusterId,
        parentId: parentAfter(branch, task),
        ...placeOf(deps, task.clusterId),
        state: 'ready',
        pendingState: null,
        stateChangedAt: now,
        updatedAt: now,
        ...(task.isReset ? { lastResetAt: now, ...renewedTtl(branch, now) } : {}),
      });
    });
    for (const { id } of endpoints) ports.cut(id);
    if (endpoints.length === 0) await clusters.suspend(task.clusterId);
    if (task.backup === null) await clusters.destroy(old);
  }
  if (task.backup !== null) await suspendBackup(deps, task.backup.id);
}

/** Lets a branch made of a snapshot stand in for the one it was made for. */
export async function finalizeRestore(deps: NeonTaskDeps, task: TaskOf<'finalize'>): Promise<void> {
  const { state, clusters, ports, clock } = deps;
  const branch = state.find('branches', task.branchId);
  const target = branch?.restoredAs == null ? null : state.find('branches', branch.restoredAs);
  if (branch === null || target === null || branch.restoreStatus === 'finalized') return;
  const now = clock.now();
  const moving = state.endpointsOf(target.id);
  const replaced = moving.some((one) => one.type === 'read_write')
    ? state.endpointsOf(branch.id).filter((one) => one.type === 'read_write')
    : [];
  for (const { id } of replaced) await ports.close(id);
  state.together(() => {
    for (const { id } of replaced) state.remove('endpoints', id);
    for (const { id } of moving) state.change('endpoints', id, { branchId: branch.id, updatedAt: now });
    state.change('branches', target.id, { name: task.oldName, updatedAt: now });
    state.change('branches', branch.id, {
      name: target.name,
      isProtected: target.isProtected,
      restoreStatus: 'finalized',
      updatedAt: now,
    });
    const project = state.find('projects', branch.projectId);
    if (project?.defaultBranchId === target.id)
      state.change('projects', project.id, { defaultBranchId: branch.id, updatedAt: now });
  });
  for (const { id } of moving) ports.cut(id);
  await configureCluster(deps, branch, branch.clusterId);
  await clusters.suspend(target.clusterId);
}

/** What was there becomes a branch of its own, without compute. */
function preserve(
  { state }: NeonTaskDeps,
  branch: NeonBranch,
  backup: { readonly id: string; readonly name: string },
  now: number,
): void {
  state.save('branches', {
    ...branch,
    id: backup.id,
    name: backup.name,
    isProtected: false,
    state: 'ready',
    pendingState: null,
    stateChangedAt: now,
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
    ttlSeconds: null,
    annotation: {},
    schedule: [],
  });
  for (const child of state.childrenOf(branch.id))
    state.change('branches', child.id, { parentId: backup.id, updatedAt: now });
}

/** By Neon's guide: a root stays one when it is restored from itself; any other becomes the child of its backup. */
function parentAfter(branch: NeonBranch, { sourceId, backup }: TaskOf<'switch'>): string | null {
  if (sourceId !== branch.id) return sourceId;
  return branch.parentId === null ? null : (backup?.id ?? branch.parentId);
}

function renewedTtl({ ttlSeconds }: NeonBranch, now: number): Partial<NeonBranch> {
  return ttlSeconds === null ? {} : { expiresAt: now + ttlSeconds * 1000 };
}

async function suspendBackup({ state, clusters }: NeonTaskDeps, id: string): Promise<void> {
  const backup = state.find('branches', id);
  if (backup !== null) await clusters.suspend(backup.clusterId);
}
