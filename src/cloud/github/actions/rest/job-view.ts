import type { RepositoryRecord } from '../../records.ts';
import { repositoryPage, repositoryUrl } from '../../views/repository-view.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { nodeId, timeOrNull, timestamp } from '../../views/view-basics.ts';
import type { ActionsContext } from '../scheduler/actions-context.ts';
import type { JobRecord } from '../store/records.ts';

type View = GithubSchemas['job'];

/** A job, as the API has it. */
export function jobView(
  { github, store }: ActionsContext,
  repository: RepositoryRecord,
  job: JobRecord,
): View {
  const base = repositoryUrl(github, repository);
  const run = store.get('runs', job.runId);
  return {
    id: job.id,
    run_id: job.runId,
    workflow_name: run.workflowName,
    head_branch: run.headBranch,
    run_url: `${base}/actions/runs/${job.runId}`,
    run_attempt: job.attempt,
    node_id: nodeId('CR', job.id),
    head_sha: run.headSha,
    url: `${base}/actions/jobs/${job.id}`,
    html_url: `${repositoryPage(github, repository)}/actions/runs/${job.runId}/job/${job.id}`,
    status: job.status === 'action_required' ? 'queued' : job.status,
    conclusion: job.conclusion === 'startup_failure' ? 'failure' : job.conclusion,
    created_at: timestamp(job.createdAt),
    started_at: timestamp(job.startedAt ?? job.createdAt),
    completed_at: timeOrNull(job.completedAt),
    name: job.name,
    steps: job.steps.map(({ number, name, status, conclusion, startedAt, completedAt }) => ({
      name,
      status,
      conclusion,
      number,
      started_at: timeOrNull(startedAt),
      completed_at: timeOrNull(completedAt),
    })),
    check_run_url: `${base}/check-runs/${job.checkRunId ?? 0}`,
    labels: [...job.labels],
    runner_id: job.runner === null ? null : Number(job.runner.replace(/\D/gu, '')),
    runner_name: job.runner,
    runner_group_id: job.runner === null ? null : 1,
    runner_group_name: job.runner === null ? null : 'GitHub Actions',
  };
}
