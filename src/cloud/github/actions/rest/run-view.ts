import type { RepositoryRecord } from '../../records.ts';
import { userView } from '../../views/account-view.ts';
import { minimalRepositoryView, repositoryPage, repositoryUrl } from '../../views/repository-view.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { nodeId, timestamp } from '../../views/view-basics.ts';
import type { ActionsContext } from '../scheduler/actions-context.ts';
import type { RunRecord } from '../store/records.ts';

/** A run, as the API and the payload of `workflow_run` have it. */
export function runView(
  { github }: Pick<ActionsContext, 'github'>,
  repository: RepositoryRecord,
  run: RunRecord,
): GithubSchemas['workflow-run'] {
  const url = `${repositoryUrl(github, repository)}/actions/runs/${run.id}`;
  const suite = run.checkSuiteId ?? 0;
  const head = headRepository(github, run) ?? repository;
  return {
    id: run.id,
    name: run.workflowName,
    node_id: nodeId('WFR', run.id),
    check_suite_id: suite,
    check_suite_node_id: nodeId('CS', suite),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.number,
    run_attempt: run.attempt,
    referenced_workflows: Object.keys(run.state?.called ?? {}).map((path) => ({
      path: `${repository.owner}/${repository.name}/${path}@${run.ref}`,
      sha: run.state?.context.place.fileSha ?? run.headSha,
      ref: run.ref,
    })),
    event: run.event,
    display_title: run.title,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: `${repositoryPage(github, repository)}/actions/runs/${run.id}`,
    pull_requests: pullsOf(github, repository, run),
    created_at: timestamp(run.createdAt),
    updated_at: timestamp(run.updatedAt),
    actor: userView(github, run.actor),
    triggering_actor: userView(github, run.triggeringActor),
    run_started_at: timestamp(run.startedAt),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(github, repository)}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${repositoryUrl(github, repository)}/actions/workflows/${run.workflowId}`,
    head_commit: commitOf(run),
    repository: shortView(github, repository),
    head_repository: shortView(github, head),
    head_repository_id: head.id,
  };
}

/** The API names it otherwise where it stands in a run; what is there is the same. */
function shortView(
  github: ActionsContext['github'],
  repository: RepositoryRecord,
): GithubSchemas['minimal-repository'] {
  return minimalRepositoryView(github, repository) as GithubSchemas['minimal-repository'];
}

function headRepository({ state }: ActionsContext['github'], run: RunRecord): RepositoryRecord | null {
  const [owner = '', name = ''] = (run.headRepository ?? '').split('/');
  return state.repository(owner, name);
}

function commitOf({ headCommit, headSha }: RunRecord): GithubSchemas['nullable-simple-commit'] {
  if (headCommit === null) return null;
  const { tree, message, at } = headCommit;
  const { name, email } = headCommit.author;
  const author = { name, email };
  return { id: headSha, tree_id: tree, message, timestamp: at, author, committer: author };
}

/** Of a fork's pull request GitHub names none. */
function pullsOf(
  github: ActionsContext['github'],
  repository: RepositoryRecord,
  run: RunRecord,
): GithubSchemas['pull-request-minimal'][] {
  const pull = github.state.of('pulls', repository.id).find(({ number }) => number === run.pullRequest);
  if (pull === undefined || pull.headRepositoryId !== repository.id) return [];
  const url = repositoryUrl(github, repository);
  const repo = { id: repository.id, url, name: repository.name };
  return [
    {
      id: pull.id,
      number: pull.number,
      url: `${url}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    },
  ];
}
