import { Hono } from 'hono';
import type { Context } from 'hono';
import { admit } from '../../access/admit.ts';
import { GithubApiError, notFound } from '../../github-error.ts';
import type { RepositoryRecord } from '../../records.ts';
import { paginate, pathNumber, queryWord } from '../../rest/read-request.ts';
import { writeZip } from '../archive/zip.ts';
import type { ActionsContext } from '../scheduler/actions-context.ts';
import type { Engine } from '../scheduler/engine.ts';
import { approveRun, rerunRun } from '../scheduler/run-requests.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import { READ, runOf, WRITE } from './actions-request.ts';
import type { Downloads } from './downloads.ts';
import { jobView } from './job-view.ts';
import { runView } from './run-view.ts';

/** What the routes of Actions work on. */
export interface ActionsRoutesOptions {
  readonly context: ActionsContext;
  readonly engine: Engine;
  readonly downloads: Downloads;
}

/** Runs: looked at, ended, and started again (REST "Workflow runs", "Workflow jobs"). */
export function runRoutes(options: ActionsRoutesOptions): Hono {
  const { context, engine } = options;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions/runs');
  routes.get('/', (c) => {
    const { repository } = admit(c, context.github, READ);
    return listRuns(c, context, repository, () => true);
  });
  routes.get('/:run', (c) => {
    const { repository, run } = runOf(c, context, READ);
    return c.json(runView(context, repository, run));
  });
  routes.delete('/:run', (c) => {
    const { run } = runOf(c, context, WRITE);
    if (run.status !== 'completed') throw new GithubApiError(403, 'Could not delete the workflow run');
    removeRun(context, run);
    return c.body(null, 204);
  });
  routes.get('/:run/attempts/:attempt', (c) => {
    const { repository, run } = runOf(c, context, READ);
    return c.json(runView(context, repository, attemptOf(context, run, pathNumber(c, 'attempt'))));
  });
  routes.get('/:run/attempts/:attempt/jobs', (c) => {
    const { repository, run } = runOf(c, context, READ);
    const { attempt } = attemptOf(context, run, pathNumber(c, 'attempt'));
    return listJobs(
      c,
      context,
      repository,
      jobsOf(context, run).filter((job) => job.attempt === attempt),
    );
  });
  routes.get('/:run/jobs', (c) => {
    const { repository, run } = runOf(c, context, READ);
    const which = queryWord(c, 'filter', ['latest', 'all']);
    const jobs = jobsOf(context, run);
    return listJobs(c, context, repository, which === 'all' ? jobs : latestOf(jobs));
  });
  routes.get('/:run/logs', (c) => sendLogs(c, options, (run) => run.attempt));
  routes.get('/:run/attempts/:attempt/logs', (c) => sendLogs(c, options, () => pathNumber(c, 'attempt')));
  for (const [path, how] of [
    ['cancel', 'asked'],
    ['force-cancel', 'forced'],
  ] as const)
    routes.post(`/:run/${path}`, (c) => {
      const { run, caller } = runOf(c, context, WRITE);
      if (run.status === 'completed')
        throw new GithubApiError(409, 'Cannot cancel a workflow run that is completed.');
      engine.cancel(run.id, how, `The run was canceled by @${caller.account.login}.`);
      return c.json({}, 202);
    });
  for (const [path, which] of [
    ['rerun', 'all'],
    ['rerun-failed-jobs', 'failed'],
  ] as const)
    routes.post(`/:run/${path}`, (c) => {
      const { run, caller } = runOf(c, context, WRITE);
      rerunRun(context, engine, { run, which, by: caller.account.login });
      return c.json({}, 201);
    });
  routes.post('/:run/approve', (c) => {
    const { run } = runOf(c, context, WRITE);
    approveRun(context, engine, run);
    return c.json({}, 201);
  });
  return routes;
}

/** Runs of a repository, newest first, by what the query asks. */
export function listRuns(
  c: Context,
  context: ActionsContext,
  repository: RepositoryRecord,
  isMeant: (run: RunRecord) => boolean,
): Response {
  const asked = (name: string): string | undefined => c.req.query(name) || undefined;
  const [status, created] = [asked('status'), asked('created')];
  const fits = (name: string, value: string | null): boolean => {
    const wanted = asked(name);
    return wanted === undefined || wanted === value;
  };
  const runs = context.store
    .all('runs')
    .filter((run) => run.repositoryId === repository.id && isMeant(run))
    .filter(
      (run) =>
        fits('actor', run.actor) &&
        fits('branch', run.headBranch) &&
        fits('event', run.event) &&
        fits('head_sha', run.headSha) &&
        fits('check_suite_id', String(run.checkSuiteId ?? '')) &&
        (status === undefined || status === run.status || status === run.conclusion) &&
        (created === undefined || isWithin(run.createdAt, created)),
    )
    .toReversed();
  const page = paginate(c, context.github.baseUrl, runs);
  return c.json({
    total_count: runs.length,
    workflow_runs: page.map((run) => runView(context, repository, run)),
  });
}

/** `2026-01-01..2026-02-01`, `>=2026-01-01`, or one day (docs "Understanding the search syntax"). */
function isWithin(at: number, query: string): boolean {
  const moment = (text: string): number => Date.parse(text);
  const [from, to] = query.split('..');
  if (to !== undefined) return at >= moment(from ?? '') && at <= moment(to);
  const [, sign = '', text = ''] = /^([<>]=?|)(.*)$/u.exec(query) ?? [];
  if (sign === '') return new Date(at).toISOString().startsWith(text);
  if (sign.startsWith('>')) return sign === '>=' ? at >= moment(text) : at > moment(text);
  return sign === '<=' ? at <= moment(text) : at < moment(text);
}

function jobsOf({ store }: ActionsContext, run: RunRecord): readonly JobRecord[] {
  return store.all('jobs').filter((job) => job.runId === run.id && job.kind === 'steps');
}

/** Of each job its newest attempt: those that were not run again are still those of an earlier one. */
function latestOf(jobs: readonly JobRecord[]): readonly JobRecord[] {
  return [...new Map(jobs.map((job) => [job.name, job])).values()];
}

function listJobs(
  c: Context,
  context: ActionsContext,
  repository: RepositoryRecord,
  jobs: readonly JobRecord[],
): Response {
  const page = paginate(c, context.github.baseUrl, jobs);
  return c.json({ total_count: jobs.length, jobs: page.map((job) => jobView(context, repository, job)) });
}

function attemptOf({ store }: ActionsContext, run: RunRecord, attempt: number): RunRecord {
  if (attempt === run.attempt) return run;
  const earlier = store.find('attempts', `${run.id}/${attempt}`);
  if (earlier === null) throw notFound();
  return earlier.run;
}

/** A folder for each job with a file for each step, and the whole of each job beside it. */
function sendLogs(
  c: Context,
  options: ActionsRoutesOptions,
  attemptOfRun: (run: RunRecord) => number,
): Response {
  const { context, downloads } = options;
  const { run } = runOf(c, context, READ);
  const attempt = attemptOfRun(run);
  const jobs = jobsOf(context, run).filter((job) => job.attempt === attempt && job.steps.length > 0);
  if (jobs.length === 0) throw notFound();
  const bytes = (): Buffer => {
    const files = jobs.flatMap((job, index) => {
      const name = fileName(job.name);
      return [
        { name: `${index}_${name}.txt`, bytes: Buffer.from(context.logs.job(job)) },
        ...job.steps.map((step) => ({
          name: `${name}/${step.number}_${fileName(step.name)}.txt`,
          bytes: Buffer.from(context.logs.step(job.id, step.number)),
        })),
      ];
    });
    return writeZip(files);
  };
  const url = downloads.offer({ contentType: 'application/zip', fileName: `logs_${run.id}.zip`, bytes });
  return c.redirect(url, 302);
}

function fileName(text: string): string {
  return text.replace(/["<>|*?:\r\n\\/]/gu, '').trim() || 'step';
}

function removeRun({ store, logs, artifacts }: ActionsContext, run: RunRecord): void {
  for (const { id } of artifacts.list({ repositoryId: run.repositoryId, runId: run.id }))
    artifacts.remove(id);
  store.together(() => {
    for (const job of store.all('jobs')) {
      if (job.runId !== run.id) continue;
      logs.remove(job.id);
      store.remove('jobs', job.id);
    }
    for (const { id, runId } of store.all('attempts')) if (runId === run.id) store.remove('attempts', id);
    store.remove('runs', run.id);
  });
}
