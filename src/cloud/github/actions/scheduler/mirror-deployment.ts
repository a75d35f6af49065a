import { addDeploymentStatus, createDeployment } from '../../deployments.ts';
import { ACTIONS_APP_ID } from '../../github-context.ts';
import { fullNameOf } from '../../github-state.ts';
import type { DeploymentState } from '../../records.ts';
import type { JobInstance } from '../model/run-state.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';

/**
 * The deployment that a job with an environment is on GitHub, unless it says `deployment: false`: made when it comes to
 * its door, and told of as it goes on.
 */
export function mirrorDeployment(
  context: ActionsContext,
  on: {
    readonly run: RunRecord;
    readonly job: JobRecord;
    readonly instance: JobInstance;
    readonly state: DeploymentState;
    readonly environmentUrl?: string | null;
  },
): void {
  const { store, github } = context;
  const { run, job, instance } = on;
  const repository = github.state.find('repositories', run.repositoryId);
  const { environment } = instance;
  if (environment === undefined || !environment.deployment || repository === null) return;
  const by = { login: run.triggeringActor, cause: 'job' as const, appId: ACTIONS_APP_ID };
  const known = job.deploymentId === null ? null : github.state.find('deployments', job.deploymentId);
  const deployment =
    known ??
    createDeployment(github, repository, by, {
      ref: run.ref.replace(/^refs\/(?:heads|tags)\//u, ''),
      sha: run.state?.context.place.sha ?? run.headSha,
      task: 'deploy',
      payload: {},
      environment: environment.name,
      originalEnvironment: environment.name,
      description: null,
      isTransient: false,
      isProduction: environment.name === 'production',
    });
  if (known === null) store.change('jobs', job.id, { deploymentId: deployment.id });
  addDeploymentStatus(github, repository, deployment, by, {
    state: on.state,
    logUrl: `${github.baseUrl}/${fullNameOf(repository)}/actions/runs/${run.id}/job/${job.id}`,
    ...(on.environmentUrl ? { environmentUrl: on.environmentUrl } : {}),
  });
}
