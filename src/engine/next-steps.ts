import { unreachable } from '../util/assert.ts';
import type { StepStatus } from './events.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { DecisionRow, StepRow } from './journal-store.ts';
import type { StepTransition } from './step-transition.ts';

/** What {@link nextSteps} looks at. */
export interface NextStepsInput {
  readonly graph: Graph;
  readonly steps: ReadonlyMap<string, StepRow>;
  /** Statuses that are about to be stored and count already. */
  readonly upcoming: ReadonlyMap<string, StepStatus>;
  /** Steps of this process: running now, or waiting for their next try. */
  readonly busy: ReadonlySet<string>;
}

/**
 * The transitions that begin whatever can begin: every node whose needs have succeeded and that is pending, or that was
 * running in a process that died. Pure.
 */
export function nextSteps({ graph, steps, upcoming, busy }: NextStepsInput): StepTransition[] {
  const statusOf = (id: string): StepStatus => upcoming.get(id) ?? steps.get(id)?.status ?? 'pending';
  const mayBegin = (node: GraphNode): boolean => {
    const status = statusOf(node.id);
    if (status !== 'pending' && !(status === 'running' && !busy.has(node.id))) return false;
    return node.needs.every((need) => statusOf(need) === 'succeeded');
  };
  return graph.nodes.filter(mayBegin).map(beginning);
}

function beginning(node: GraphNode): StepTransition {
  switch (node.kind) {
    case 'step':
      return { kind: 'start', step: node.id };
    case 'approval':
      return {
        kind: 'await',
        step: node.id,
        for: 'approval',
        ms: node.timeoutMs > 0 ? node.timeoutMs : null,
      };
    case 'timer':
      return { kind: 'await', step: node.id, for: 'timer', ms: Math.max(0, Number(node.action['ms'] ?? 0)) };
    default:
      return unreachable(node.kind);
  }
}

/** What {@link endedWaits} looks at. */
export interface EndedWaitsInput {
  readonly graph: Graph;
  readonly steps: ReadonlyMap<string, StepRow>;
  readonly decisions: readonly DecisionRow[];
  /** The store's time. */
  readonly now: number;
}

/** The transitions of waits that are over: a timer that is due, an approval that was decided or came too late. Pure. */
export function endedWaits({ graph, steps, decisions, now }: EndedWaitsInput): StepTransition[] {
  return graph.nodes.flatMap((node): StepTransition[] => {
    const row = steps.get(node.id);
    if (row?.status !== 'waiting') return [];
    const isDue = row.dueAt !== null && row.dueAt <= now;
    if (node.kind === 'timer') return isDue ? [{ kind: 'succeed', step: node.id, result: null }] : [];
    const decided = decisions.find((decision) => decision.stepId === node.id);
    if (decided !== undefined) return [decisionTransition(node, decided)];
    return isDue ? [lateApproval(node)] : [];
  });
}

function decisionTransition(node: GraphNode, { decision, by }: DecisionRow): StepTransition {
  if (decision === 'approved') return { kind: 'succeed', step: node.id, result: { approvedBy: by } };
  const message = `"${node.title}" was rejected by ${by}.`;
  const error = { code: 'GATE_APPROVAL_REJECTED', message, hint: null, output: [] };
  return { kind: 'fail', step: node.id, error };
}

function lateApproval(node: GraphNode): StepTransition {
  const message = `Nobody approved or rejected "${node.title}" within ${Math.round(node.timeoutMs / 1000)} s.`;
  const hint = 'Start the run again and approve it in time.';
  return { kind: 'fail', step: node.id, error: { code: 'GATE_APPROVAL_EXPIRED', message, hint, output: [] } };
}
