import type { NeonContext } from './neon-context.ts';

/** A branch of a project, for people. */
export interface NeonInventoryItem {
  readonly project: string;
  readonly projectName: string;
  readonly branch: string;
  readonly branchName: string;
  readonly isDefault: boolean;
  readonly clusterId: string;
  /** Of its computes; empty for a branch that cannot be connected to. */
  readonly ports: readonly number[];
}

/** Every branch that is not deleted, of projects that are not, the oldest first. */
export function inventoryOf({ state }: NeonContext): readonly NeonInventoryItem[] {
  return state.projects().flatMap((project) =>
    state.branchesOf(project.id).map((branch) => ({
      project: project.id,
      projectName: project.name,
      branch: branch.id,
      branchName: branch.name,
      isDefault: project.defaultBranchId === branch.id,
      clusterId: branch.clusterId,
      ports: state.endpointsOf(branch.id).map(({ port }) => port),
    })),
  );
}

/** What each Postgres of Neon's holds. */
export function contentsOf({ state }: NeonContext): ReadonlyMap<string, string> {
  const nameOf = (projectId: string): string => state.find('projects', projectId)?.name ?? projectId;
  const isGone = (projectId: string): boolean => state.find('projects', projectId)?.deletedAt !== null;
  return new Map([
    ...state.all('branches').map(({ clusterId, projectId, name, deletion }) => {
      const mark = deletion !== null || isGone(projectId) ? ' (deleted)' : '';
      return [clusterId, `${nameOf(projectId)}/${name}${mark}`] as const;
    }),
    ...state
      .all('snapshots')
      .map(({ clusterId, projectId, name }) => [clusterId, `${nameOf(projectId)}@${name}`] as const),
  ]);
}
