import type { Json } from '../util/json.ts';
import type { EventBody, RunEvent, RunStatus, StepStatus, StoredError } from './events.ts';
import type { RunRecord } from './engine.ts';

/**
 * The port between the journal's logic and where it is kept. A store knows tables and transactions, and nothing of
 * what a transition means: the logic reads a run under a write lock and answers with the rows to write.
 *
 * What every store must give:
 * - `transact` is one durable transaction; nothing of it is kept when `decide` throws.
 * - at most one run of a lock key is active, that is running, waiting, or interrupted after it had started: a second is
 *   refused with `RUN_LOCKED`.
 * - `now` is the store's own clock, so that leases mean the same to every process.
 */
export interface JournalStore {
  /** Stores a run, or returns the stored one of that id. `decide` sees what is ahead of it. */
  insert(run: NewRun, decide: (ahead: QueueAhead, now: number) => InsertDecision): Promise<RunRecord>;
  /** Reads the target, asks `decide` for the writes, and applies them, all in one transaction. Null: no such run. */
  transact(target: RunTarget, decide: Decide): Promise<Snapshot | null>;
  /** Reads the target without locking anything. */
  peek(target: RunTarget): Promise<Snapshot | null>;
  run(id: string): Promise<RunRecord | null>;
  runs(filter: RunFilter): Promise<RunRecord[]>;
  steps(id: string): Promise<StepRow[]>;
  /** Everything that `once` recorded for a run. */
  onceRows(id: string): Promise<OnceRow[]>;
  decisions(id: string): Promise<DecisionRow[]>;
  events(id: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  close(): Promise<void>;
}

/** Which run: by id, or the one whose turn it is on a lock key (the active one, else the first that is queued). */
export type RunTarget = { readonly id: string } | { readonly headOf: string };

/** Answers with what to write; throwing leaves everything as it was. Called again if the store has to retry. */
export type Decide = (state: RunState, now: number) => readonly JournalWrite[];

/** A run's state and the store's time at which it was read (after the writes, for `transact`). */
export interface Snapshot {
  readonly state: RunState;
  readonly now: number;
}

/** Which runs to list, newest first. */
export interface RunFilter {
  readonly lockKey: string | null;
  readonly statuses: readonly RunStatus[] | null;
  readonly limit: number;
}

/** What of a run never changes. */
export interface NewRun {
  readonly id: string;
  readonly lockKey: string;
  readonly kind: string;
  readonly title: string;
  /** Canonical JSON, the text that `graphHash` was taken of. */
  readonly graph: string;
  readonly graphHash: string;
  readonly input: Json;
  readonly by: string;
  readonly supersede: boolean;
}

/** What stands before a new run on its lock key. */
export interface QueueAhead {
  /** Runs that the new one supersedes: of its kind, never started. Empty unless it was submitted to supersede. */
  readonly superseded: readonly string[];
  /** The nearest run ahead that is not superseded. */
  readonly behind: string | null;
}

/** How a new run is stored, and what happens to those before it. */
export interface InsertDecision {
  readonly attendedUntil: number;
  readonly events: readonly EventBody[];
  /** What is written to every superseded run. */
  readonly superseded: readonly JournalWrite[];
}

/** The part of a run that changes. Times are milliseconds since the epoch by the store's clock. */
export interface RunState {
  readonly id: string;
  readonly lockKey: string;
  readonly status: RunStatus;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: StoredError | null;
  readonly cancelRequested: boolean;
  /** Raised by each claim: whoever writes must know the current one. */
  readonly fence: number;
  readonly leaseUntil: number | null;
  readonly owner: string | null;
  /** When a waiting run may be claimed; null: not before something happens to it. */
  readonly wakeAt: number | null;
  /** Until when the process that submitted or awaits the run keeps others from claiming it. */
  readonly attendedUntil: number | null;
  /** Raised by each decision, so that a suspending run can tell that one came in between. */
  readonly signals: number;
  /** How the run will end once everything is put back; null while it goes forward. */
  readonly undoStatus: 'failed' | 'cancelled' | null;
}

/** What may be changed of a {@link RunState}. */
type RunPatch = Partial<Omit<RunState, 'id' | 'lockKey'>>;

/** One step as stored. A step without a row is pending. */
export interface StepRow {
  readonly stepId: string;
  readonly status: StepStatus;
  /** Times that it was started. */
  readonly attempt: number;
  /** Tries that failed and may be repeated. */
  readonly failures: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Places in the run's own order of starts and settlements; null: has not happened (or was cut off by a crash). */
  readonly startedOrder: number | null;
  readonly settledOrder: number | null;
  /** When a timer or an approval's time-out is due. */
  readonly dueAt: number | null;
  /** What the executor returned; undefined when it has not succeeded. Kept while undoing. */
  readonly result: Json | undefined;
  readonly error: StoredError | null;
}

/** A value recorded by `once`. */
export interface OnceRow {
  readonly stepId: string;
  readonly key: string;
  readonly value: Json;
}

/** What somebody decided about an approval. */
export interface DecisionRow {
  readonly stepId: string;
  readonly decision: 'approved' | 'rejected';
  readonly by: string;
}

/** One change, by table. */
export type JournalWrite =
  | { readonly table: 'run'; readonly set: RunPatch }
  | { readonly table: 'step'; readonly row: StepRow }
  | { readonly table: 'once'; readonly row: OnceRow }
  | { readonly table: 'decision'; readonly row: DecisionRow }
  | { readonly table: 'event'; readonly body: EventBody };
