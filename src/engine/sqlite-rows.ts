import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Json } from '../util/json.ts';
import type { RunRecord } from './engine.ts';
import type { EventBody, RunEvent, RunStatus, StepStatus, StoredError } from './events.ts';
import type { Graph } from './graph.ts';
import type { DecisionRow, OnceRow, RunState, Snapshot, StepRow } from './journal-store.ts';

/** A row as SQLite gives it. */
export type SqlRow = Record<string, SQLOutputValue>;

/** Columns of `run` that {@link toSnapshot} reads. */
export const STATE_COLUMNS = `id, lock_key, status, started_at, finished_at, error, cancel_requested, fence, lease_until,
  owner, wake_at, attended_until, signals, undo_status`;

/** The values of `update run set …` for a whole state, in the order of the statement in the store. */
export function stateValues(state: RunState): SQLInputValue[] {
  return [
    state.status,
    state.startedAt,
    state.finishedAt,
    state.error === null ? null : JSON.stringify(state.error),
    state.cancelRequested ? 1 : 0,
    state.fence,
    state.leaseUntil,
    state.owner,
    state.wakeAt,
    state.attendedUntil,
    state.signals,
    state.undoStatus,
  ];
}

/** A run's state with the time of the read, from a row that also has `now`. */
export function toSnapshot(row: SqlRow): Snapshot {
  return {
    now: Number(row['now']),
    state: {
      id: String(row['id']),
      lockKey: String(row['lock_key']),
      status: row['status'] as RunStatus,
      startedAt: numberOrNull(row['started_at']),
      finishedAt: numberOrNull(row['finished_at']),
      error: errorOrNull(row['error']),
      cancelRequested: row['cancel_requested'] === 1,
      fence: Number(row['fence']),
      leaseUntil: numberOrNull(row['lease_until']),
      owner: textOrNull(row['owner']),
      wakeAt: numberOrNull(row['wake_at']),
      attendedUntil: numberOrNull(row['attended_until']),
      signals: Number(row['signals']),
      undoStatus: row['undo_status'] as RunState['undoStatus'],
    },
  };
}

/** A run for the outside, from `run` joined with `run_content`. */
export function toRunRecord(row: SqlRow): RunRecord {
  return {
    id: String(row['id']),
    lockKey: String(row['lock_key']),
    kind: String(row['kind']),
    title: String(row['title']),
    status: row['status'] as RunStatus,
    graph: JSON.parse(String(row['graph'])) as Graph,
    graphHash: String(row['graph_hash']),
    input: JSON.parse(String(row['input'])) as Json,
    by: String(row['submitted_by']),
    createdAt: Number(row['created_at']),
    startedAt: numberOrNull(row['started_at']),
    finishedAt: numberOrNull(row['finished_at']),
    error: errorOrNull(row['error']),
    cancelRequested: row['cancel_requested'] === 1,
    fence: Number(row['fence']),
    leaseUntil: numberOrNull(row['lease_until']),
    owner: textOrNull(row['owner']),
  };
}

/** The values of `insert or replace into step`. */
export function stepValues(runId: string, step: StepRow): SQLInputValue[] {
  return [
    runId,
    step.stepId,
    step.status,
    step.attempt,
    step.failures,
    step.startedAt,
    step.finishedAt,
    step.startedOrder,
    step.settledOrder,
    step.dueAt,
    step.result === undefined ? null : JSON.stringify(step.result),
    step.error === null ? null : JSON.stringify(step.error),
  ];
}

/** A step as stored. */
export function toStepRow(row: SqlRow): StepRow {
  return {
    stepId: String(row['step_id']),
    status: row['status'] as StepStatus,
    attempt: Number(row['attempt']),
    failures: Number(row['failures']),
    startedAt: numberOrNull(row['started_at']),
    finishedAt: numberOrNull(row['finished_at']),
    startedOrder: numberOrNull(row['started_order']),
    settledOrder: numberOrNull(row['settled_order']),
    dueAt: numberOrNull(row['due_at']),
    result: row['result'] === null ? undefined : (JSON.parse(String(row['result'])) as Json),
    error: errorOrNull(row['error']),
  };
}

/** What `once` recorded. */
export function toOnceRow(row: SqlRow): OnceRow {
  const value = JSON.parse(String(row['value'])) as Json;
  return { stepId: String(row['step_id']), key: String(row['key']), value };
}

/** A decision about an approval. */
export function toDecisionRow(row: SqlRow): DecisionRow {
  return {
    stepId: String(row['step_id']),
    decision: row['decision'] as DecisionRow['decision'],
    by: String(row['decided_by']),
  };
}

/** An event, its body put together again with the row's own columns. */
export function toRunEvent(row: SqlRow): RunEvent {
  const body = JSON.parse(String(row['body'])) as EventBody;
  return { ...body, runId: String(row['run_id']), seq: Number(row['seq']), at: Number(row['at']) };
}

function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function errorOrNull(value: SQLOutputValue | undefined): StoredError | null {
  return typeof value === 'string' ? (JSON.parse(value) as StoredError) : null;
}
