import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { appIdOf, causeOf } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import { checkSuiteOf, createCheckRun, updateCheckRun } from '../checks.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import { isSha, readCommit } from '../git/read-git.ts';
import { CHECK_CONCLUSIONS } from '../records.ts';
import type { CheckAnnotation, CheckRunRecord, CheckSuiteRecord, RepositoryRecord } from '../records.ts';
import { latestCheckRuns } from '../rules/required-checks.ts';
import { checkRunView, checkSuiteView } from '../views/check-view.ts';
import { requireCommit } from './commit-routes.ts';
import { paginate, pathNumber, queryWord, readBody } from './read-request.ts';

const READ = { permission: 'checks', level: 'read' } as const;
const WRITE = { permission: 'checks', level: 'write' } as const;

/** So many annotations are taken at once (REST, "check runs"). */
const ANNOTATIONS_MAX = 50;

const annotation = z.looseObject({
  path: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  start_column: z.int().nullish(),
  end_column: z.int().nullish(),
  annotation_level: z.enum(['notice', 'warning', 'failure']),
  message: z.string(),
  title: z.string().nullish(),
  raw_details: z.string().nullish(),
});

const change = z.looseObject({
  name: z.string().optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed', 'waiting', 'pending']).optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  conclusion: z.enum(CHECK_CONCLUSIONS).optional(),
  completed_at: z.iso.datetime({ offset: true }).optional(),
  output: z
    .looseObject({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(annotation).max(ANNOTATIONS_MAX).default([]),
    })
    .optional(),
});

const order = change.extend({ name: z.string(), head_sha: z.string() });

/** Check runs, which only apps and jobs write, and the suites that they are in. */
export function checkRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo');
  routes.post('/check-runs', (c) => create(c, context));
  routes.get('/check-runs/:id', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(checkRunView(context, repository, runOf(c, context, repository)));
  });
  routes.patch('/check-runs/:id', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const appId = requireApp(caller);
    const run = runOf(c, context, repository);
    if (run.appId !== appId)
      throw new GithubApiError(
        403,
        'Invalid app_id `' + appId + '` - check run can only be modified by the GitHub App that created it.',
      );
    const by = { login: caller.account.login, cause: causeOf(caller) };
    const asked = await readBody(c, change);
    const changed = updateCheckRun(context, repository, by, run, changesOf(context, run, asked));
    return c.json(checkRunView(context, repository, changed));
  });
  routes.get('/check-runs/:id/annotations', (c) => {
    const { repository } = admit(c, context, READ);
    const { annotations } = runOf(c, context, repository).output;
    return c.json(paginate(c, baseUrl, annotations).map((one) => ({ ...one, blob_href: '' })));
  });
  routes.get('/commits/:ref{.+}/check-runs', async (c) => {
    const { repository } = admit(c, context, READ);
    const sha = await requireCommit(context, repository, decodeURIComponent(c.req.param('ref')));
    const runs = state.of('check_runs', repository.id).filter(({ headSha }) => headSha === sha);
    return listRuns(c, context, repository, { all: runs, latest: latestCheckRuns(context, repository, sha) });
  });
  routes.get('/commits/:ref{.+}/check-suites', async (c) => {
    const { repository } = admit(c, context, READ);
    const sha = await requireCommit(context, repository, decodeURIComponent(c.req.param('ref')));
    const all = state.of('check_suites', repository.id).filter(({ headSha }) => headSha === sha);
    const shown = paginate(c, baseUrl, all).map((one) => checkSuiteView(context, repository, one));
    return c.json({ total_count: all.length, check_suites: shown });
  });
  routes.get('/check-suites/:id', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(checkSuiteView(context, repository, suiteOf(c, context, repository)));
  });
  routes.get('/check-suites/:id/check-runs', (c) => {
    const { repository } = admit(c, context, READ);
    const { id } = suiteOf(c, context, repository);
    const runs = state.of('check_runs', repository.id).filter(({ suiteId }) => suiteId === id);
    return listRuns(c, context, repository, { all: runs, latest: runs });
  });
  return routes;
}

async function create(c: Context, context: GithubContext): Promise<Response> {
  const { repository, caller } = admit(c, context, WRITE);
  const appId = requireApp(caller);
  const { head_sha: headSha, ...asked } = await readBody(c, order);
  const commit = isSha(headSha) ? await readCommit(context.git.dirOf(repository.id), headSha) : null;
  if (commit === null) throw refused(`No commit found for SHA: ${headSha}`);
  const by = { login: caller.account.login, cause: causeOf(caller) };
  const suite = checkSuiteOf(context, repository, { appId, headSha, headBranch: null }, true);
  const made = createCheckRun(context, repository, by, {
    appId,
    headSha,
    suiteId: suite.id,
    name: asked.name,
    ...changesOf(context, null, asked),
  });
  return c.json(checkRunView(context, repository, made), 201);
}

/** GitHub takes check runs from apps alone. */
function requireApp(caller: Caller): number {
  const appId = appIdOf(caller);
  if (appId === null) throw new GithubApiError(403, 'You must authenticate via a GitHub App.');
  return appId;
}

/** What a request changes: a conclusion completes a run, whatever else is said. */
function changesOf(
  { clock }: GithubContext,
  before: CheckRunRecord | null,
  asked: Readonly<z.infer<typeof change>>,
): Partial<CheckRunRecord> {
  const status = asked.conclusion !== undefined ? 'completed' : (asked.status ?? before?.status ?? 'queued');
  if (status === 'completed' && asked.conclusion === undefined && before?.conclusion == null)
    throw refused('Invalid request.\n\n"conclusion" wasn\'t supplied.');
  const started =
    asked.started_at === undefined ? (before?.startedAt ?? clock.now()) : Date.parse(asked.started_at);
  const { output } = asked;
  return {
    status,
    startedAt: status === 'queued' ? (before?.startedAt ?? null) : started,
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.conclusion === undefined ? {} : { conclusion: asked.conclusion }),
    ...(status === 'completed'
      ? { completedAt: asked.completed_at === undefined ? clock.now() : Date.parse(asked.completed_at) }
      : {}),
    ...(asked.details_url === undefined ? {} : { detailsUrl: asked.details_url }),
    ...(asked.external_id === undefined ? {} : { externalId: asked.external_id }),
    ...(output === undefined
      ? {}
      : {
          output: {
            title: output.title ?? null,
            summary: output.summary,
            text: output.text ?? null,
            // Each request adds to those there are.
            annotations: [...(before?.output.annotations ?? []), ...output.annotations.map(whole)],
          },
        }),
  };
}

function whole(one: Readonly<z.infer<typeof annotation>>): CheckAnnotation {
  const { path, start_line, end_line, annotation_level, message } = one;
  return {
    path,
    start_line,
    end_line,
    start_column: one.start_column ?? null,
    end_column: one.end_column ?? null,
    annotation_level,
    title: one.title ?? null,
    message,
    raw_details: one.raw_details ?? null,
  };
}

function listRuns(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
  runs: { readonly all: readonly CheckRunRecord[]; readonly latest: readonly CheckRunRecord[] },
): Response {
  const which = queryWord(c, 'filter', ['latest', 'all']);
  const [name, status, app] = [c.req.query('check_name'), c.req.query('status'), c.req.query('app_id')];
  const found = runs[which].filter(
    (run) =>
      (name === undefined || run.name === name) &&
      (status === undefined || run.status === status) &&
      (app === undefined || String(run.appId) === app),
  );
  const shown = paginate(c, context.baseUrl, found).map((run) => checkRunView(context, repository, run));
  return c.json({ total_count: found.length, check_runs: shown });
}

function runOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): CheckRunRecord {
  const run = state.find('check_runs', pathNumber(c, 'id'));
  if (run === null || run.repositoryId !== repository.id) throw notFound();
  return run;
}

function suiteOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): CheckSuiteRecord {
  const suite = state.find('check_suites', pathNumber(c, 'id'));
  if (suite === null || suite.repositoryId !== repository.id) throw notFound();
  return suite;
}
