import type { DeploymentPlan, PlanStep, StepKind } from '../plan/plan.ts';
import type { Graph, GraphNode, RetryPolicy } from '../engine/graph.ts';
import type { Json } from '../util/json.ts';

/** Steps that only read or are idempotent by nature may be tried again when the platform hiccups. */
const RETRYABLE: RetryPolicy = { attempts: 4, baseDelayMs: 500, maxDelayMs: 10_000 };
/** A deployment of an app is not blindly repeated: its own client retries each request, and failure means undo. */
const ONCE: RetryPolicy = { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 };

const RETRIED: ReadonlySet<StepKind> = new Set<StepKind>([
  'build',
  'reuse',
  'readiness',
  'ensure-database',
  'domains',
  'verify',
  'record',
  'destroy-app',
  'destroy-database',
]);

/** The engine's graph of a deployment: one node a step, approvals as approvals. */
export function toGraph(deployment: DeploymentPlan): Graph {
  return { nodes: deployment.steps.map((step) => toNode(step, deployment.rollbackOnFailure)) };
}

function toNode(step: PlanStep, isUndoneOnFailure: boolean): GraphNode {
  const isApproval = step.action.kind === 'gate' && step.action.gate.kind === 'approval';
  return {
    id: step.id,
    title: step.title,
    needs: step.needs,
    kind: isApproval ? 'approval' : 'step',
    action: step.action as unknown as GraphNode['action'] & { [key: string]: Json },
    timeoutMs: step.timeoutMs,
    retry: RETRIED.has(step.action.kind) ? RETRYABLE : ONCE,
    // `rollback: 'manual'` asks that a failed deployment is left as it is, to be looked at.
    undoable: step.undo !== null && isUndoneOnFailure,
  };
}
