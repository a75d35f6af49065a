import type { NeonTaskDeps } from './neon-task-deps.ts';
import type { NeonBranch } from './records.ts';

/** Where in the log of its parent a branch begins. */
export function placeOf(
  { clusters }: Pick<NeonTaskDeps, 'clusters'>,
  clusterId: string,
): Partial<Pick<NeonBranch, 'parentLsn' | 'parentTimestamp'>> {
  const origin = clusters.find(clusterId)?.origin ?? null;
  return origin === null ? {} : { parentLsn: origin.lsn, parentTimestamp: origin.at };
}
