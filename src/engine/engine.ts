import type { Json } from '../util/json.ts';
import type { RunEvent, RunStatus, StepStatus, StoredError } from './events.ts';
import type { Graph } from './graph.ts';

/** What is asked of the engine when a run is submitted. */
export interface SubmitOptions {
  /** Unique; submitting the same id again changes nothing and returns the stored run. */
  readonly id: string;
  /** Runs of one key run one at a time, in the order submitted. */
  readonly lockKey: string;
  /** A word for people and filters: `deploy`, `promote`, `rollback`, `destroy`. */
  readonly kind: string;
  readonly title: string;
  readonly graph: Graph;
  readonly input: Json;
  /** Queued (not yet started) runs of the same lock key and kind end as `superseded`. */
  readonly supersede: boolean;
  readonly by: string;
}

/** One run as stored. */
export interface RunRecord {
  readonly id: string;
  readonly lockKey: string;
  readonly kind: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly graph: Graph;
  readonly graphHash: string;
  readonly input: Json;
  readonly by: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: StoredError | null;
  readonly cancelRequested: boolean;
  readonly fence: number;
  readonly leaseUntil: number | null;
  /** Names the process that holds it: `host:pid`. */
  readonly owner: string | null;
}

/** One step of a run as stored. */
export interface StepRecord {
  readonly id: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly result: Json;
  readonly error: StoredError | null;
}

/** The engine as the rest of Glidepath sees it. */
export interface Engine {
  submit(options: SubmitOptions): Promise<RunRecord>;
  get(id: string): Promise<RunRecord | null>;
  list(filter?: { lockKey?: string; limit?: number; statuses?: readonly RunStatus[] }): Promise<RunRecord[]>;
  steps(id: string): Promise<StepRecord[]>;
  events(id: string, afterSeq?: number): Promise<RunEvent[]>;
  /** Live events of a run from `afterSeq` on, ending after `run.finished` or `run.interrupted`, or when the signal aborts. */
  follow(id: string, options?: { afterSeq?: number; signal?: AbortSignal }): AsyncIterable<RunEvent>;
  approve(id: string, step: string, decision: 'approved' | 'rejected', by: string): Promise<void>;
  /** Asks a run to stop: the running step is told, settles, and what was done is undone. */
  cancel(id: string, by: string): Promise<void>;
  /** Puts an interrupted run back in its place, to be claimed by a worker. */
  resume(id: string): Promise<void>;
  /**
   * Works until `id` has ended (or waits for an approval and `untilWaiting` is set): claims it when its turn comes, and
   * before it any run of the same key whose holder died. Aborting the signal interrupts: the running steps settle,
   * the run is left `interrupted` for a later `resume`.
   */
  work(id: string, options: { signal: AbortSignal; untilWaiting?: boolean }): Promise<RunRecord>;
  close(): Promise<void>;
}
