import { atLeast, roleOf, sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import type {
  CommentRecord,
  IssueRecord,
  LabelRecord,
  ReactionRecord,
  RepositoryRecord,
} from '../records.ts';
import { appView, userView } from './account-view.ts';
import { repositoryPage, repositoryUrl } from './repository-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { nodeId, timeOrNull, timestamp } from './view-basics.ts';

type Association = GithubSchemas['author-association'];

/** An issue, also of a pull request. */
export function issueView(
  context: GithubContext,
  repository: RepositoryRecord,
  issue: IssueRecord,
): GithubSchemas['issue'] {
  const { state } = context;
  const url = `${repositoryUrl(context, repository)}/issues/${issue.number}`;
  const page = pageOf(context, repository, issue);
  const pull = state.find('pulls', issue.id);
  return {
    id: issue.id,
    node_id: nodeId('I', issue.id),
    url,
    repository_url: repositoryUrl(context, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: userView(context, issue.login),
    labels: labelsOf(context, repository, issue).map((label) => labelView(context, repository, label)),
    assignee: issue.assignees[0] === undefined ? null : userView(context, issue.assignees[0]),
    assignees: issue.assignees.map((login) => userView(context, login)),
    milestone: null,
    locked: issue.isLocked,
    active_lock_reason: null,
    comments: state.of('comments', repository.id).filter(({ number }) => number === issue.number).length,
    ...(pull === null
      ? {}
      : {
          pull_request: {
            url: url.replace('/issues/', '/pulls/'),
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: timeOrNull(pull.mergedAt),
          },
          draft: pull.isDraft,
        }),
    closed_at: timeOrNull(issue.closedAt),
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    ...(issue.closedBy === null ? {} : { closed_by: userView(context, issue.closedBy) }),
    author_association: associationOf(context, repository, issue.login),
    reactions: rollupOf(context, `issue:${issue.id}`, `${url}/reactions`),
    performed_via_github_app: null,
  };
}

export function commentView(
  context: GithubContext,
  repository: RepositoryRecord,
  comment: CommentRecord,
): GithubSchemas['issue-comment'] {
  const base = repositoryUrl(context, repository);
  const url = `${base}/issues/comments/${comment.id}`;
  const issue = issueOf(context, repository, comment.number);
  const page = issue === null ? repositoryPage(context, repository) : pageOf(context, repository, issue);
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${base}/issues/${comment.number}`,
    body: comment.body,
    user: userView(context, comment.login),
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    author_association: associationOf(context, repository, comment.login),
    performed_via_github_app: appView(context, comment.appId),
    reactions: rollupOf(context, `comment:${comment.id}`, `${url}/reactions`),
  };
}

export function labelView(
  context: GithubContext,
  repository: RepositoryRecord,
  label: LabelRecord,
): GithubSchemas['label'] {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${repositoryUrl(context, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.isDefault,
    description: label.description,
  };
}

export function reactionView(context: GithubContext, reaction: ReactionRecord): GithubSchemas['reaction'] {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: userView(context, reaction.login),
    content: reaction.content as GithubSchemas['reaction']['content'],
    created_at: timestamp(reaction.createdAt),
  };
}

/** The labels of an issue that there are. */
export function labelsOf(
  { state }: GithubContext,
  repository: RepositoryRecord,
  issue: IssueRecord,
): readonly LabelRecord[] {
  const all = state.of('labels', repository.id);
  return issue.labels.flatMap((name) => all.find((label) => sameLogin(label.name, name)) ?? []);
}

/** The issue, or the pull request, of a number; null when there is none. */
export function issueOf(
  { state }: GithubContext,
  repository: RepositoryRecord,
  number: number,
): IssueRecord | null {
  return state.of('issues', repository.id).find((issue) => issue.number === number) ?? null;
}

/** What somebody is to a repository, as others see it. */
export function associationOf(
  context: GithubContext,
  repository: RepositoryRecord,
  login: string,
): Association {
  const { state } = context;
  if (sameLogin(login, repository.owner)) return 'OWNER';
  const members = Object.keys(state.account(repository.owner)?.members ?? {});
  if (members.some((member) => sameLogin(member, login))) return 'MEMBER';
  const account = state.account(login);
  if (account !== null && account.kind === 'user' && atLeast(roleOf(state, account, repository), 'triage'))
    return 'COLLABORATOR';
  return 'NONE';
}

function pageOf(context: GithubContext, repository: RepositoryRecord, issue: IssueRecord): string {
  return `${repositoryPage(context, repository)}/${issue.isPull ? 'pull' : 'issues'}/${issue.number}`;
}

function rollupOf({ state }: GithubContext, subject: string, url: string): GithubSchemas['reaction-rollup'] {
  const all = state.all('reactions').filter((reaction) => reaction.subject === subject);
  const of = (content: string): number => all.filter((reaction) => reaction.content === content).length;
  return {
    url,
    total_count: all.length,
    '+1': of('+1'),
    '-1': of('-1'),
    laugh: of('laugh'),
    hooray: of('hooray'),
    confused: of('confused'),
    heart: of('heart'),
    rocket: of('rocket'),
    eyes: of('eyes'),
  };
}
