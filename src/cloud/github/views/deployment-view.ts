import type { GithubContext } from '../github-context.ts';
import type { DeploymentRecord, DeploymentStatusRecord, RepositoryRecord } from '../records.ts';
import { appView, userView } from './account-view.ts';
import { repositoryUrl } from './repository-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { nodeId, timestamp } from './view-basics.ts';

export function deploymentView(
  context: GithubContext,
  repository: RepositoryRecord,
  deployment: DeploymentRecord,
): GithubSchemas['deployment'] {
  const url = `${repositoryUrl(context, repository)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload as GithubSchemas['deployment']['payload'],
    original_environment: deployment.originalEnvironment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userView(context, deployment.login),
    created_at: timestamp(deployment.createdAt),
    updated_at: timestamp(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(context, repository),
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
    performed_via_github_app: appView(context, deployment.appId),
  };
}

export function deploymentStatusView(
  context: GithubContext,
  repository: RepositoryRecord,
  status: DeploymentStatusRecord,
): GithubSchemas['deployment-status'] {
  const deployment = `${repositoryUrl(context, repository)}/deployments/${status.deploymentId}`;
  return {
    url: `${deployment}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: userView(context, status.login),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: timestamp(status.createdAt),
    updated_at: timestamp(status.createdAt),
    deployment_url: deployment,
    repository_url: repositoryUrl(context, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: appView(context, status.appId),
  };
}
