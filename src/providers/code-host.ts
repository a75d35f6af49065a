import type { Json } from '../util/json.ts';

/** How a deployment stands; GitHub's own words (REST "deployment-status"). */
export type HostDeploymentState =
  | 'queued'
  | 'pending'
  | 'in_progress'
  | 'success'
  | 'failure'
  | 'error'
  | 'inactive';

/** A deployment as the code host keeps it: who, what, where, and what we wrote into it. */
export interface HostDeployment {
  readonly id: number;
  readonly sha: string;
  /** As asked for: a branch, a tag or a sha. */
  readonly ref: string;
  readonly environment: string;
  readonly task: string;
  /** What whoever made it wrote into it. */
  readonly payload: Json;
  readonly creator: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** One word about a deployment; the newest says how it stands. */
export interface HostDeploymentStatus {
  readonly state: HostDeploymentState;
  readonly description: string;
  readonly logUrl: string | null;
  readonly environmentUrl: string | null;
  readonly createdAt: number;
  readonly creator: string;
}

/** What is asked for when a deployment is made. It never merges anything, and waits for no context (github-actions.md §1.5). */
export interface NewHostDeployment {
  readonly ref: string;
  readonly environment: string;
  readonly task: string;
  /** Cut to the 140 characters that GitHub takes. */
  readonly description: string;
  /** An object: the provider adds a key by which a deployment is found whose making was not answered, and takes it out when it reads. */
  readonly payload: { readonly [key: string]: Json };
  /** Disappears with its pull request. */
  readonly isTransient: boolean;
  readonly isProduction: boolean;
}

/** A pull request. */
export interface HostPullRequest {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly state: 'open' | 'closed';
  readonly isMerged: boolean;
  readonly isDraft: boolean;
  readonly headSha: string;
  readonly headRef: string;
  /** `owner/name` of where the head lives; null when that repository is gone. */
  readonly headRepository: string | null;
  readonly baseRef: string;
  readonly labels: readonly string[];
  readonly url: string;
}

/** A comment on an issue or a pull request. */
export interface HostComment {
  readonly id: number;
  readonly author: string;
  /** Written by an App, as what a job of GitHub Actions writes is. */
  readonly isByApp: boolean;
  /** By an App, or by somebody who belongs to the repository. */
  readonly isByInsider: boolean;
  readonly body: string;
  readonly createdAt: number;
  /** Differs from `createdAt` once it was edited. */
  readonly updatedAt: number;
  readonly url: string;
}

/** A check run: what a job of GitHub Actions reports as. */
export interface HostCheckRun {
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  /** The app that made it: `github-actions`. */
  readonly app: string;
  readonly url: string | null;
}

/** A run of a GitHub workflow. */
export interface HostWorkflowRun {
  readonly id: number;
  readonly attempt: number;
  /** `.github/workflows/deploy-production.yml`. */
  readonly path: string;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly actor: string;
  /** What the list of runs shows: of our GitHub workflows with the commit that somebody named. */
  readonly title: string;
  readonly url: string;
}

/** What a reviewer said of a run that waited to be let into environments. */
export interface HostReview {
  readonly by: string;
  readonly isApproved: boolean;
  readonly environments: readonly string[];
}

/** An environment that a run waits for somebody to let it into. */
export interface HostPendingReview {
  readonly environmentId: number;
  readonly environment: string;
  /** Logins, and teams as `org/team`. */
  readonly reviewers: readonly string[];
  /** Whether whoever the token is of is one of them. */
  readonly mayDecide: boolean;
}

/** What somebody may do in the repository. */
export type HostPermission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** The repository itself. */
export interface HostRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly ownerKind: 'user' | 'organization';
  /** `free`, `team`, `enterprise`, as far as the token may see it; null otherwise. */
  readonly plan: string | null;
  readonly defaultBranch: string;
  /** What the token may do there. */
  readonly permission: HostPermission;
  readonly url: string;
}

/** State of one context on a commit. */
export interface HostCommitStatus {
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  /** Cut to the 140 characters that GitHub takes. */
  readonly description: string;
  readonly targetUrl: string | null;
}

/** The half that cannot change anything. Every call may throw a PROVIDER_… ToolError that names the missing right. */
export interface CodeHostReader {
  repository(): Promise<HostRepository>;
  /** Newest first, at most `limit`. */
  deployments(filter: {
    readonly environment?: string;
    readonly task?: string;
    readonly sha?: string;
    readonly limit: number;
  }): Promise<readonly HostDeployment[]>;
  /** Newest first. */
  deploymentStatuses(id: number): Promise<readonly HostDeploymentStatus[]>;
  pullRequest(number: number): Promise<HostPullRequest | null>;
  openPullRequests(): Promise<readonly HostPullRequest[]>;
  /** Those that brought a commit, merged ones first. */
  pullRequestsOfCommit(sha: string): Promise<readonly HostPullRequest[]>;
  /** Oldest first; of an issue or a pull request. */
  comments(issue: number): Promise<readonly HostComment[]>;
  checkRuns(sha: string): Promise<readonly HostCheckRun[]>;
  commitStatuses(sha: string): Promise<readonly HostCommitStatus[]>;
  workflowRun(id: number): Promise<HostWorkflowRun | null>;
  /** The commit of a branch or a tag; null when there is none. */
  commitOf(ref: string): Promise<string | null>;
  /** Whether `ancestor` is reachable from `descendant` (compare API). */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Of one GitHub workflow, by the name of its file, newest first; at most a hundred. None where there is no such file. */
  workflowRuns(file: string): Promise<readonly HostWorkflowRun[]>;
  /** What reviewers said of a run, whatever its attempt. */
  reviewsOf(run: number): Promise<readonly HostReview[]>;
  /** The environments that a run waits to be let into. */
  pendingReviews(run: number): Promise<readonly HostPendingReview[]>;
  /** Who has to be asked before a job may use an environment: logins, and teams as `org/team`. Null: there is no such environment. */
  reviewersOf(environment: string): Promise<readonly string[] | null>;
  permissionOf(login: string): Promise<HostPermission>;
  /** Whether somebody is in a team, `org/team`. The token has to be allowed to see the organization's members. */
  isInTeam(team: string, login: string): Promise<boolean>;
  /** The person whose token it is; null for an App and a job, which are none. */
  viewer(): Promise<string | null>;
  /** The open issue with this hidden marker in its body; null when there is none. */
  issueWithMarker(marker: string, label: string): Promise<{ number: number; url: string } | null>;
}

/** A code host: GitHub, or the local one. */
export interface CodeHost extends CodeHostReader {
  createDeployment(deployment: NewHostDeployment): Promise<HostDeployment>;
  addDeploymentStatus(
    id: number,
    status: Pick<HostDeploymentStatus, 'state' | 'description' | 'logUrl' | 'environmentUrl'>,
  ): Promise<void>;
  /** Only an inactive one, or the only one, can be deleted; `deleteDeployment` makes it inactive first. */
  deleteDeployment(id: number): Promise<void>;
  setCommitStatus(sha: string, status: HostCommitStatus): Promise<void>;
  /** Writes the one comment with this hidden marker, or changes it; says which one it is. */
  upsertComment(issue: number, marker: string, body: string): Promise<HostComment>;
  addComment(issue: number, body: string): Promise<HostComment>;
  deleteComment(id: number): Promise<void>;
  createIssue(issue: {
    title: string;
    body: string;
    labels: readonly string[];
  }): Promise<{ number: number; url: string }>;
  /** Lets a run into environments that it waits for, or refuses it: as the reviewer whose token it is. */
  reviewRun(
    run: number,
    review: { readonly environmentIds: readonly number[]; readonly isApproved: boolean },
  ): Promise<void>;
  /** Starts a GitHub workflow by hand (`workflow_dispatch`) at a branch or tag. */
  dispatchWorkflow(file: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>;
}
