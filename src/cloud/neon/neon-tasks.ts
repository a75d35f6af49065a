import type { NeonTaskRunner } from './neon-operations.ts';
import type { NeonBranch, NeonTask } from './records.ts';
import { configureCluster } from './configure-cluster.ts';
import type { NeonTaskDeps } from './neon-task-deps.ts';
import { placeOf } from './place-of.ts';
import { finalizeRestore, switchBranch } from './branches/switch-branch.ts';

type TaskOf<Kind extends NeonTask['kind']> = Extract<NeonTask, { kind: Kind }>;

/** Does what operations stand for. */
export function neonTaskRunner(deps: NeonTaskDeps): NeonTaskRunner {
  return { run: (task) => run(deps, task), abandon: (task) => abandon(deps, task) };
}

async function run(deps: NeonTaskDeps, task: NeonTask): Promise<void> {
  const { state, clusters } = deps;
  switch (task.kind) {
    case 'create-cluster': {
      const branch = state.find('branches', task.branchId);
      if (branch === null) return;
      await clusters.create(branch);
      becomesReady(deps, branch);
      return;
    }
    case 'copy':
      return copy(deps, task);
    case 'switch':
      return switchBranch(deps, task);
    case 'finalize':
      return finalizeRestore(deps, task);
    case 'start':
      return start(deps, task.endpointId);
    case 'suspend':
      return suspend(deps, task.endpointId);
    case 'suspend-branch':
      return suspendBranch(deps, task.branchId);
    case 'configure':
      return configure(deps, task.branchId);
    case 'destroy':
      return clusters.destroy(task.clusterId);
    case 'nothing':
      // Done within the request that asked for it; if that was killed, nobody was told that it had been done.
      return;
  }
}

/** Takes back what cannot be: a branch or a snapshot without data. */
async function abandon({ state, clusters, ports, clock }: NeonTaskDeps, task: NeonTask): Promise<void> {
  if (task.kind === 'create-cluster' || task.kind === 'copy') {
    const clusterId =
      task.kind === 'copy' ? task.clusterId : state.find('branches', task.branchId)?.clusterId;
    if (clusterId === undefined) return;
    const branches = state.all('branches').filter((one) => one.clusterId === clusterId);
    for (const { id } of branches) {
      for (const endpoint of state.endpointsOf(id)) await ports.close(endpoint.id);
      state.together(() => {
        for (const endpoint of state.endpointsOf(id)) state.remove('endpoints', endpoint.id);
        state.remove('branches', id);
      });
    }
    for (const { id } of state.all('snapshots').filter((one) => one.clusterId === clusterId))
      state.remove('snapshots', id);
    await clusters.destroy(clusterId);
  }
  // The branch stays what it was.
  if (task.kind === 'switch')
    state.change('branches', task.branchId, {
      state: 'ready',
      pendingState: null,
      stateChangedAt: clock.now(),
    });
}

async function copy(deps: NeonTaskDeps, task: TaskOf<'copy'>): Promise<void> {
  const { state, clusters } = deps;
  const { clusterId, from, at, isSchemaOnly, owner } = task;
  await clusters.copy(clusterId, from, { at, isSchemaOnly });
  const branch = state.find('branches', owner);
  const snapshot = state.find('snapshots', owner);
  const known = branch ?? snapshot;
  if (known === null) return;
  if (task.hasNewPasswords)
    for (const role of known.roles) if (!role.isNoLogin) await clusters.setLogin(clusterId, role.name);
  if (snapshot !== null) {
    const present = at === null ? {} : await clusters.present(clusterId, known);
    await clusters.suspend(clusterId);
    const origin = clusters.find(clusterId)?.origin ?? null;
    const point = origin === null ? {} : { lsn: origin.lsn, timestamp: origin.at };
    state.change('snapshots', owner, { ...present, ...point, isReady: true });
  }
  // A branch that is being restored has this cluster only after the switch, which looks by itself.
  if (branch?.clusterId !== clusterId) return;
  const present = at === null ? {} : await clusters.present(clusterId, known);
  await configure(deps, owner);
  becomesReady(deps, {
    ...branch,
    ...present,
    ...(branch.parentId === null ? {} : placeOf(deps, clusterId)),
  });
}

function becomesReady({ state, clock }: NeonTaskDeps, branch: NeonBranch): void {
  const now = clock.now();
  state.change('branches', branch.id, {
    roles: branch.roles,
    databases: branch.databases,
    parentLsn: branch.parentLsn,
    parentTimestamp: branch.parentTimestamp,
    state: 'ready',
    pendingState: null,
    stateChangedAt: now,
    updatedAt: now,
  });
}

async function start(deps: NeonTaskDeps, endpointId: string): Promise<void> {
  const { state, clusters, clock } = deps;
  const endpoint = state.find('endpoints', endpointId);
  const branch = endpoint === null ? null : state.find('branches', endpoint.branchId);
  if (branch === null) return;
  await configure(deps, branch.id);
  await clusters.start(branch.clusterId);
  const now = clock.now();
  state.change('endpoints', endpointId, { isSuspended: false, startedAt: now, lastActiveAt: now });
}

/** A branch's computes share one server: it sleeps when none of them is left. */
async function suspend(deps: NeonTaskDeps, endpointId: string): Promise<void> {
  const { state, clusters, ports, clock } = deps;
  const endpoint = state.change('endpoints', endpointId, {
    isSuspended: true,
    suspendedAt: clock.now(),
  });
  const branch = endpoint === null ? null : state.find('branches', endpoint.branchId);
  if (branch === null) return;
  ports.cut(endpointId);
  const isUsed = state
    .endpointsOf(branch.id)
    .some((one) => one.id !== endpointId && !one.isSuspended && ports.connections(one.id) > 0);
  if (!isUsed) await clusters.suspend(branch.clusterId);
}

async function suspendBranch({ state, clusters, ports, clock }: NeonTaskDeps, id: string): Promise<void> {
  const branch = state.find('branches', id);
  if (branch === null) return;
  for (const endpoint of state.endpointsOf(id)) {
    ports.cut(endpoint.id);
    state.change('endpoints', endpoint.id, { isSuspended: true, suspendedAt: clock.now() });
  }
  await clusters.suspend(branch.clusterId);
}

async function configure(deps: NeonTaskDeps, branchId: string): Promise<void> {
  const branch = deps.state.find('branches', branchId);
  if (branch !== null) await configureCluster(deps, branch, branch.clusterId);
}
