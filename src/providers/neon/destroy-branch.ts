import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { PlatformWork } from '../app-platform.ts';
import { branchNameOf } from './branch-name.ts';
import { requireRemovable } from './database-branches.ts';
import { findProject } from './find-project.ts';
import type { NeonContext } from './neon-context.ts';
import { restorePointPrefix } from './restore-point-name.ts';
import { settleOperations } from './settle.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/**
 * Removes the environment's branch with its restore points. One that is gone is no error. Throws PROVIDER_CONFLICT for a
 * default or protected branch, and for one that others than its restore points were made from, before anything is removed.
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
  const isPoint = ({ name }: NeonBranch): boolean => name.startsWith(restorePointPrefix(database));
  if (own !== undefined) {
    requireRemovable(
      project,
      own,
      all.filter((branch) => !isPoint(branch)),
    );
    for (const point of all.filter(isPoint)) {
      // What the data were brought back from can go only after them.
      if (point.id !== own.parent_id) await remove(context, project, point, work);
    }
    await remove(context, project, own, work);
    work.log(`branch ${own.name} of project ${project.name} removed`);
  }
  const left = await context.api.branches(project, restorePointPrefix(database), work.signal);
  for (const point of left.filter(isPoint)) await remove(context, project, point, work);
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
