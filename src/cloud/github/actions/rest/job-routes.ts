import { Hono } from 'hono';
import { notFound } from '../../github-error.ts';
import { rerunRun } from '../scheduler/run-requests.ts';
import { jobOf, READ, WRITE } from './actions-request.ts';
import { jobView } from './job-view.ts';
import type { ActionsRoutesOptions } from './run-routes.ts';

/** Single jobs (REST "Workflow jobs"). */
export function jobRoutes({ context, engine, downloads }: ActionsRoutesOptions): Hono {
  const routes = new Hono().basePath('/repos/:owner/:repo/actions/jobs');
  routes.get('/:job', (c) => {
    const { repository, job } = jobOf(c, context, READ);
    return c.json(jobView(context, repository, job));
  });
  routes.get('/:job/logs', (c) => {
    const { job } = jobOf(c, context, READ);
    if (job.steps.length === 0) throw notFound();
    const bytes = (): Buffer => Buffer.from(context.logs.job(job));
    const contentType = 'text/plain; charset=utf-8';
    return c.redirect(downloads.offer({ contentType, fileName: `job-${job.id}.txt`, bytes }), 302);
  });
  routes.post('/:job/rerun', (c) => {
    const { job, caller } = jobOf(c, context, WRITE);
    const run = context.store.get('runs', job.runId);
    rerunRun(context, engine, { run, which: 'failed', by: caller.account.login, job });
    return c.json({}, 201);
  });
  return routes;
}
