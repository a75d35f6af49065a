import type { NeonContext } from '../neon-context.ts';
import { refused } from '../neon-error.ts';
import type { NeonProject } from '../records.ts';

/** Deletes a project; until its time is over it can be had back. Throws 422 while a branch is protected, 423 while busy. */
export async function deleteProject(context: NeonContext, project: NeonProject): Promise<NeonProject> {
  const { state, operations, clock, clusters, ports } = context;
  operations.requireIdle(project.id);
  const branches = state.branchesOf(project.id);
  if (branches.some((one) => one.isProtected))
    throw refused('cannot delete a project with protected branches');
  const deleted = { ...project, deletedAt: clock.now(), updatedAt: clock.now() };
  state.save('projects', deleted);
  for (const endpoint of state.all('endpoints').filter((one) => one.projectId === project.id))
    ports.cut(endpoint.id);
  for (const branch of branches) await clusters.suspend(branch.clusterId);
  return deleted;
}

/** Brings a deleted project back, under the same addresses. */
export async function recoverProject(
  { state, clock }: NeonContext,
  project: NeonProject,
): Promise<NeonProject> {
  const recovered = { ...project, deletedAt: null, updatedAt: clock.now() };
  state.save('projects', recovered);
  return Promise.resolve(recovered);
}

/** Removes a project with everything that is its. */
export async function removeProject(context: NeonContext, projectId: string): Promise<void> {
  const { state, clusters, ports } = context;
  const of = <T extends { readonly projectId: string | null }>(records: readonly T[]): readonly T[] =>
    records.filter((one) => one.projectId === projectId);
  const [endpoints, branches, snapshots] = [
    of(state.all('endpoints')),
    of(state.all('branches')),
    of(state.all('snapshots')),
  ];
  for (const { id } of endpoints) await ports.close(id);
  state.together(() => {
    for (const { id } of endpoints) state.remove('endpoints', id);
    for (const { id } of branches) state.remove('branches', id);
    for (const { id } of snapshots) state.remove('snapshots', id);
    for (const { id } of of(state.all('operations'))) state.remove('operations', id);
    for (const { id } of of(state.all('api_keys'))) state.remove('api_keys', String(id));
    state.remove('projects', projectId);
  });
  for (const { clusterId } of [...branches, ...snapshots]) await clusters.destroy(clusterId);
}
