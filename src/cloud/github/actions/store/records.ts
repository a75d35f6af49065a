import type { ConcurrencyState } from '../model/concurrency.ts';
import type { EnvironmentReview } from '../model/environment.ts';
import type { TokenPermissions } from '../model/permissions.ts';
import type { RunState } from '../model/run-state.ts';
import type { Annotation } from '../runner/annotation.ts';

/** GitHub's words for how far a run or a job is (REST "workflow-runs"). */
export type ActionsStatus =
  | 'queued'
  | 'in_progress'
  | 'completed'
  | 'waiting'
  | 'pending'
  | 'requested'
  | 'action_required';

/** And for how it ended. */
export type ActionsConclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'startup_failure'
  | 'action_required';

/** A workflow file, as the API knows it: it keeps its number for as long as its path is the same. */
export interface WorkflowRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly path: string;
  readonly name: string;
  readonly isDisabled: boolean;
  /** The number of its newest run. */
  readonly lastRunNumber: number;
  /** Milliseconds since the Unix epoch, as all moments here. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A run of a GitHub workflow, at its newest attempt. */
export interface RunRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly workflowId: number;
  readonly workflowName: string;
  readonly path: string;
  readonly title: string;
  readonly number: number;
  readonly attempt: number;
  readonly event: string;
  readonly status: ActionsStatus;
  readonly conclusion: ActionsConclusion | null;
  readonly ref: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly headRepository: string | null;
  readonly pullRequest: number | null;
  readonly actor: string;
  readonly triggeringActor: string;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly checkSuiteId: number | null;
  /** The commit of `headSha`; null when it is not here. */
  readonly headCommit: {
    readonly tree: string;
    readonly message: string;
    readonly at: string;
    readonly author: { readonly name: string; readonly email: string };
  } | null;
  /** The graph of its jobs; null for one that could not begin. */
  readonly state: RunState | null;
  /** Why it could not begin, or whatever else is to be said about it. */
  readonly messages: readonly string[];
  /** `forced`: nothing is waited for any more. */
  readonly cancel: 'no' | 'asked' | 'forced';
  readonly chainDepth: number;
  /** Whether it has its group, and its jobs may begin. */
  readonly hasBegun: boolean;
  /** The event that started it, by which it is found again after a kill. */
  readonly eventId: string;
  /** Whether everybody was told of its end. */
  readonly isTold: boolean;
}

/** An attempt that another one followed, as it was at its end. */
export interface AttemptRecord {
  /** `RUN/ATTEMPT`. */
  readonly id: string;
  readonly runId: number;
  readonly run: RunRecord;
}

/** One step of a job; numbers count from 1. */
export interface StepRecord {
  readonly number: number;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped' | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

/** What a job waits for before it runs: its groups, its environment, a runner. */
export type JobDoor = 'concurrency' | 'call-concurrency' | 'environment' | 'runner';

/** One job of an attempt: what has a check run. */
export interface JobRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly runId: number;
  readonly attempt: number;
  /** `call`: a job that calls another workflow, which has no check run and is on no list; only its group counts. */
  readonly kind: 'steps' | 'call';
  /** Its instance in the run's state; empty for one that ended without ever being one. */
  readonly instanceId: string;
  readonly name: string;
  readonly status: ActionsStatus;
  readonly conclusion: ActionsConclusion | null;
  readonly door: JobDoor | null;
  /** Why it waits, or how it ended; one sentence. */
  readonly why: string;
  readonly labels: readonly string[];
  readonly runner: string | null;
  readonly steps: readonly StepRecord[];
  readonly annotations: readonly Annotation[];
  /** What the steps wrote to GITHUB_STEP_SUMMARY. */
  readonly summary: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly environment: string | null;
  /** The environment's door was passed at this moment. */
  readonly admittedAt: number | null;
  /** When it came to the environment's door. */
  readonly arrivedAt: number | null;
  readonly reviews: readonly (EnvironmentReview & { readonly at: number })[];
  readonly deploymentId: number | null;
  readonly checkRunId: number | null;
  readonly permissions: TokenPermissions;
  /** Marks its processes in their environment, so that those of a killed cloud are found; null before it runs. */
  readonly trackingId: string | null;
}

/** The concurrency groups of a repository. */
export interface GroupsRecord {
  /** The number of the repository. */
  readonly id: number;
  readonly state: ConcurrencyState;
}

/** An artifact of a run; its bytes are in a file of its own. */
export interface ArtifactRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly runId: number;
  readonly name: string;
  readonly bytes: number;
  /** `sha256:…` */
  readonly digest: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** An entry of the cache; never changed. */
export interface CacheRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly ref: string;
  readonly key: string;
  /** Of the paths: an entry is only found by those it was made of. */
  readonly version: string;
  readonly bytes: number;
  readonly createdAt: number;
  readonly usedAt: number;
}

/** An event that was carried out, so that it is not once more after a kill. */
export interface SeenEventRecord {
  readonly id: string;
  readonly at: number;
}

/** What is set for all jobs. */
export interface SettingsRecord {
  readonly id: 'settings';
  /** So many jobs run at once. */
  readonly parallelJobs: number;
  /** Names of actions whose program need not be there. */
  readonly withoutTool: readonly string[];
  /** More of the environment of every job. */
  readonly variables: Readonly<Record<string, string>>;
}
