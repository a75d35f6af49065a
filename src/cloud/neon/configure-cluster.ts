import type { NeonTaskDeps } from './neon-task-deps.ts';
import type { NeonBranch } from './records.ts';

/** Sets a server up as a branch, which it is or will be of, wants it. */
export async function configureCluster(
  { state, clusters }: Pick<NeonTaskDeps, 'state' | 'clusters'>,
  branch: NeonBranch,
  clusterId: string,
): Promise<void> {
  const kept = state.find('projects', branch.projectId)?.historyRetentionSeconds ?? 0;
  await clusters.configure(clusterId, state.endpointsOf(branch.id), kept);
}
