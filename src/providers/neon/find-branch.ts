import type { ResolvedDatabase } from '../../config/resolved.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { branchNameOf } from './branch-name.ts';
import type { ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { isRestorePointName, restorePointNamed } from './restore-point-name.ts';
import type { NeonBranch } from './wire-types.ts';

/** The branch of that very name; null when there is none. */
export async function findBranch(
  context: NeonContext,
  project: ProjectRef,
  name: string,
  signal?: AbortSignal,
): Promise<NeonBranch | null> {
  const found = await context.api.branches(project, name, signal);
  return found.find((branch) => branch.name === name) ?? null;
}

/** The environment's own branch; throws PROVIDER_NOT_FOUND. */
export async function requireOwnBranch(
  context: NeonContext,
  project: ProjectRef,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<NeonBranch> {
  const name = branchNameOf(database);
  const found = await findBranch(context, project, name, signal);
  if (found !== null) return found;
  throw new ToolError(
    'PROVIDER_NOT_FOUND',
    `There is no branch ${name} in project ${project.name} on Neon.`,
    {
      hint: `A deployment makes it; see what there is: neonctl branches list --project-id ${project.id}`,
    },
  );
}

/** A branch that somebody named, or a restore point of this database; throws DATABASE_UNKNOWN_BRANCH with the branches there are. */
export async function requireBranch(
  context: NeonContext,
  project: ProjectRef,
  { database, name }: { database: ResolvedDatabase; name: string },
  signal?: AbortSignal,
): Promise<NeonBranch> {
  const all = await context.api.branches(project, '', signal);
  const found =
    all.find((branch) => branch.name === name) ??
    all.find((branch) => restorePointNamed(database, branch.name) === name);
  if (found !== undefined) return found;
  const names = all.map((branch) => branch.name).filter((other) => !isRestorePointName(other));
  throw new ToolError(
    'DATABASE_UNKNOWN_BRANCH',
    `There is no branch "${name}" in project ${project.name} on Neon.`,
    { hint: nameHint(name, names, 'branches') },
  );
}
