import type { Pusher } from './git/pusher.ts';
import type { GithubContext } from './github-context.ts';
import { sameLogin } from './access/role-of.ts';
import type { CommentRecord, IssueRecord, PullRecord, RepositoryRecord } from './records.ts';
import { commentView, issueView } from './views/issue-view.ts';

/** What an issue is made of. */
export interface NewIssue {
  readonly title: string;
  readonly body: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly isPull: boolean;
}

/** Gives a repository one issue more; to be called within `state.together`, and told of by the caller. */
export function newIssue(
  { state, clock }: GithubContext,
  repository: RepositoryRecord,
  login: string,
  order: NewIssue,
): IssueRecord {
  const { nextNumber: number } = state.find('repositories', repository.id) ?? repository;
  state.change('repositories', repository.id, { nextNumber: number + 1 });
  const now = clock.now();
  return state.save('issues', {
    ...order,
    id: state.nextId(),
    repositoryId: repository.id,
    number,
    state: 'open',
    stateReason: null,
    login,
    isLocked: false,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
  });
}

/** Labels that are asked for by name are made, if there are none. */
export function ensureLabels(
  { state }: GithubContext,
  repository: RepositoryRecord,
  names: readonly string[],
): void {
  const known = state.of('labels', repository.id);
  for (const name of new Set(names))
    if (!known.some((label) => sameLogin(label.name, name)))
      state.save('labels', {
        id: state.nextId(),
        repositoryId: repository.id,
        name,
        color: 'ededed',
        description: null,
        isDefault: false,
      });
}

/** Tells of an issue; of a pull request its own events tell. */
export function emitIssue(
  context: GithubContext,
  repository: RepositoryRecord,
  told: {
    readonly issue: IssueRecord;
    readonly action: string;
    readonly by: Pusher;
    readonly more?: Readonly<Record<string, unknown>>;
  },
): void {
  const { issue, action, by, more } = told;
  context.events.emit({
    name: 'issues',
    action,
    repository,
    sender: by.login,
    cause: by.cause,
    payload: { issue: issueView(context, repository, issue), ...more },
  });
}

/** Writes a comment and tells of it. */
export function addComment(
  context: GithubContext,
  repository: RepositoryRecord,
  issue: IssueRecord,
  by: Pusher & { readonly appId: number | null },
  body: string,
): CommentRecord {
  const { state, clock } = context;
  const now = clock.now();
  return state.together(() => {
    const comment = state.save('comments', {
      id: state.nextId(),
      repositoryId: repository.id,
      number: issue.number,
      login: by.login,
      body,
      appId: by.appId,
      createdAt: now,
      updatedAt: now,
    });
    const changed = state.save('issues', { ...issue, updatedAt: now });
    emitComment(context, repository, { comment, issue: changed, action: 'created', by });
    return comment;
  });
}

/** Tells of a comment. */
export function emitComment(
  context: GithubContext,
  repository: RepositoryRecord,
  told: {
    readonly comment: CommentRecord;
    readonly issue: IssueRecord;
    readonly action: 'created' | 'edited' | 'deleted';
    readonly by: Pusher;
    readonly more?: Readonly<Record<string, unknown>>;
  },
): void {
  const { comment, issue, action, by, more } = told;
  context.events.emit({
    name: 'issue_comment',
    action,
    repository,
    sender: by.login,
    cause: by.cause,
    payload: {
      issue: issueView(context, repository, issue),
      comment: commentView(context, repository, comment),
      ...more,
    },
  });
}

/** The pull request of an issue; null of a plain one. */
export function pullOf({ state }: GithubContext, issue: IssueRecord): PullRecord | null {
  return issue.isPull ? state.find('pulls', issue.id) : null;
}
