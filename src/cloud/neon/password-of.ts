import type { NeonContext } from './neon-context.ts';
import type { NeonBranch } from './records.ts';

/**
 * The password of a role in a branch, also while the branch is still being made: it will have that of its parent. Null for
 * a role without one.
 */
export function passwordOf(
  { state, clusters }: NeonContext,
  branch: NeonBranch,
  role: string,
): string | null {
  const own = clusters.password(branch.clusterId, role);
  if (own !== null || branch.state !== 'init') return own;
  const copying = state
    .all('operations')
    .map(({ task }) => task)
    .find((task) => task.kind === 'copy' && task.clusterId === branch.clusterId);
  if (copying?.kind !== 'copy' || copying.hasNewPasswords) return null;
  return clusters.password(copying.from, role);
}
