import type { Pusher } from '../git/pusher.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError } from '../github-error.ts';
import { commitOf, countCommits } from '../git/read-git.ts';
import { runGit } from '../git/run-git.ts';
import { newIssue } from '../issues.ts';
import { sameLogin } from '../access/role-of.ts';
import type { IssueRecord, PullRecord, RepositoryRecord } from '../records.ts';
import { emitPull } from './apply-outcome.ts';
import { refreshedPull } from './refresh-pulls.ts';

/** What a pull request is made from. */
export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  /** `branch`, or `owner:branch` of a fork. */
  readonly head: string;
  readonly base: string;
  readonly isDraft: boolean;
}

/** Opens a pull request. Throws the API's 422 with what is wrong with its ends. */
export async function openPull(
  context: GithubContext,
  repository: RepositoryRecord,
  by: Pusher,
  order: NewPull,
): Promise<{ readonly pull: PullRecord; readonly issue: IssueRecord }> {
  const { state, git } = context;
  const head = headOf(context, repository, order.head);
  const headSha =
    head === null ? null : await commitOf(git.dirOf(head.repository.id), `refs/heads/${head.branch}`);
  if (head === null || headSha === null) throw unfit('head', 'invalid');
  const baseSha = await commitOf(git.dirOf(repository.id), `refs/heads/${order.base}`);
  if (baseSha === null) throw unfit('base', 'invalid');
  requireNew(context, repository, { ...head, base: order.base });
  await bring(context, repository, head.repository, headSha);
  if ((await countCommits(git.dirOf(repository.id), `${baseSha}..${headSha}`)) === 0)
    throw unfit('base', 'custom', `No commits between ${order.base} and ${order.head}`);
  const { issue, pull } = state.together(() => {
    const made = newIssue(context, repository, by.login, {
      title: order.title,
      body: order.body,
      labels: [],
      assignees: [],
      isPull: true,
    });
    const record: PullRecord = {
      id: made.id,
      repositoryId: repository.id,
      number: made.number,
      headRepositoryId: head.repository.id,
      headOwner: head.repository.owner,
      headRef: head.branch,
      headSha,
      baseRef: order.base,
      baseSha,
      isDraft: order.isDraft,
      testMergeSha: null,
      mergedAt: null,
      mergedBy: null,
      mergeCommitSha: null,
      size: { commits: 0, additions: 0, deletions: 0, files: 0, behind: 0 },
    };
    return { issue: made, pull: state.save('pulls', record) };
  });
  const whole = await refreshedPull(context, pull);
  state.together(() => {
    state.save('pulls', whole);
    emitPull(context, { pull: whole, action: 'opened', by });
  });
  return { pull: whole, issue };
}

/** The head's repository and branch; null when there is no such repository. */
function headOf(
  { state }: GithubContext,
  repository: RepositoryRecord,
  head: string,
): { readonly repository: RepositoryRecord; readonly branch: string } | null {
  const at = head.indexOf(':');
  if (at < 0 || sameLogin(head.slice(0, at), repository.owner))
    return { repository, branch: head.slice(at + 1) };
  const owner = head.slice(0, at);
  const root = repository.forkOf ?? repository.id;
  const fork = state
    .all('repositories')
    .find((one) => sameLogin(one.owner, owner) && (one.forkOf === root || one.id === root));
  return fork === undefined ? null : { repository: fork, branch: head.slice(at + 1) };
}

function requireNew(
  { state }: GithubContext,
  repository: RepositoryRecord,
  ends: { readonly repository: RepositoryRecord; readonly branch: string; readonly base: string },
): void {
  const known = state
    .of('pulls', repository.id)
    .some(
      (pull) =>
        pull.headRepositoryId === ends.repository.id &&
        pull.headRef === ends.branch &&
        pull.baseRef === ends.base &&
        state.find('issues', pull.id)?.state === 'open',
    );
  if (known)
    throw new GithubApiError(422, 'Validation Failed', {
      errors: [
        {
          resource: 'PullRequest',
          code: 'custom',
          message: `A pull request already exists for ${ends.repository.owner}:${ends.branch}.`,
        },
      ],
    });
}

/** The commits of a fork, wherever its branch may go later. */
async function bring(
  { git }: GithubContext,
  repository: RepositoryRecord,
  from: RepositoryRecord,
  sha: string,
): Promise<void> {
  if (from.id === repository.id) return;
  await runGit({
    dir: git.dirOf(repository.id),
    args: ['fetch', '--quiet', '--no-tags', git.dirOf(from.id), sha],
  });
}

function unfit(field: string, code: string, message?: string): GithubApiError {
  return new GithubApiError(422, 'Validation Failed', {
    errors: [{ resource: 'PullRequest', field, code, ...(message === undefined ? {} : { message }) }],
  });
}
