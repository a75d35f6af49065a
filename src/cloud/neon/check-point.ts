import type { NeonContext } from './neon-context.ts';
import { refused } from './neon-error.ts';
import type { CopyPoint, NeonBranch } from './records.ts';
import { timestamp } from './views.ts';

/**
 * The time in the past of a branch that a request names, in milliseconds since the Unix epoch; null for now. Throws the
 * API's 422 for one that is not, or not any more, in its past.
 */
export async function pointInPast(
  context: NeonContext,
  branch: NeonBranch,
  at: CopyPoint | null,
): Promise<number | null> {
  if (at === null) return null;
  const time = 'time' in at ? at.time : await timeOf(context, branch, at.lsn);
  if (time !== null) requireInHistory(context, branch, time);
  return time;
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

/**
 * The local servers go back by time alone. Of a place in the log the time is known when it is the end of it, or when a
 * branch or a snapshot has been made there; null: the end.
 */
async function timeOf(
  { state, clusters }: NeonContext,
  branch: NeonBranch,
  lsn: string,
): Promise<number | null> {
  const wanted = positionOf(lsn);
  const end = positionOf(await clusters.lsn(branch.clusterId));
  if (wanted === end) return null;
  if (wanted > end) throw refused(`lsn ${lsn} is not in the history of branch ${branch.name}`);
  const children = state
    .all('branches')
    .filter((one) => one.parentId === branch.id)
    .map(({ parentLsn, parentTimestamp }) => ({ lsn: parentLsn, time: parentTimestamp }));
  const snapshots = state
    .all('snapshots')
    .filter((one) => one.sourceBranchId === branch.id)
    .map((one) => ({ lsn: one.lsn, time: one.timestamp }));
  const known = [...children, ...snapshots].find((one) => one.lsn !== null && positionOf(one.lsn) === wanted);
  if (known?.time == null)
    throw refused(
      `the local cloud does not know when branch ${branch.name} was at lsn ${lsn}: give a timestamp`,
    );
  return known.time;
}

function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
