import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { PlatformWork } from '../app-platform.ts';
import { branchNameOf } from './branch-name.ts';
import { requireRemovable } from './database-branches.ts';
import { findProject } from './find-project.ts';
import type { NeonContext } from './neon-context.ts';
import { restorePointNamed } from './restore-point-name.ts';
import { settleOperations } from './settle.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/**
 * Removes the environment's branch with its restore points and what restores replaced. One that is gone is no error.
 * Throws PROVIDER_CONFLICT for a default or protected branch, and for one that others than its restore points were made
 * from, before anything is removed.
 */
export async function destroyBranch(
  context: NeonContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const project = await findProject(context, database, work.signal);
  if (project === null) return;
  const all = await context.api.branches(project, '', work.signal);
  const own = all.find(({ name }) => name === branchNameOf(database));
  const isPoint = ({ name }: NeonBranch): boolean => restorePointNamed(database, name) !== null;
  if (own !== undefined)
    requireRemovable(
      project,
      own,
      all.filter((branch) => !isPoint(branch)),
    );
  const ours = all.filter((branch) => branch === own || isPoint(branch));
  // Restores make long families: what others were made from goes after them.
  let left = all;
  for (;;) {
    const next = ours.find(
      (branch) => left.includes(branch) && !left.some((other) => other.parent_id === branch.id),
    );
    if (next === undefined) break;
    await remove(context, project, next, work);
    left = left.filter((branch) => branch !== next);
    if (next === own) work.log(`branch ${next.name} of project ${project.name} removed`);
  }
  // Somebody has made a branch of one of its restore points.
  if (own !== undefined && left.includes(own)) requireRemovable(project, own, left);
  for (const branch of ours.filter((each) => left.includes(each)))
    work.log(`! branch ${branch.name} of project ${project.name} stays: others were made from it`);
}

async function remove(
  context: NeonContext,
  project: NeonProject,
  branch: NeonBranch,
  work: PlatformWork,
): Promise<void> {
  const changed = await context.api.deleteBranch(project, branch, work.signal);
  await settleOperations(context, project, changed, work.signal);
}
