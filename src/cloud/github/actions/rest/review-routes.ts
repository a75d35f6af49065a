import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { sameLogin } from '../../access/role-of.ts';
import { repositoryPage, repositoryUrl } from '../../views/repository-view.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { userView } from '../../views/account-view.ts';
import { nodeId, timeOrNull, timestamp } from '../../views/view-basics.ts';
import type { RepositoryRecord } from '../../records.ts';
import { readBody } from '../../rest/read-request.ts';
import { deploymentView } from '../../views/deployment-view.ts';
import { ensureEnvironment } from '../../environments.ts';
import { reviewersAt, reviewRun, waitingJobs } from '../scheduler/run-requests.ts';
import type { JobRecord } from '../store/records.ts';
import { READ, runOf, WRITE } from './actions-request.ts';
import type { RunRequest } from './actions-request.ts';
import type { ActionsRoutesOptions } from './run-routes.ts';

const review = z.object({
  environment_ids: z.array(z.int()).min(1),
  state: z.enum(['approved', 'rejected']),
  comment: z.string(),
});

/** Jobs that wait for somebody to let them into an environment (REST "Workflow runs", pending deployments). */
export function reviewRoutes(options: ActionsRoutesOptions): Hono {
  const { context, engine } = options;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions/runs/:run');
  routes.get('/pending_deployments', (c) => {
    const request = runOf(c, context, READ);
    const jobs = waitingJobs(context, request.run);
    const first = new Map(jobs.map((job) => [job.environment, job]));
    return c.json([...first.values()].map((job) => pendingView(options, request, job)));
  });
  routes.post('/pending_deployments', async (c: Context) => {
    const { run, repository, caller } = runOf(c, context, WRITE);
    const { environment_ids: environmentIds, state, comment } = await readBody(c, review);
    const jobs = reviewRun(context, engine, { run, environmentIds, by: caller.account, state, comment });
    const deployments = jobs.flatMap(({ deploymentId }) => {
      const found = deploymentId === null ? null : context.github.state.find('deployments', deploymentId);
      return found === null ? [] : [deploymentView(context.github, repository, found)];
    });
    return c.json(deployments);
  });
  routes.get('/approvals', (c) => {
    const { repository, run } = runOf(c, context, READ);
    const jobs = context.store.all('jobs').filter((job) => job.runId === run.id);
    return c.json(jobs.flatMap((job) => approvalsOf(options, repository, job)));
  });
  return routes;
}

function pendingView(
  { context }: ActionsRoutesOptions,
  { repository, run, caller }: RunRequest,
  job: JobRecord,
): GithubSchemas['pending-deployment'] {
  const { reviewers, waitTimerMinutes } = reviewersAt(context, { run, job });
  const { id, name } = environmentView(context.github, repository, job);
  return {
    environment: {
      id,
      node_id: nodeId('EN', id),
      name,
      url: `${repositoryUrl(context.github, repository)}/environments/${encodeURIComponent(name)}`,
      html_url: `${repositoryPage(context.github, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    },
    wait_timer: waitTimerMinutes,
    wait_timer_started_at: timeOrNull(job.arrivedAt),
    current_user_can_approve: reviewers.some((login) => sameLogin(login, caller.account.login)),
    reviewers: reviewers.map((login) => ({
      type: 'User' as const,
      reviewer: userView(context.github, login),
    })),
  };
}

function approvalsOf(
  { context }: ActionsRoutesOptions,
  repository: RepositoryRecord,
  job: JobRecord,
): GithubSchemas['environment-approvals'][] {
  if (job.environment === null) return [];
  const { id, name } = environmentView(context.github, repository, job);
  return job.reviews.map(({ by, state, comment, at }) => ({
    environments: [
      { id, node_id: nodeId('EN', id), name, created_at: timestamp(at), updated_at: timestamp(at) },
    ],
    state,
    user: userView(context.github, by),
    comment,
  }));
}

function environmentView(
  github: ActionsRoutesOptions['context']['github'],
  repository: RepositoryRecord,
  job: JobRecord,
): { readonly id: number; readonly name: string } {
  const { id, name } = ensureEnvironment(github, repository, job.environment ?? '');
  return { id, name };
}
