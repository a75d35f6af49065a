import type { ConcurrencyRequest } from './concurrency.ts';
import type { TokenPermissions } from './permissions.ts';
import type { RunContext } from './run-context.ts';
import type { JsonObject } from './source.ts';
import type { Workflow } from './workflow.ts';

/** How a job ended. */
export type JobResult = 'success' | 'failure' | 'cancelled' | 'skipped';

/** How a run ended. `startup_failure`: it could not begin; `action_required`: it waits for approval to begin. */
export type RunConclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'startup_failure';

/** The environment that a job asks for, its name evaluated. */
export interface EnvironmentRequest {
  readonly name: string;
  /** Whether a deployment and its statuses are recorded. */
  readonly deployment: boolean;
}

/**
 * One job, or one cell of its matrix, that shall run, or a call whose jobs shall. Its needs have ended and its `if`
 * holds. What stands between it and a runner is the scheduler's: concurrency first, then the environment.
 */
export interface JobInstance {
  /** Unique in the run: `deploy`, `test(1)`, `ci/lint`, `ci(0)/test(1)`. */
  readonly id: string;
  readonly kind: 'steps' | 'call';
  /** The id of the job as written, and the frame it belongs to. */
  readonly jobId: string;
  readonly frame: string;
  /** The name of its check run: `Tests (20, linux)`, `ci / lint`. */
  readonly checkName: string;
  readonly matrix: JsonObject | null;
  readonly strategy: JsonObject;
  readonly concurrency?: ConcurrencyRequest;
  /** Of a call, the group of the workflow that it calls; held after {@link concurrency}. */
  readonly callConcurrency?: ConcurrencyRequest;
  readonly environment?: EnvironmentRequest;
  readonly permissions: TokenPermissions;
  /** Labels, evaluated; empty for a call. */
  readonly runsOn: readonly string[];
  readonly timeoutMs: number;
  readonly continueOnError: boolean;
}

/** How far an instance is. `held`: others of its matrix run first, by max-parallel. */
export type InstanceState =
  | { readonly state: 'held' | 'ready' | 'begun' }
  | {
      readonly state: 'ended';
      readonly result: JobResult;
      readonly outputs: Readonly<Record<string, string>>;
      readonly why: string;
    };

/** An instance with how far it is. */
export interface TrackedInstance {
  readonly instance: JobInstance;
  readonly at: InstanceState;
}

/** A job of a frame: not decided yet, or decided, with its instances (none when it is skipped). */
export type JobState =
  /** `kept`: instances of an earlier attempt that succeeded and are not run again. */
  | { readonly decided: false; readonly kept: readonly TrackedInstance[] }
  | {
      readonly decided: true;
      readonly instances: readonly TrackedInstance[];
      readonly failFast: boolean;
      /** 0: no limit. */
      readonly maxParallel: number;
      /** When it was decided without any instance: skipped by its `if` or its needs, or not to be evaluated. */
      readonly ended?: { readonly result: JobResult; readonly why: string };
    };

/** The jobs of one workflow within a run: that of the run itself (id ''), or one that is called (`ci`). */
export interface Frame {
  readonly id: string;
  readonly workflow: Workflow;
  /** The instance that called it, and the frame that is in; none for the run itself. */
  readonly caller?: { readonly instance: string; readonly frame: string };
  /** It was cancelled by itself, while the run goes on: a sibling in the matrix of its call failed. */
  readonly cancelled: boolean;
  readonly inputs: JsonObject;
  /** What the tokens of its jobs may do when nothing is written, and in a called workflow at most. */
  readonly permissionLimit: TokenPermissions;
  /** `caller / ` in front of the names of its checks. */
  readonly checkPrefix: string;
  readonly jobs: Readonly<Record<string, JobState>>;
}

/**
 * A run as far as it is: the graph of its jobs. Plain data, to be stored as JSON. Nobody changes it but
 * the functions of `plan/`, each of which gives a new one.
 */
export interface RunState {
  readonly context: RunContext;
  readonly name: string;
  /** The group of the workflow itself: held before the first job, until the run has ended. */
  readonly concurrency?: ConcurrencyRequest;
  /** All workflows that may be called, by path. */
  readonly called: Readonly<Record<string, Workflow>>;
  readonly frames: Readonly<Record<string, Frame>>;
  readonly cancelled: boolean;
}
