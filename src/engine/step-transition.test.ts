import { describe, expect, test } from 'vitest';
import type { StepStatus } from './events.ts';
import type { StepRow } from './journal-store.ts';
import type { StepTransition } from './step-transition.ts';
import { applyTransition, mayTransit, pendingStep } from './step-transition.ts';

const error = { code: 'X', message: 'm', hint: null, output: [] };
const STATUSES: readonly StepStatus[] = [
  'pending',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'undoing',
  'undone',
  'undo-failed',
];

describe('the states of a step', () => {
  test.each<[StepTransition['kind'], readonly StepStatus[]]>([
    ['start', ['pending', 'running']],
    ['retry', ['running']],
    ['succeed', ['running', 'waiting']],
    ['fail', ['running', 'waiting']],
    ['stop', ['running', 'waiting']],
    ['await', ['pending']],
    ['undo', ['succeeded', 'failed', 'cancelled', 'undoing']],
    ['undone', ['undoing']],
    ['undo-fail', ['undoing']],
  ])('%s is made from %j only', (kind, from) => {
    expect(STATUSES.filter((status) => mayTransit(status, kind))).toEqual(from);
  });

  test('a whole life: started, tried again, succeeded, undone', () => {
    const transitions: StepTransition[] = [
      { kind: 'start', step: 's' },
      { kind: 'retry', step: 's', delayMs: 7, error },
      { kind: 'start', step: 's' },
      { kind: 'succeed', step: 's', result: { url: 'u' } },
      { kind: 'undo', step: 's' },
      { kind: 'undo', step: 's' },
      { kind: 'undone', step: 's', since: 1005 },
    ];
    let row: StepRow = pendingStep('s');
    const events = transitions.flatMap((transition, order) => {
      const after = applyTransition(row, transition, { now: 1000 + order, order });
      row = after.row;
      return after.events;
    });
    expect(events).toEqual([
      { type: 'step.started', step: 's', attempt: 1 },
      { type: 'step.retrying', step: 's', attempt: 2, delayMs: 7, error },
      { type: 'step.started', step: 's', attempt: 2 },
      { type: 'step.succeeded', step: 's', result: { url: 'u' }, durationMs: 3 },
      { type: 'step.undo-started', step: 's' },
      { type: 'step.undone', step: 's', durationMs: 1 },
    ]);
    expect(row).toEqual({
      ...pendingStep('s'),
      status: 'undone',
      attempt: 2,
      failures: 1,
      startedAt: 1000,
      finishedAt: 1003,
      startedOrder: 0,
      settledOrder: 3,
      result: { url: 'u' },
    });
  });

  test.each<[StepTransition, StepStatus, string]>([
    [{ kind: 'fail', step: 's', error }, 'failed', 'step.failed'],
    [{ kind: 'stop', step: 's', error }, 'cancelled', 'step.failed'],
    [{ kind: 'undo-fail', step: 's', error }, 'undo-failed', 'step.undo-failed'],
  ])('%o leaves the step %s with its error', (transition, status, type) => {
    const after = applyTransition({ ...pendingStep('s'), startedAt: 1 }, transition, { now: 3, order: 1 });
    expect(after.row).toMatchObject({ status, error });
    expect(after.events).toMatchObject([{ type, step: 's', error }]);
  });

  test('a wait knows until when, or for ever', () => {
    const until = (ms: number | null) =>
      applyTransition(
        pendingStep('s'),
        { kind: 'await', step: 's', for: 'timer', ms },
        { now: 10, order: 1 },
      );
    expect(until(5).row).toMatchObject({ status: 'waiting', dueAt: 15, startedAt: 10 });
    expect(until(5).events).toEqual([{ type: 'run.waiting', step: 's', for: 'timer', until: 15 }]);
    expect(until(null).row.dueAt).toBeNull();
  });

  test('a clock that went backwards gives no negative duration', () => {
    const late = { ...pendingStep('s'), startedAt: 100 };
    const { events } = applyTransition(
      late,
      { kind: 'succeed', step: 's', result: null },
      { now: 90, order: 1 },
    );
    expect(events).toMatchObject([{ durationMs: 0 }]);
  });
});
