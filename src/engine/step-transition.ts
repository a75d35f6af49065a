import { unreachable } from '../util/assert.ts';
import type { Json } from '../util/json.ts';
import type { EventBody, StepStatus, StoredError } from './events.ts';
import type { StepRow } from './journal-store.ts';

/**
 * The states of a step:
 *
 *   pending ──start──► running ──► succeeded | failed | cancelled
 *      │                 │ ▲
 *      │                 └─┘ start again (retry, or its process died)
 *      └──await──► waiting ──► succeeded | failed | cancelled
 *
 *   any that was started ──undo──► undoing ──► undone | undo-failed
 */
export type StepTransition =
  | { readonly kind: 'start'; readonly step: string }
  | { readonly kind: 'retry'; readonly step: string; readonly delayMs: number; readonly error: StoredError }
  | { readonly kind: 'succeed'; readonly step: string; readonly result: Json }
  | { readonly kind: 'fail'; readonly step: string; readonly error: StoredError }
  /** Ends a step that did not fail by itself: its run was cancelled or another step failed. */
  | { readonly kind: 'stop'; readonly step: string; readonly error: StoredError }
  /** `ms`: until when a timer waits, or an approval may take; null: for ever. */
  | {
      readonly kind: 'await';
      readonly step: string;
      readonly for: 'approval' | 'timer';
      readonly ms: number | null;
    }
  | { readonly kind: 'undo'; readonly step: string }
  /** `since`: when this undo was started, by the store's clock. */
  | { readonly kind: 'undone'; readonly step: string; readonly since: number }
  | { readonly kind: 'undo-fail'; readonly step: string; readonly error: StoredError };

/** From which states each transition may be made. */
const FROM: Readonly<Record<StepTransition['kind'], readonly StepStatus[]>> = {
  start: ['pending', 'running'],
  retry: ['running'],
  succeed: ['running', 'waiting'],
  fail: ['running', 'waiting'],
  stop: ['running', 'waiting'],
  await: ['pending'],
  undo: ['succeeded', 'failed', 'cancelled', 'undoing'],
  undone: ['undoing'],
  'undo-fail': ['undoing'],
};

/** A step that nothing happened to. */
export function pendingStep(stepId: string): StepRow {
  return {
    stepId,
    status: 'pending',
    attempt: 0,
    failures: 0,
    startedAt: null,
    finishedAt: null,
    startedOrder: null,
    settledOrder: null,
    dueAt: null,
    result: undefined,
    error: null,
  };
}

/** Whether the state machine allows the transition. */
export function mayTransit(status: StepStatus, kind: StepTransition['kind']): boolean {
  return FROM[kind].includes(status);
}

/** The row after a transition, and the events that tell of it. Pure; `order` counts the run's transitions. */
export function applyTransition(
  row: StepRow,
  transition: StepTransition,
  { now, order }: { now: number; order: number },
): { row: StepRow; events: readonly EventBody[] } {
  const { step } = transition;
  const durationMs = Math.max(0, now - (row.startedAt ?? now));
  const started = { startedAt: row.startedAt ?? now, startedOrder: row.startedOrder ?? order };
  const settled = { finishedAt: now, settledOrder: order, dueAt: null };
  switch (transition.kind) {
    case 'start': {
      const attempt = row.attempt + 1;
      return {
        row: { ...row, ...started, status: 'running', attempt },
        events: [{ type: 'step.started', step, attempt }],
      };
    }
    case 'retry': {
      const { delayMs, error } = transition;
      return {
        row: { ...row, failures: row.failures + 1, error },
        events: [{ type: 'step.retrying', step, attempt: row.attempt + 1, delayMs, error }],
      };
    }
    case 'succeed': {
      const { result } = transition;
      return {
        row: { ...row, ...settled, status: 'succeeded', result, error: null },
        events: [{ type: 'step.succeeded', step, result, durationMs }],
      };
    }
    case 'fail':
    case 'stop': {
      const { error } = transition;
      return {
        row: { ...row, ...settled, status: transition.kind === 'fail' ? 'failed' : 'cancelled', error },
        events: [{ type: 'step.failed', step, error, durationMs }],
      };
    }
    case 'await': {
      const until = transition.ms === null ? null : now + transition.ms;
      return {
        row: { ...row, ...started, status: 'waiting', dueAt: until },
        events: [{ type: 'run.waiting', step, for: transition.for, until }],
      };
    }
    case 'undo':
      return {
        row: { ...row, status: 'undoing' },
        events: row.status === 'undoing' ? [] : [{ type: 'step.undo-started', step }],
      };
    case 'undone':
      return {
        row: { ...row, status: 'undone' },
        events: [{ type: 'step.undone', step, durationMs: Math.max(0, now - transition.since) }],
      };
    case 'undo-fail': {
      const { error } = transition;
      return {
        row: { ...row, status: 'undo-failed', error },
        events: [{ type: 'step.undo-failed', step, error }],
      };
    }
    default:
      return unreachable(transition);
  }
}
