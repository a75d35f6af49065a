import type { Diagnostic } from '../../../../diagnostics/diagnostic.ts';
import type { JobInstance, JobResult, RunConclusion, RunState } from './run-state.ts';
import type { Workflow } from './workflow.ts';

/**
 * A workflow file, read. `unsupported`: it is right, but asks for what is not carried out here; a run of it fails at
 * its start with these messages. `invalid`: GitHub would not take it either.
 */
export type WorkflowReading =
  | { readonly kind: 'workflow'; readonly workflow: Workflow; readonly unsupported: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly mistakes: readonly Diagnostic[] };

/** Whether an event starts a run of a workflow, and why. */
export interface MatchVerdict {
  readonly runs: boolean;
  /** One sentence. */
  readonly why: string;
  /** Of `schedule`, the line; of others nothing. */
  readonly cron?: string;
}

/** A run that begins, or one that cannot. */
export type RunStart =
  | { readonly kind: 'run'; readonly state: RunState }
  | { readonly kind: 'startup-failure'; readonly mistakes: readonly Diagnostic[] };

/** A job, or a cell of its matrix, that ended without ever running. */
export interface EndedJob {
  readonly frame: string;
  readonly jobId: string;
  /** The id of the instance; the job's own id when there is none. */
  readonly id: string;
  readonly checkName: string;
  readonly result: JobResult;
  readonly why: string;
}

/** What `advanceRun` found to be done. */
export interface Advance {
  readonly state: RunState;
  /** To be scheduled now: concurrency, environment, runner, in this order; of a call only its concurrency. */
  readonly ready: readonly JobInstance[];
  /** Ended without ever running: their check runs are written as they are. */
  readonly ended: readonly EndedJob[];
  /**
   * Ids of instances, ready or begun, that must be cancelled: a sibling of a fail-fast matrix failed, or the run is
   * cancelled and their `if` does not say always() or cancelled(). They are named until they have ended. None of them is in `ready`.
   */
  readonly cancel: readonly string[];
  /** Set when everything has ended. */
  readonly conclusion: RunConclusion | undefined;
}
