import { Hono } from 'hono';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { utcTime } from '../../../../util/utc-time.ts';
import { fullNameOf } from '../../github-state.ts';
import { markdownPage } from '../../pages/markdown-page.ts';
import { pageFrame, type Page } from '../../pages/page-frame.ts';
import type { RepositoryRecord } from '../../records.ts';
import { jobsOfAttempt } from '../scheduler/job-records.ts';
import type { ActionsContext } from '../scheduler/actions-context.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';

/** So many runs are on the first page. */
const RUNS_SHOWN = 100;

/** What links in checks, deployments and the terminal lead to: the runs of a repository, one of them, and the log of a job. */
export function actionsPages(context: ActionsContext): Hono {
  const routes = new Hono().basePath('/:owner/:repo/actions');
  routes.get('/', (c) => {
    const repository = repositoryOf(c, context);
    return repository === null ? c.notFound() : c.html(runsPage(context, repository));
  });
  routes.get('/runs/:run', (c) => {
    const found = runOf(c, context);
    return found === null ? c.notFound() : c.html(runPage(context, found));
  });
  routes.get('/runs/:run/job/:job', (c) => {
    const found = runOf(c, context);
    const job = context.store.find('jobs', c.req.param('job'));
    if (found === null || job === null || job.runId !== found.run.id) return c.notFound();
    return c.html(jobPage(context, { ...found, job }));
  });
  return routes;
}

interface FoundRun {
  readonly repository: RepositoryRecord;
  readonly run: RunRecord;
}

function repositoryOf(c: Context, { github }: ActionsContext): RepositoryRecord | null {
  return github.state.repository(c.req.param('owner') ?? '', c.req.param('repo') ?? '');
}

function runOf(c: Context, context: ActionsContext): FoundRun | null {
  const repository = repositoryOf(c, context);
  const run = context.store.find('runs', c.req.param('run') ?? '');
  return repository === null || run === null || run.repositoryId !== repository.id
    ? null
    : { repository, run };
}

function runsPage({ store }: ActionsContext, repository: RepositoryRecord): Page {
  const runs = store
    .all('runs')
    .filter((run) => run.repositoryId === repository.id)
    .toReversed()
    .slice(0, RUNS_SHOWN);
  const name = fullNameOf(repository);
  return pageFrame(
    `Runs of ${name}`,
    html`<table>
      ${runs.map(
        (run) =>
          html`<tr>
            <td>${standing(run)}</td>
            <td><a href="/${name}/actions/runs/${run.id}">${run.title}</a></td>
            <td>${run.workflowName} #${run.number}</td>
            <td>${run.event} by ${run.actor}, ${run.headBranch ?? run.headSha.slice(0, 7)}</td>
            <td>${utcTime(run.startedAt)}</td>
          </tr>`,
      )}
    </table>`,
  );
}

function runPage({ store, artifacts }: ActionsContext, { repository, run }: FoundRun): Page {
  const name = fullNameOf(repository);
  const jobs = jobsOfAttempt(store, run).filter(({ kind }) => kind === 'steps');
  const kept = artifacts.list({ repositoryId: repository.id, runId: run.id });
  return pageFrame(
    `${run.workflowName} #${run.number}: ${run.title}`,
    html`<p>
        <b>${standing(run)}</b> · ${run.event} by ${run.actor} · ${run.ref} · ${run.headSha} · attempt
        ${run.attempt} · <a href="/${name}/actions">all runs</a>
      </p>
      ${run.messages.map((message) => html`<p>${message}</p>`)}
      <table>
        ${jobs.map(
          (job) =>
            html`<tr>
              <td>${standing(job)}</td>
              <td><a href="/${name}/actions/runs/${run.id}/job/${job.id}">${job.name}</a></td>
              <td>${job.why}</td>
            </tr>`,
        )}
      </table>
      ${jobs
        .flatMap(({ annotations }) => annotations)
        .map(({ level, message, path, startLine }) => {
          const place = path === null ? '' : ` (${path}${startLine === null ? '' : `:${startLine}`})`;
          return html`<p>${level}${place}: ${message}</p>`;
        })}
      ${jobs
        .filter(({ summary }) => summary !== '')
        .map(
          ({ name: job, summary }) =>
            html`<h2>${job}: summary</h2>
              ${markdownPage(summary)}`,
        )}
      ${kept.map((one) => html`<p>artifact ${one.name}, ${one.bytes} bytes, ${one.digest}</p>`)}`,
  );
}

function jobPage(
  { logs }: ActionsContext,
  { repository, run, job }: FoundRun & { readonly job: JobRecord },
): Page {
  const back = `/${fullNameOf(repository)}/actions/runs/${run.id}`;
  return pageFrame(
    job.name,
    html`<p><b>${standing(job)}</b> · ${job.why} · <a href="${back}">${run.title}</a></p>
      ${job.steps.map(
        (step) =>
          html`<details ${step.conclusion === 'failure' ? 'open' : ''}>
            <summary>${step.conclusion ?? step.status} · ${step.name}</summary>
            <pre>${logs.step(job.id, step.number)}</pre>
          </details>`,
      )}`,
  );
}

function standing({ status, conclusion }: Pick<RunRecord, 'status' | 'conclusion'>): string {
  return (conclusion ?? status).replaceAll('_', ' ');
}
