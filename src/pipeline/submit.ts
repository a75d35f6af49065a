import type { ResolvedEnvironment, ResolvedProject } from '../config/resolved.ts';
import type { Engine, RunRecord } from '../engine/engine.ts';
import type { DeploymentPlan, Trigger } from '../plan/plan.ts';
import type { Json } from '../util/json.ts';
import type { DeploymentInput } from './deployment-input.ts';
import type { Release } from './release.ts';
import { toGraph } from './to-graph.ts';

/** What a deployment is made of, apart from its graph. */
export interface DeploymentRequest {
  readonly project: ResolvedProject;
  readonly environment: ResolvedEnvironment;
  readonly deployment: DeploymentPlan;
  readonly trigger: Trigger;
  readonly commit: string;
  readonly ref: string;
  readonly release: Release | null;
  readonly by: string;
  readonly runId: string;
}

/** Hands a planned deployment to the engine. A push or tag replaces what still waits for the same environment. */
export async function submitDeployment(engine: Engine, request: DeploymentRequest): Promise<RunRecord> {
  const { deployment, environment, project, trigger } = request;
  const input: DeploymentInput = {
    version: 1,
    project: project.name,
    action: deployment.action,
    trigger,
    environment,
    checks: project.checks,
    pullRequest: deployment.pullRequest,
    commit: request.commit,
    ref: request.ref,
    release: request.release,
    by: request.by,
  };
  const what = request.release?.id ?? request.commit.slice(0, 7);
  return engine.submit({
    id: request.runId,
    lockKey: deployment.lockKey,
    kind: deployment.action,
    title: `${deployment.action} ${what} ${deployment.action === 'destroy' ? 'in' : 'to'} ${environment.name}`,
    graph: toGraph(deployment),
    input: input as unknown as Json,
    supersede: trigger.kind === 'push' || trigger.kind === 'tag' || trigger.kind === 'pull-request',
    by: request.by,
  });
}
