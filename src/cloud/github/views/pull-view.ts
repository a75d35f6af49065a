import type { GithubContext } from '../github-context.ts';
import { mergeStateOf } from '../pulls/merge-state.ts';
import type { IssueRecord, PullRecord, RepositoryRecord } from '../records.ts';
import { userView } from './account-view.ts';
import { associationOf, issueView, labelsOf, labelView } from './issue-view.ts';
import { minimalRepositoryView, repositoryPage, repositoryUrl } from './repository-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { nodeId, timeOrNull, timestamp } from './view-basics.ts';

type Simple = GithubSchemas['pull-request-simple'];
type Full = GithubSchemas['pull-request'];

/** A pull request as lists have it. Its issue and its repository must be there. */
export function simplePullView(
  context: GithubContext,
  repository: RepositoryRecord,
  { pull, issue }: { readonly pull: PullRecord; readonly issue: IssueRecord },
): Simple {
  const url = `${repositoryUrl(context, repository)}/pulls/${pull.number}`;
  const issueUrl = `${repositoryUrl(context, repository)}/issues/${pull.number}`;
  const page = `${repositoryPage(context, repository)}/pull/${pull.number}`;
  const shared = issueView(context, repository, issue);
  return {
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: `${repositoryUrl(context, repository)}/statuses/${pull.headSha}`,
    number: pull.number,
    state: issue.state,
    locked: issue.isLocked,
    title: issue.title,
    user: userView(context, issue.login),
    body: issue.body,
    labels: labelsOf(context, repository, issue).map((label) => ({
      ...labelView(context, repository, label),
      description: label.description ?? '',
    })),
    milestone: null,
    active_lock_reason: null,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: timeOrNull(issue.closedAt),
    merged_at: timeOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha ?? pull.testMergeSha,
    assignee: shared.assignee ?? null,
    assignees: issue.assignees.map((login) => userView(context, login)),
    requested_reviewers: [],
    requested_teams: [],
    head: endOf(context, pull.headRepositoryId, {
      owner: pull.headOwner,
      ref: pull.headRef,
      sha: pull.headSha,
    }),
    base: endOf(context, repository.id, { owner: repository.owner, ref: pull.baseRef, sha: pull.baseSha }),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${url}/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: `${repositoryUrl(context, repository)}/statuses/${pull.headSha}` },
    },
    author_association: associationOf(context, repository, issue.login),
    auto_merge: null,
    draft: pull.isDraft,
  };
}

/** All of a pull request. */
export function pullView(
  context: GithubContext,
  repository: RepositoryRecord,
  both: { readonly pull: PullRecord; readonly issue: IssueRecord },
): Full {
  const { pull, issue } = both;
  const isOpen = issue.state === 'open';
  return {
    ...(simplePullView(context, repository, both) as unknown as Full),
    merged: pull.mergedAt !== null,
    mergeable: isOpen ? pull.testMergeSha !== null : null,
    rebaseable: isOpen ? pull.testMergeSha !== null : null,
    mergeable_state: isOpen ? mergeStateOf(context, repository, pull) : 'unknown',
    merged_by: pull.mergedBy === null ? null : userView(context, pull.mergedBy),
    comments: context.state.of('comments', repository.id).filter(({ number }) => number === pull.number)
      .length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.size.commits,
    additions: pull.size.additions,
    deletions: pull.size.deletions,
    changed_files: pull.size.files,
  };
}

/** As events have it. */
export function pullPayload(context: GithubContext, pull: PullRecord): object {
  const issue = context.state.find('issues', pull.id);
  const repository = context.state.find('repositories', pull.repositoryId);
  return issue === null || repository === null ? {} : pullView(context, repository, { pull, issue });
}

function endOf(
  context: GithubContext,
  repositoryId: number | null,
  end: { readonly owner: string; readonly ref: string; readonly sha: string },
): Simple['head'] {
  const repository = repositoryId === null ? null : context.state.find('repositories', repositoryId);
  return {
    label: `${end.owner}:${end.ref}`,
    ref: end.ref,
    sha: end.sha,
    user: userView(context, end.owner),
    // Null once the fork is gone, whatever the document says.
    repo: (repository === null ? null : minimalRepositoryView(context, repository)) as Simple['head']['repo'],
  };
}
