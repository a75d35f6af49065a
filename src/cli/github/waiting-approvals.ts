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

/** A request that nobody has decided, and the page of it. */
export interface WaitingApproval {
  readonly request: WaitingRequest;
  readonly url: string;
}

/**
 * What waits for an approval in an environment, newest first: what the newest runs of its GitHub workflows asked for, and
 * nobody has decided. `liveSince`: when what is live went live; what was asked for before that is overtaken.
 */
export async function waitingApprovals(
  host: CodeHostReader,
  gate: ResolvedApproval,
  { environment, liveSince, now }: { environment: string; liveSince: number | null; now: number },
): Promise<readonly WaitingApproval[]> {
  const runs = await Promise.all(
    [`deploy-${environment}.yml`, 'operations.yml'].map((file) => host.workflowRuns(file)),
  );
  const commits = runs.flat().flatMap(({ headSha, title }) => [...(title.match(SHA) ?? []), headSha]);
  const waiting = new Map<string, WaitingApproval>();
  for (const commit of [...new Set(commits)].slice(0, COMMITS_MAX))
    for (const one of await undecided(host, gate, { environment, commit, now }))
      if (liveSince === null || one.request.at >= liveSince) waiting.set(one.request.commit, one);
  return [...waiting.values()].toSorted((a, b) => b.request.at - a.request.at);
}

/** What waits where people agree to a commit: also what was asked for there about others. */
export async function undecided(
  host: CodeHostReader,
  gate: ResolvedApproval,
  { environment, commit, now }: { environment: string; commit: string; now: number },
): Promise<readonly WaitingApproval[]> {
  const comments = (await threadsOf(host, environment, commit)).flatMap((thread) => thread.comments);
  const authors = decisionsIn(comments, environment).map(({ comment }) => comment.author);
  const people = await peopleOf(host, authors, gate.approvers);
  const waiting: WaitingApproval[] = [];
  for (const { request, comment } of requestsAmong(comments)) {
    if (request.environment !== environment) continue;
    const { kind } = decideApproval(await questionOf(host, gate, request), comments, people, now);
    if (kind === 'pending' || kind === 'void') waiting.push({ request, url: comment.url });
  }
  return waiting;
}
