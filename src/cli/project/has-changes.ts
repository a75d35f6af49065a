import { madeByChecks } from '../../checks/inputs/made-by-checks.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { GitSource } from '../../providers/git/git-source.ts';

/**
 * Whether anything below the project's directory differs from HEAD. New files that checks make, such as reports that
 * git does not ignore, are no change of anybody's.
 */
export async function hasChanges(
  source: Pick<GitSource, 'newFiles' | 'prefix' | 'uncommittedFiles'>,
  checks: readonly ResolvedCheck[],
): Promise<boolean> {
  const [prefix, uncommitted, created] = await Promise.all([
    source.prefix(),
    source.uncommittedFiles(),
    source.newFiles(),
  ]);
  const isMade = madeByChecks(checks);
  if (created.some((path) => !isMade(path))) return true;
  const isNew = new Set(created.map((path) => `${prefix}${path}`));
  return uncommitted.some((path) => path.startsWith(prefix) && !isNew.has(path));
}
