import type { EventName } from './event-names.ts';
import type { JsonObject } from './source.ts';

/** Who caused an event. What a job's own GITHUB_TOKEN does starts nothing but the two dispatches. */
export interface EventActor {
  readonly login: string;
  readonly by: 'person' | 'app' | 'github-token';
}

/** The repository as it is at the time of the event. */
export interface EventRepository {
  /** `owner/name` */
  readonly fullName: string;
  /** A bare name: `main`. */
  readonly defaultBranch: string;
  /** The newest commit of the default branch. */
  readonly defaultSha: string;
}

/** A push of one ref; a push of several refs is an event for each. */
export interface PushSubject {
  readonly kind: 'push';
  /** `refs/heads/main` or `refs/tags/v1.2.0` */
  readonly ref: string;
  /** The commit after it; for a deleted ref the zero id. */
  readonly sha: string;
  readonly deleted: boolean;
  /** How many tags the same push changed; more than 3 make no event at all. */
  readonly tagsInPush: number;
  /** Two-dot diff from before to after; undefined when it cannot be had (new branch without base, force push over unknown). */
  readonly changedFiles: readonly string[] | undefined;
  readonly headCommitMessage: string;
}

/** A pull request: `pull_request` and its relatives. */
export interface PullRequestSubject {
  readonly kind: 'pull-request';
  readonly number: number;
  /** Bare names. */
  readonly baseRef: string;
  readonly headRef: string;
  readonly baseSha: string;
  readonly headSha: string;
  /** `owner/name`; undefined when the fork is gone. */
  readonly headRepository: string | undefined;
  /** The test merge, `refs/pull/N/merge`; undefined while there is a conflict. */
  readonly mergeSha: string | undefined;
  readonly merged: boolean;
  /** Who opened it. */
  readonly author: string;
  /** Nothing of the author was ever merged here, and the author has no right to write. */
  readonly authorIsFirstTime: boolean;
  /** Three-dot diff: from the merge base to the head. */
  readonly changedFiles: readonly string[] | undefined;
  readonly headCommitMessage: string;
}

/** Another run: `workflow_run`. */
export interface WorkflowRunSubject {
  readonly kind: 'workflow-run';
  /** The `name` of its GitHub workflow. */
  readonly workflowName: string;
  /** A bare name: a branch, or the tag it ran for. */
  readonly headBranch: string;
  readonly headSha: string;
  readonly headRepository: string;
  readonly event: EventName;
  readonly runAttempt: number;
  /** 0 for a run that no run started, 1 for one that it started, … */
  readonly chainDepth: number;
}

/** Something that carries a ref of its own: `create`, `delete`, `release`, `deployment`, `merge_group`, `workflow_dispatch`, … */
export interface RefSubject {
  readonly kind: 'ref';
  /** `refs/heads/main`, `refs/tags/v1`; empty for a deployment of a bare commit. */
  readonly ref: string;
  readonly sha: string;
  /** `merge_group`: the branch that it merges into, a bare name. */
  readonly baseRef?: string;
  /** `create` and `delete`: how many tags the same push made or deleted. */
  readonly tagsInPush?: number;
}

/** Something about the repository at large: `schedule`, `issue_comment`, `repository_dispatch`, … */
export interface DefaultBranchSubject {
  readonly kind: 'default-branch';
  /** `schedule`: which line fired. */
  readonly cron?: string;
}

/** What an event is about, beyond its payload: what the filters of `on` need. */
export type EventSubject =
  | PushSubject
  | PullRequestSubject
  | WorkflowRunSubject
  | RefSubject
  | DefaultBranchSubject;

/** An event that may start runs. */
export interface GithubEvent {
  readonly name: EventName;
  /** The activity type; undefined for events without any. `repository_dispatch`: its `event_type`. */
  readonly action: string | undefined;
  /** What becomes `github.event`: the payload of the webhook. */
  readonly payload: JsonObject;
  readonly actor: EventActor;
  readonly repository: EventRepository;
  readonly subject: EventSubject;
}

/** Where a run of an event takes place, and how far it is trusted. */
export interface RunPlace {
  /** GITHUB_REF */
  readonly ref: string;
  /** GITHUB_SHA */
  readonly sha: string;
  /** The commit whose workflow file counts. */
  readonly fileSha: string;
  /** A pull request of a fork or of Dependabot: a token that only reads, and no secrets. */
  readonly trust: 'full' | 'fork';
  /** A first-time contributor: it waits until somebody with the right to write approves the run. */
  readonly needsApproval: boolean;
}
