import type { Pusher } from './git/pusher.ts';
import type { GithubContext } from './github-context.ts';
import type { DeploymentRecord, DeploymentStatusRecord, RepositoryRecord } from './records.ts';
import { deploymentStatusView, deploymentView } from './views/deployment-view.ts';

/** Who makes something: a person, or an app for one. */
export interface Maker extends Pusher {
  readonly appId: number | null;
}

/** What a deployment is made of, apart from what the service adds. */
export type NewDeployment = Omit<
  DeploymentRecord,
  'id' | 'repositoryId' | 'login' | 'appId' | 'createdAt' | 'updatedAt'
>;

/** What is said of a deployment; what is left out is taken from the deployment, or from what was said before. */
export type NewDeploymentStatus = Pick<DeploymentStatusRecord, 'state'> &
  Partial<Pick<DeploymentStatusRecord, 'description' | 'environment' | 'logUrl' | 'environmentUrl'>>;

/** Records a deployment and tells of it. */
export function createDeployment(
  context: GithubContext,
  repository: RepositoryRecord,
  by: Maker,
  order: NewDeployment,
): DeploymentRecord {
  const { state, clock } = context;
  const now = clock.now();
  return state.together(() => {
    const { login, appId } = by;
    const id = state.nextId();
    const made = { ...order, id, repositoryId: repository.id, login, appId, createdAt: now, updatedAt: now };
    state.save('deployments', made);
    context.events.emit({
      name: 'deployment',
      action: 'created',
      repository,
      sender: login,
      cause: by.cause,
      payload: { deployment: deploymentView(context, repository, made), workflow: null, workflow_run: null },
    });
    return made;
  });
}

/**
 * Says how a deployment stands. A success makes those before it inactive, of the same environment, if they are neither
 * transient nor of production, as GitHub does unless `autoInactive` is false.
 */
export function addDeploymentStatus(
  context: GithubContext,
  repository: RepositoryRecord,
  deployment: DeploymentRecord,
  by: Maker,
  order: NewDeploymentStatus,
  autoInactive = true,
): DeploymentStatusRecord {
  const { state } = context;
  return state.together(() => {
    const made = write(context, repository, deployment, by, order);
    if (made.state !== 'success' || !autoInactive) return made;
    for (const earlier of state.of('deployments', repository.id)) {
      const isReplaced =
        earlier.id !== deployment.id &&
        earlier.environment === made.environment &&
        !earlier.isTransient &&
        !earlier.isProduction &&
        latestStatus(context, earlier)?.state === 'success';
      if (isReplaced) write(context, repository, earlier, by, { state: 'inactive' });
    }
    return made;
  });
}

/** What was said of a deployment last; null when nothing was. */
export function latestStatus(
  { state }: GithubContext,
  deployment: DeploymentRecord,
): DeploymentStatusRecord | null {
  const all = state.of('deployment_statuses', deployment.repositoryId);
  return all.findLast(({ deploymentId }) => deploymentId === deployment.id) ?? null;
}

function write(
  context: GithubContext,
  repository: RepositoryRecord,
  deployment: DeploymentRecord,
  by: Maker,
  order: NewDeploymentStatus,
): DeploymentStatusRecord {
  const { state, clock } = context;
  const now = clock.now();
  const made = state.save('deployment_statuses', {
    id: state.nextId(),
    repositoryId: repository.id,
    deploymentId: deployment.id,
    state: order.state,
    description: order.description ?? '',
    environment: order.environment ?? deployment.environment,
    logUrl: order.logUrl ?? '',
    environmentUrl: order.environmentUrl ?? latestStatus(context, deployment)?.environmentUrl ?? '',
    login: by.login,
    appId: by.appId,
    createdAt: now,
  });
  const changed = state.save('deployments', { ...deployment, environment: made.environment, updatedAt: now });
  context.events.emit({
    name: 'deployment_status',
    action: 'created',
    repository,
    sender: by.login,
    cause: by.cause,
    payload: {
      deployment_status: deploymentStatusView(context, repository, made),
      deployment: deploymentView(context, repository, changed),
      check_run: null,
      workflow: null,
      workflow_run: null,
    },
  });
  return made;
}
