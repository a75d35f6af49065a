import type { Json } from '../util/json.ts';

/** Where a run stands. `queued`, `running`, `waiting` (approval or timer) and `interrupted` hold a place in the lock's queue. */
export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'interrupted'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'superseded';

/** Where a step stands. */
export type StepStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'undoing'
  | 'undone'
  | 'undo-failed';

/** A failure as stored: enough to render it again in another process. */
export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly output: readonly string[];
}

/** What an event says, by type. Every view is a consumer of this union and of nothing else. */
export type EventBody =
  | { readonly type: 'run.queued'; readonly behind: string | null }
  | { readonly type: 'run.started'; readonly fence: number; readonly resumed: boolean }
  | {
      readonly type: 'run.waiting';
      readonly step: string;
      readonly for: 'approval' | 'timer';
      readonly until: number | null;
    }
  | { readonly type: 'run.interrupted' }
  | { readonly type: 'run.cancel-requested'; readonly by: string }
  | { readonly type: 'run.superseded'; readonly by: string }
  | { readonly type: 'run.undo-started'; readonly because: string }
  | { readonly type: 'run.finished'; readonly status: RunStatus; readonly error: StoredError | null }
  | { readonly type: 'step.started'; readonly step: string; readonly attempt: number }
  | { readonly type: 'step.output'; readonly step: string; readonly line: string }
  | {
      readonly type: 'step.retrying';
      readonly step: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: StoredError;
    }
  | {
      readonly type: 'step.succeeded';
      readonly step: string;
      readonly result: Json;
      readonly durationMs: number;
    }
  | {
      readonly type: 'step.failed';
      readonly step: string;
      readonly error: StoredError;
      readonly durationMs: number;
    }
  | { readonly type: 'step.approved' | 'step.rejected'; readonly step: string; readonly by: string }
  | { readonly type: 'step.undo-started'; readonly step: string }
  | { readonly type: 'step.undone'; readonly step: string; readonly durationMs: number }
  | { readonly type: 'step.undo-failed'; readonly step: string; readonly error: StoredError };

/** One event of one run: written in the transaction of the transition that it tells of. */
export type RunEvent = EventBody & {
  readonly runId: string;
  /** Rises by one with each event of the store. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly at: number;
};
