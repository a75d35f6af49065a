import type { GithubRole } from './account-records.ts';

/** A repository; its objects and refs are in a bare repository of git. */
export interface RepositoryRecord {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  readonly forkOf: number | null;
  readonly collaborators: Readonly<Record<string, GithubRole>>;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly pushedAt: number | null;
  /** The number that its next issue or pull request gets. */
  readonly nextNumber: number;
  readonly allowMergeCommit: boolean;
  readonly allowSquashMerge: boolean;
  readonly allowRebaseMerge: boolean;
  readonly allowAutoMerge: boolean;
  readonly deleteBranchOnMerge: boolean;
  /** What a job's token may when its GitHub workflow does not say. */
  readonly workflowPermissions: 'read' | 'write';
  readonly workflowsMayApprove: boolean;
  readonly isActionsEnabled: boolean;
}

export interface LabelRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly isDefault: boolean;
}

/** An issue, and of a pull request what it has in common with one. */
export interface IssueRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly stateReason: 'completed' | 'not_planned' | 'reopened' | 'duplicate' | null;
  readonly login: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly isPull: boolean;
  readonly isLocked: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
}

/** What only a pull request has; its id is that of its issue. */
export interface PullRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  /** Null once the repository of the head is gone. */
  readonly headRepositoryId: number | null;
  readonly headOwner: string;
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly isDraft: boolean;
  /** Of `refs/pull/N/merge` while it is open; null when it conflicts. */
  readonly testMergeSha: string | null;
  readonly mergedAt: number | null;
  readonly mergedBy: string | null;
  readonly mergeCommitSha: string | null;
  /** How much it changes, counted when its head or its base last moved. */
  readonly size: {
    readonly commits: number;
    readonly additions: number;
    readonly deletions: number;
    readonly files: number;
    /** Commits of the base that the head lacks. */
    readonly behind: number;
  };
}

/** How a pull request gets into its base. */
export const MERGE_METHODS = ['merge', 'squash', 'rebase'] as const;

export type MergeMethod = (typeof MERGE_METHODS)[number];

export interface CommentRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly login: string;
  readonly body: string;
  readonly appId: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ReactionRecord {
  readonly id: number;
  readonly repositoryId: number;
  /** `issue:ID` or `comment:ID`. */
  readonly subject: string;
  readonly login: string;
  readonly content: string;
  readonly createdAt: number;
}

export interface DeploymentRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly ref: string;
  readonly sha: string;
  readonly task: string;
  readonly payload: unknown;
  readonly environment: string;
  readonly originalEnvironment: string;
  readonly description: string | null;
  readonly isTransient: boolean;
  readonly isProduction: boolean;
  readonly login: string;
  readonly appId: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** GitHub's states of a deployment. */
export const DEPLOYMENT_STATES = [
  'error',
  'failure',
  'inactive',
  'in_progress',
  'queued',
  'pending',
  'success',
] as const;

export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

export interface DeploymentStatusRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly deploymentId: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly environment: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly login: string;
  readonly appId: number | null;
  readonly createdAt: number;
}

/** GitHub's states of a commit status. */
export const COMMIT_STATES = ['error', 'failure', 'pending', 'success'] as const;

export type CommitState = (typeof COMMIT_STATES)[number];

export interface CommitStatusRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly sha: string;
  readonly state: CommitState;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly login: string;
  readonly createdAt: number;
}

export interface CheckSuiteRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly appId: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a check run may end as. */
export const CHECK_CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;

export type CheckConclusion = (typeof CHECK_CONCLUSIONS)[number];

/** One note of a check run at lines of a file. */
export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number | null;
  readonly end_column: number | null;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: string | null;
  readonly message: string;
  readonly raw_details: string | null;
}

export interface CheckRunRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly suiteId: number;
  readonly appId: number;
  readonly headSha: string;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed' | 'waiting' | 'pending';
  readonly conclusion: CheckConclusion | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly detailsUrl: string | null;
  readonly externalId: string;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
    readonly annotations: readonly CheckAnnotation[];
  };
}

/** A pull request on its way through the queue of its base. */
export interface QueueEntryRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly baseRef: string;
  readonly headSha: string;
  /** What the group was built on, and its own tip; null until it was built. */
  readonly groupBase: string | null;
  readonly groupSha: string | null;
  readonly groupRef: string | null;
  /** Whether its checks were asked for. */
  readonly isAsked: boolean;
  readonly login: string;
  readonly method: MergeMethod;
  readonly at: number;
}
