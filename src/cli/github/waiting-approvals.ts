import type { ResolvedApproval } from '../../config/resolved.ts';
import { decideApproval, decisionsIn } from '../../pipeline/approval/decide-approval.ts';
import type { WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import type { CodeHostReader } from '../../providers/code-host.ts';
import { peopleOf } from './approval-people.ts';
import { questionOf } from './approval-question.ts';
import { requestsAmong, threadsOf } from './approval-thread.ts';

/** As many commits are looked at, of the newest runs: each costs a few requests. */
const COMMITS_MAX = 10;
const SHA = /\b[0-9a-f]{40}\b/g;

/**
 * What waits for an approval in an environment, newest first: what the newest runs of its GitHub workflows asked for, and
 * nobody has decided. `liveSince`: when what is live went live; what was asked for before that is overtaken.
 */
export async function waitingApprovals(
  host: CodeHostReader,
  gate: ResolvedApproval,
  { environment, liveSince, now }: { environment: string; liveSince: number | null; now: number },
): Promise<readonly WaitingRequest[]> {
  const runs = await Promise.all(
    [`deploy-${environment}.yml`, 'operations.yml'].map((file) => host.workflowRuns(file)),
  );
  const commits = runs.flat().flatMap(({ headSha, title }) => [...(title.match(SHA) ?? []), headSha]);
  const waiting = new Map<string, WaitingRequest>();
  for (const commit of [...new Set(commits)].slice(0, COMMITS_MAX)) {
    const comments = (await threadsOf(host, environment, commit)).flatMap((thread) => thread.comments);
    const authors = decisionsIn(comments, environment).map(({ comment }) => comment.author);
    const people = await peopleOf(host, authors, gate.approvers);
    for (const { request } of requestsAmong(comments)) {
      const isOvertaken = liveSince !== null && request.at < liveSince;
      if (request.environment !== environment || isOvertaken) continue;
      const { kind } = decideApproval(await questionOf(host, gate, request), comments, people, now);
      if (kind === 'pending' || kind === 'void') waiting.set(request.commit, request);
    }
  }
  return [...waiting.values()].toSorted((a, b) => b.at - a.at);
}
