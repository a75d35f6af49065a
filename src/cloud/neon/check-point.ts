import type { PostgresMoment } from '../postgres/postgres-service.ts';
import type { NeonContext } from './neon-context.ts';
import { refused } from './neon-error.ts';
import type { CopyPoint, NeonBranch } from './records.ts';
import { timestamp } from './views.ts';

/**
 * The moment in the past of a branch that a request names; null for now. Throws the API's 422 for one that is not, or not
 * any more, in its past.
 */
export async function pointInPast(
  context: NeonContext,
  branch: NeonBranch,
  at: CopyPoint | null,
): Promise<PostgresMoment | null> {
  if (at === null) return null;
  if ('time' in at) {
    requireInHistory(context, branch, at.time);
    return at.time;
  }
  const end = await context.clusters.lsn(branch.clusterId);
  if (positionOf(at.lsn) > positionOf(end))
    throw refused(`lsn ${at.lsn} is not in the history of branch ${branch.name}, which ends at ${end}`);
  return { lsn: at.lsn };
}

function requireInHistory({ state, clusters, clock }: NeonContext, branch: NeonBranch, time: number): void {
  const kept = state.find('projects', branch.projectId)?.historyRetentionSeconds ?? 0;
  const now = clock.now();
  const from = Math.max(clusters.window(branch.clusterId).from, now - kept * 1000);
  const name = `timestamp ${timestamp(time)}`;
  if (time > now) throw refused(`${name} is in the future`);
  if (time < from)
    throw refused(
      `${name} is before the history of branch ${branch.name}, which begins at ${timestamp(from)}`,
    );
}

function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
