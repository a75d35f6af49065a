import { expect, test } from 'vitest';
import type { StepStatus } from './events.ts';
import type { GraphNode } from './graph.ts';
import type { StepRow } from './journal-store.ts';
import { pendingStep } from './step-transition.ts';
import { undoOrder } from './undo-order.ts';

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  title: id,
  needs: [],
  kind: 'step',
  action: { kind: 'act' },
  timeoutMs: 0,
  retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
  undoable: true,
  ...more,
});

const row = (
  stepId: string,
  status: StepStatus,
  started: number | null,
  settled: number | null,
): StepRow => ({
  ...pendingStep(stepId),
  status,
  startedOrder: started,
  settledOrder: settled,
});

const orderOf = (nodes: readonly GraphNode[], rows: readonly StepRow[]) =>
  undoOrder({ nodes }, new Map(rows.map((one) => [one.stepId, one])));

test('the last to settle is undone first, and what a crash cut off before it, last started first', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e'].map((id) => node(id));
  const rows = [
    row('a', 'succeeded', 1, 2),
    row('b', 'failed', 3, 6),
    row('c', 'cancelled', 4, 5),
    row('d', 'running', 7, null),
    row('e', 'running', 8, null),
  ];
  expect(orderOf(nodes, rows)).toEqual(['e', 'd', 'b', 'c', 'a']);
});

test('an undo that a crash cut off is done again, one that ended is not', () => {
  const nodes = ['a', 'b', 'c'].map((id) => node(id));
  const rows = [row('a', 'undoing', 1, 2), row('b', 'undone', 3, 4), row('c', 'undo-failed', 5, 6)];
  expect(orderOf(nodes, rows)).toEqual(['a']);
});

test('what never started, cannot be undone, or is no step, is left alone', () => {
  const nodes = [
    node('a'),
    node('b', { undoable: false }),
    node('c', { kind: 'approval' }),
    node('d'),
    node('e'),
  ];
  const rows = [
    row('b', 'succeeded', 1, 2),
    row('c', 'succeeded', 1, 2),
    row('d', 'waiting', 3, null),
    row('e', 'cancelled', null, 4),
  ];
  expect(orderOf(nodes, rows)).toEqual([]);
});
