import { unreachable } from '../util/assert.ts';
import type { Graph } from './graph.ts';
import type { StepRow } from './journal-store.ts';

/**
 * The steps to undo, in order: every undoable step that was started and is not put back yet. The last to settle comes
 * first, and before them what a crash cut off (the last started first). A step only starts when what it needs has
 * settled, so this never undoes a step before everything that was built on it.
 */
export function undoOrder(graph: Graph, steps: ReadonlyMap<string, StepRow>): string[] {
  return graph.nodes
    .flatMap((node) => {
      const row = steps.get(node.id);
      const isDue = node.kind === 'step' && node.undoable && row !== undefined && isToUndo(row);
      return isDue ? [row] : [];
    })
    .sort((a, b) => settledAt(b) - settledAt(a) || (b.startedOrder ?? 0) - (a.startedOrder ?? 0))
    .map((row) => row.stepId);
}

function isToUndo(row: StepRow): boolean {
  switch (row.status) {
    case 'running':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'undoing':
      return row.startedOrder !== null;
    case 'pending':
    case 'waiting':
    case 'undone':
    case 'undo-failed':
      return false;
    default:
      return unreachable(row.status);
  }
}

/** Finite, so that two steps that never settled compare as equal and not as NaN. */
function settledAt(row: StepRow): number {
  return row.settledOrder ?? Number.MAX_SAFE_INTEGER;
}
