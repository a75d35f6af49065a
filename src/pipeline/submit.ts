import type { ResolvedEnvironment, ResolvedProject } from '../config/resolved.ts';
import type { Engine, RunRecord } from '../engine/engine.ts';
import type { DeploymentPlan, Trigger } from '../plan/plan.ts';
import { targetWords } from '../plan/steps/restore-steps.ts';
import { scaleWords } from '../plan/steps/scale-steps.ts';
import { unreachable } from '../util/assert.ts';
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
  readonly plan?: string;
  readonly approval?: DeploymentInput['approval'];
  readonly built?: DeploymentInput['built'];
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
    security: project.security,
    pullRequest: deployment.pullRequest,
    commit: request.commit,
    ref: request.ref,
    release: request.release,
    by: request.by,
    ...(request.plan === undefined ? {} : { plan: request.plan }),
    ...(request.approval === undefined ? {} : { approval: request.approval }),
    ...(request.built === undefined ? {} : { built: request.built }),
  };
  return engine.submit({
    id: request.runId,
    lockKey: deployment.lockKey,
    kind: deployment.action,
    title: titleOf(request),
    graph: toGraph(deployment),
    input: input as unknown as Json,
    supersede: trigger.kind === 'push' || trigger.kind === 'tag' || trigger.kind === 'pull-request',
    by: request.by,
  });
}

/** What people read wherever the run is named. */
function titleOf({ deployment, environment, release, commit, trigger }: DeploymentRequest): string {
  const what = release?.id ?? commit.slice(0, 7);
  switch (deployment.action) {
    case 'deploy':
    case 'promote':
      return `${deployment.action} ${what} to ${environment.name}`;
    case 'rollback': {
      const apps =
        trigger.kind === 'rollback' && trigger.apps !== null ? ` of ${trigger.apps.join(', ')}` : '';
      return `rollback${apps} to ${what} in ${environment.name}`;
    }
    case 'scale': {
      if (trigger.kind !== 'scale') return `scale ${environment.name}`;
      return `scale ${trigger.app} in ${environment.name} to ${scaleWords(trigger.change)}`;
    }
    case 'restore':
      return trigger.kind === 'restore'
        ? `restore ${trigger.database} of ${environment.name} to ${targetWords(trigger.target)}`
        : `restore ${environment.name}`;
    case 'destroy':
      return `destroy ${environment.name}`;
    default:
      return unreachable(deployment.action);
  }
}
