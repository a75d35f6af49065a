import { checkSuiteOf, createCheckRun, updateCheckRun } from '../../checks.ts';
import { ACTIONS_APP_ID, ACTIONS_APP_SLUG } from '../../github-context.ts';
import { fullNameOf } from '../../github-state.ts';
import type { GithubContext } from '../../github-context.ts';
import type { CheckAnnotation, CheckConclusion, CheckRunRecord, RepositoryRecord } from '../../records.ts';
import type { Annotation } from '../runner/annotation.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';

/** Checks of GitHub Actions start no GitHub workflow. */
const BY_ACTIONS = { login: `${ACTIONS_APP_SLUG}[bot]`, cause: 'job' } as const;

/**
 * A job as the check run that rules look at. It is written whenever the job changes, and once more after a kill, so that
 * it never says something else for long.
 */
export function mirrorJob(context: ActionsContext, jobId: number): void {
  const { store, github } = context;
  const job = store.find('jobs', jobId);
  const run = job === null ? null : store.find('runs', job.runId);
  const repository = run === null ? null : github.state.find('repositories', run.repositoryId);
  if (job === null || run === null || repository === null || job.kind === 'call') return;
  github.state.together(() => {
    const order = checkOf(github, repository, { job, run, suiteId: ensureSuite(context, run) });
    const known = job.checkRunId === null ? null : github.state.find('check_runs', job.checkRunId);
    if (known === null) {
      const { id } = createCheckRun(github, repository, BY_ACTIONS, order);
      store.change('jobs', job.id, { checkRunId: id });
    } else if (JSON.stringify({ ...known, ...order }) !== JSON.stringify(known))
      updateCheckRun(github, repository, BY_ACTIONS, known, order);
  });
}

/** Every run has a suite of its own. */
function ensureSuite({ store, github }: ActionsContext, run: RunRecord): number {
  const known = store.get('runs', run.id).checkSuiteId;
  if (known !== null && github.state.find('check_suites', known) !== null) return known;
  const repository = github.state.find('repositories', run.repositoryId);
  if (repository === null) return 0;
  const order = { appId: ACTIONS_APP_ID, headSha: run.headSha, headBranch: run.headBranch };
  const { id } = checkSuiteOf(github, repository, order, false);
  store.change('runs', run.id, { checkSuiteId: id });
  return id;
}

function checkOf(
  github: GithubContext,
  repository: RepositoryRecord,
  on: { readonly job: JobRecord; readonly run: RunRecord; readonly suiteId: number },
): Omit<CheckRunRecord, 'id' | 'repositoryId'> {
  const { job, run, suiteId } = on;
  return {
    suiteId,
    appId: ACTIONS_APP_ID,
    headSha: run.headSha,
    name: job.name,
    status: statusOf(job),
    conclusion: job.conclusion === null ? null : conclusionOf(job.conclusion),
    startedAt: job.startedAt ?? job.createdAt,
    completedAt: job.completedAt,
    detailsUrl: `${github.baseUrl}/${fullNameOf(repository)}/actions/runs/${run.id}/job/${job.id}`,
    externalId: `${run.id}/${job.id}`,
    output: {
      title: job.why === '' ? null : job.why,
      summary: job.summary === '' ? null : job.summary,
      text: null,
      annotations: job.annotations.map(annotationOf),
    },
  };
}

function statusOf({ status }: JobRecord): CheckRunRecord['status'] {
  return status === 'requested' || status === 'action_required' ? 'queued' : status;
}

function conclusionOf(conclusion: NonNullable<JobRecord['conclusion']>): CheckConclusion {
  return conclusion === 'startup_failure' ? 'failure' : conclusion;
}

/** One about no file is about the workflow, as on GitHub. */
function annotationOf(one: Annotation): CheckAnnotation {
  return {
    path: one.path ?? '.github',
    start_line: one.startLine ?? 1,
    end_line: one.endLine ?? one.startLine ?? 1,
    start_column: one.startColumn,
    end_column: one.endColumn,
    annotation_level: one.level,
    title: one.title,
    message: one.message,
    raw_details: null,
  };
}
