import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { branchNameOf } from './branch-name.ts';
import { findProject } from './find-project.ts';
import { NeonApiError } from './neon-api-error.ts';
import type { NeonContext } from './neon-context.ts';
import { timeOf } from './neon-time.ts';
import { isRestorePointName, restorePointNamed } from './restore-point-name.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/** As many names as are read in one line. */
const NAMED_MAX = 4;

/** Does what makes a branch; where Neon has no room for one, the error names those whose deletion makes some. */
export async function namingRoom<T>(
  context: NeonContext,
  database: ResolvedDatabase,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFull(error)) throw error;
    const project = await findProject(context, database);
    if (project === null) throw error;
    const hint = roomHint(project, database, await context.api.branches(project, ''));
    throw new ToolError(error.code, error.message, { hint, cause: error });
  }
}

/** 429 is of the same code, and speaks of requests. */
function isFull(error: unknown): error is NeonApiError {
  return error instanceof NeonApiError && error.code === 'PROVIDER_QUOTA' && error.status !== 429;
}

/**
 * How room for a branch is made: by a restore point of this database, else by another branch. Only what Neon deletes is
 * named: nothing that another branch was made from. The oldest come first.
 */
export function roomHint(
  project: Pick<NeonProject, 'id' | 'name'>,
  database: ResolvedDatabase,
  all: readonly NeonBranch[],
): string {
  const free = all
    .filter((branch) => isDeletable(branch, all) && branch.name !== branchNameOf(database))
    .toSorted((a, b) => (timeOf(a.created_at) ?? 0) - (timeOf(b.created_at) ?? 0));
  const points = free.flatMap(({ name }) => restorePointNamed(database, name) ?? []);
  const others = free.map(({ name }) => name).filter((name) => !isRestorePointName(name));
  const hints: string[] = [];
  if (points.length > 0)
    hints.push(
      `Delete a restore point that is not needed (${listed(points)}): glidepath db backup <environment> --name ${points[0]} --delete`,
    );
  if (others.length > 0)
    hints.push(
      `${hints.length > 0 ? 'Or delete' : 'Delete'} a branch that no environment uses (${listed(others)} can be deleted): neonctl branches delete <name> --project-id ${project.id}`,
    );
  if (hints.length === 0)
    return `No branch of project ${project.name} can be deleted: others were made from each of them. Delete an environment of the project, or raise its limit on Neon.`;
  return [...hints, 'Or keep fewer restore points: restorePoints: { keep: 1 }'].join('\n');
}

function isDeletable(branch: NeonBranch, all: readonly NeonBranch[]): boolean {
  return !branch.default && !branch.protected && !all.some((other) => other.parent_id === branch.id);
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return names.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
