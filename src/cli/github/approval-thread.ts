import type { CodeHost, CodeHostReader, HostComment } from '../../providers/code-host.ts';
import { requestIn, requestMarker, type WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import { issueBody, ISSUE_LABEL } from './approval-comment.ts';

/** Where an approval is asked for and given: a pull request, or the issue of an environment. */
export interface ApprovalThread {
  readonly number: number;
  readonly comments: readonly HostComment[];
}

/** Where people agree to a commit: the pull request that brought it, and the environment's issue, as far as they are there. */
export async function threadsOf(
  host: CodeHostReader,
  environment: string,
  commit: string,
): Promise<readonly ApprovalThread[]> {
  const [pull] = await host.pullRequestsOfCommit(commit);
  const issue = await host.issueWithMarker(issueMarker(environment), ISSUE_LABEL);
  const numbers = [pull?.number, issue?.number].filter((number) => number !== undefined);
  return Promise.all(numbers.map(async (number) => ({ number, comments: await host.comments(number) })));
}

/** The number of the thread to ask in; the issue is opened where there is neither. */
export async function threadToAsk(
  host: CodeHost,
  environment: string,
  threads: readonly ApprovalThread[],
): Promise<number> {
  const [first] = threads;
  if (first !== undefined) return first.number;
  const marker = issueMarker(environment);
  const { number } = await host.createIssue({
    title: `Deployments to ${environment}`,
    body: issueBody(environment, marker),
    labels: [ISSUE_LABEL],
  });
  return number;
}

/** Our request for a commit among comments, by the mark that only those of the repository can have written; the oldest. Pure. */
export function requestAmong(
  comments: readonly HostComment[],
  environment: string,
  commit: string,
): { readonly request: WaitingRequest; readonly comment: HostComment } | null {
  for (const { request, comment } of requestsAmong(comments)) {
    const isMeant = request.environment === environment && request.commit.startsWith(commit);
    if (isMeant) return { request, comment };
  }
  return null;
}

/** Every request of ours among comments. Pure. */
export function requestsAmong(
  comments: readonly HostComment[],
): readonly { readonly request: WaitingRequest; readonly comment: HostComment }[] {
  return comments.flatMap((comment) => {
    if (!comment.isByInsider) return [];
    const request = requestIn(comment.body);
    const isOurs =
      request !== null && comment.body.includes(requestMarker(request.environment, request.commit));
    return isOurs ? [{ request, comment }] : [];
  });
}

function issueMarker(environment: string): string {
  return `<!-- glidepath:deployments-to ${environment} -->`;
}
