import { sameLogin } from '../../access/role-of.ts';
import { GithubApiError, refused } from '../../github-error.ts';
import type { AccountRecord } from '../../account-records.ts';
import { rerun } from '../plan/rerun.ts';
import { reviewersOf } from '../rules/environment.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import type { Engine } from './engine.ts';
import { ensureEnvironment } from '../../environments.ts';
import { rulesOfEnvironment } from './environment-of.ts';
import { jobsOfAttempt } from './job-records.ts';

/** A run may be run again for so long (docs "Re-running workflows and jobs"). */
const RERUN_MS_MAX = 30 * 86_400_000;

/** Runs a run again, all of it, what failed, or one job with what needs it. Throws the API's 403 for one that cannot be. */
export function rerunRun(
  context: ActionsContext,
  engine: Engine,
  on: {
    readonly run: RunRecord;
    readonly which: 'all' | 'failed';
    readonly by: string;
    readonly job?: JobRecord;
  },
): void {
  const { store, github } = context;
  const { run, which, by, job } = on;
  if (run.status !== 'completed' || run.conclusion === 'action_required')
    throw new GithubApiError(403, 'The workflow run is already running');
  if (run.state === null) throw new GithubApiError(403, 'This workflow run cannot be retried');
  if (github.clock.now() - run.createdAt > RERUN_MS_MAX)
    throw new GithubApiError(
      403,
      'Unable to re-run this workflow run because it was created over a month ago',
    );
  const state = rerun(run.state, { which: job === undefined ? which : { jobs: [job.instanceId] }, by });
  store.together(() => {
    store.save('attempts', { id: `${run.id}/${run.attempt}`, runId: run.id, run });
    const now = github.clock.now();
    store.change('runs', run.id, {
      state,
      attempt: run.attempt + 1,
      status: 'queued',
      conclusion: null,
      triggeringActor: by,
      startedAt: now,
      updatedAt: now,
      messages: [],
      cancel: 'no',
      hasBegun: false,
      isTold: false,
    });
  });
  engine.enterRun(run.id);
}

/** Lets a run of a fork's pull request begin. Throws the API's 403 for one that does not wait for that. */
export function approveRun({ store }: ActionsContext, engine: Engine, run: RunRecord): void {
  if (run.conclusion !== 'action_required' || run.state === null)
    throw new GithubApiError(403, 'This run is not from a fork pull request or queued for approval');
  store.change('runs', run.id, { status: 'queued', conclusion: null, messages: [], isTold: false });
  engine.enterRun(run.id);
}

/** The jobs of a run that wait at the door of an environment. */
export function waitingJobs({ store }: ActionsContext, run: RunRecord): readonly JobRecord[] {
  return jobsOfAttempt(store, run).filter(
    ({ status, door }) => status === 'waiting' && door === 'environment',
  );
}

/** Who is asked about a job, and whether somebody may say. */
export function reviewersAt(
  { github }: ActionsContext,
  on: { readonly run: RunRecord; readonly job: JobRecord },
): {
  readonly environmentId: number;
  readonly reviewers: readonly string[];
  readonly waitTimerMinutes: number;
} {
  const { run, job } = on;
  const repository = github.state.find('repositories', run.repositoryId);
  if (repository === null) throw new GithubApiError(404, 'Not Found');
  const environment = ensureEnvironment(github, repository, job.environment ?? '');
  const rules = rulesOfEnvironment(github, environment);
  return {
    environmentId: environment.id,
    reviewers: reviewersOf(rules, { startedBy: run.triggeringActor }),
    waitTimerMinutes: rules.waitTimerMinutes,
  };
}

/**
 * Writes down what somebody says to the jobs that wait for some environments, and lets those in that may go on. Throws the
 * API's 422 for an environment that nothing waits for, and 403 for somebody who is not asked.
 */
export function reviewRun(
  context: ActionsContext,
  engine: Engine,
  on: {
    readonly run: RunRecord;
    readonly environmentIds: readonly number[];
    readonly by: AccountRecord;
    readonly state: 'approved' | 'rejected';
    readonly comment: string;
  },
): readonly JobRecord[] {
  const { store, github } = context;
  const { run, by, state, comment } = on;
  const jobs = waitingJobs(context, run).filter((job) =>
    on.environmentIds.includes(reviewersAt(context, { run, job }).environmentId),
  );
  if (jobs.length === 0) throw refused('No pending deployment requests to approve or reject');
  for (const job of jobs) {
    const { reviewers } = reviewersAt(context, { run, job });
    if (!reviewers.some((login) => sameLogin(login, by.login)))
      throw refused(
        `There was one or more errors: ${by.login} may not approve deployments to ${job.environment}`,
      );
  }
  const at = github.clock.now();
  store.together(() => {
    for (const job of jobs)
      store.change('jobs', job.id, { reviews: [...job.reviews, { by: by.login, state, comment, at }] });
  });
  for (const { id } of jobs) engine.arrive(id);
  return jobs.map(({ id }) => store.get('jobs', id));
}
