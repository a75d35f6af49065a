import type { EventName } from '../../src/cloud/github/actions/model/event-names.ts';
import type {
  DefaultBranchSubject,
  EventActor,
  GithubEvent,
  PullRequestSubject,
  PushSubject,
  RefSubject,
  WorkflowRunSubject,
} from '../../src/cloud/github/actions/model/github-event.ts';
import type { JsonObject } from '../../src/cloud/github/actions/model/source.ts';

/** The repository of all of them: ada/shop, whose default branch main is at `main-sha`. */
const REPOSITORY = { fullName: 'ada/shop', defaultBranch: 'main', defaultSha: 'main-sha' };
const ADA: EventActor = { login: 'ada', by: 'person' };

/** What may be said of any event beside its subject. */
export interface EventOptions {
  readonly action?: string;
  readonly actor?: EventActor;
  readonly payload?: JsonObject;
}

function event(name: EventName, subject: GithubEvent['subject'], options: EventOptions = {}): GithubEvent {
  const { action, actor = ADA, payload = {} } = options;
  return { name, action, payload, actor, repository: REPOSITORY, subject };
}

/** A push of a ref: `main` is a branch, `refs/tags/v1` is what it says. */
export function push(ref: string, rest: Partial<PushSubject> = {}, options: EventOptions = {}): GithubEvent {
  const full = ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
  const subject: PushSubject = {
    kind: 'push',
    ref: full,
    sha: 'pushed-sha',
    deleted: false,
    tagsInPush: full.startsWith('refs/tags/') ? 1 : 0,
    changedFiles: ['src/a.ts'],
    headCommitMessage: 'Change a',
    ...rest,
  };
  return event('push', subject, options);
}

/** Pull request 7 of a branch `topic` of the repository into main. */
export function pullRequest(
  action: string,
  rest: Partial<PullRequestSubject> = {},
  options: EventOptions & { readonly name?: EventName } = {},
): GithubEvent {
  const subject: PullRequestSubject = {
    kind: 'pull-request',
    number: 7,
    baseRef: 'main',
    headRef: 'topic',
    baseSha: 'main-sha',
    headSha: 'head-sha',
    headRepository: REPOSITORY.fullName,
    mergeSha: 'merge-sha',
    merged: false,
    author: 'ada',
    authorIsFirstTime: false,
    changedFiles: ['src/a.ts'],
    headCommitMessage: 'Change a',
    ...rest,
  };
  return event(options.name ?? 'pull_request', subject, { ...options, action });
}

/** A run of the GitHub workflow CI, for a push to main. */
export function workflowRun(
  action: string,
  rest: Partial<WorkflowRunSubject> = {},
  options: EventOptions = {},
): GithubEvent {
  const subject: WorkflowRunSubject = {
    kind: 'workflow-run',
    workflowName: 'CI',
    headBranch: 'main',
    headSha: 'head-sha',
    headRepository: REPOSITORY.fullName,
    event: 'push',
    runAttempt: 1,
    chainDepth: 0,
    ...rest,
  };
  return event('workflow_run', subject, { ...options, action });
}

/** An event with a ref of its own. */
export function ofRef(
  name: EventName,
  ref: string,
  rest: Partial<RefSubject> = {},
  options: EventOptions = {},
): GithubEvent {
  return event(name, { kind: 'ref', ref, sha: 'ref-sha', ...rest }, options);
}

/** An event about the repository at large. */
export function ofRepository(
  name: EventName,
  options: EventOptions & Pick<DefaultBranchSubject, 'cron'> = {},
): GithubEvent {
  const { cron, ...rest } = options;
  return event(name, { kind: 'default-branch', ...(cron === undefined ? {} : { cron }) }, rest);
}
