import type { GithubContext } from '../github-context.ts';
import type { CheckRunRecord, CheckSuiteRecord, PullRecord, RepositoryRecord } from '../records.ts';
import { appView } from './account-view.ts';
import { minimalRepositoryView, repositoryPage, repositoryUrl } from './repository-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { nodeId, timeOrNull, timestamp } from './view-basics.ts';

type CheckRun = GithubSchemas['check-run'];
type CheckSuite = GithubSchemas['check-suite'];

export function checkRunView(
  context: GithubContext,
  repository: RepositoryRecord,
  run: CheckRunRecord,
): CheckRun {
  const url = `${repositoryUrl(context, repository)}/check-runs/${run.id}`;
  const { title, summary, text, annotations } = run.output;
  const page = `${repositoryPage(context, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    head_sha: run.headSha,
    node_id: nodeId('CR', run.id),
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: timeOrNull(run.startedAt),
    completed_at: timeOrNull(run.completedAt),
    output: {
      title,
      summary,
      text,
      annotations_count: annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: run.suiteId },
    app: appView(context, run.appId),
    pull_requests: pullsAt(context, repository, run.headSha).map((pull) =>
      pullMinimal(context, repository, pull),
    ),
  };
}

export function checkSuiteView(
  context: GithubContext,
  repository: RepositoryRecord,
  suite: CheckSuiteRecord,
): CheckSuite {
  const { state } = context;
  const url = `${repositoryUrl(context, repository)}/check-suites/${suite.id}`;
  const runs = state.of('check_runs', repository.id).filter(({ suiteId }) => suiteId === suite.id);
  const isDone = runs.length > 0 && runs.every(({ status }) => status === 'completed');
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: isDone ? 'completed' : runs.some(({ status }) => status !== 'queued') ? 'in_progress' : 'queued',
    conclusion: isDone ? worst(runs) : null,
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsAt(context, repository, suite.headSha).map((pull) =>
      pullMinimal(context, repository, pull),
    ),
    app: appView(context, suite.appId),
    repository: minimalRepositoryView(context, repository) as CheckSuite['repository'],
    created_at: timestamp(suite.createdAt),
    updated_at: timestamp(suite.updatedAt),
    // Of a commit that is gone from git nothing more than its hash is known.
    head_commit: {
      id: suite.headSha,
      tree_id: '',
      message: '',
      timestamp: timestamp(suite.createdAt),
      author: null,
      committer: null,
    },
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
  };
}

/** Open pull requests of this repository whose head a commit is. Forks' are left out, as on GitHub. */
function pullsAt({ state }: GithubContext, { id }: RepositoryRecord, sha: string): readonly PullRecord[] {
  return state
    .of('pulls', id)
    .filter(
      (pull) =>
        pull.headSha === sha &&
        pull.headRepositoryId === id &&
        state.find('issues', pull.id)?.state === 'open',
    );
}

function pullMinimal(
  context: GithubContext,
  repository: RepositoryRecord,
  pull: PullRecord,
): GithubSchemas['pull-request-minimal'] {
  const url = repositoryUrl(context, repository);
  const repo = { id: repository.id, url, name: repository.name };
  return {
    id: pull.id,
    number: pull.number,
    url: `${url}/pulls/${pull.number}`,
    head: { ref: pull.headRef, sha: pull.headSha, repo },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo },
  };
}

/** The worse first. */
const BY_WEIGHT = [
  'failure',
  'timed_out',
  'action_required',
  'cancelled',
  'success',
  'neutral',
  'skipped',
] as const;

function worst(runs: readonly CheckRunRecord[]): CheckSuite['conclusion'] {
  return BY_WEIGHT.find((one) => runs.some(({ conclusion }) => conclusion === one)) ?? 'neutral';
}
