import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import type { Admitted } from '../access/admit.ts';
import { causeOf } from '../access/caller.ts';
import type { Pusher } from '../git/pusher.ts';
import { sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, invalid, notFound, refused } from '../github-error.ts';
import { diffFiles } from '../git/diff-files.ts';
import { commitOf, isAncestor, mergeBase, readCommits } from '../git/read-git.ts';
import { closePull, emitPull } from '../pulls/apply-outcome.ts';
import { mergePull } from '../pulls/merge-pull.ts';
import { openPull } from '../pulls/open-pull.ts';
import { headOf, refreshedPull } from '../pulls/refresh-pulls.ts';
import { MERGE_METHODS } from '../records.ts';
import type { IssueRecord, PullRecord, RepositoryRecord } from '../records.ts';
import { commitView, fileView } from '../views/commit-view.ts';
import { pullView, simplePullView } from '../views/pull-view.ts';
import { paginate, pathNumber, queryWord, readBody } from './read-request.ts';
import { requireCommit } from './commit-routes.ts';

const READ = { permission: 'pull_requests', level: 'read' } as const;
const WRITE = { permission: 'pull_requests', level: 'write' } as const;

const order = z.looseObject({
  title: z.string().optional(),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().default(false),
});

const change = z.looseObject({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
});

const merge = z.looseObject({
  sha: z.string().nullish(),
  merge_method: z.enum(MERGE_METHODS).default('merge'),
  commit_title: z.string().nullish(),
  commit_message: z.string().nullish(),
});

interface Both {
  readonly pull: PullRecord;
  readonly issue: IssueRecord;
}

/** Pull requests, from the first look to the merge. */
export function pullRoutes(context: GithubContext): Hono {
  const { baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo');
  routes.get('/pulls', (c) => {
    const { repository } = admit(c, context, READ);
    return list(c, context, repository);
  });
  routes.post('/pulls', (c) => create(c, context));
  routes.get('/pulls/:number', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(pullView(context, repository, bothOf(c, context, repository)));
  });
  routes.patch('/pulls/:number', (c) => edit(c, context));
  routes.get('/pulls/:number/commits', async (c) => {
    const { repository } = admit(c, context, READ);
    const { pull } = bothOf(c, context, repository);
    const dir = context.git.dirOf(repository.id);
    const commits = await readCommits(dir, ['--reverse', `${pull.baseSha}..${pull.headSha}`, '--']);
    return c.json(paginate(c, baseUrl, commits).map((one) => commitView(context, repository, one)));
  });
  routes.get('/pulls/:number/files', async (c) => {
    const { repository } = admit(c, context, READ);
    const { pull } = bothOf(c, context, repository);
    const dir = context.git.dirOf(repository.id);
    const from = await mergeBase(dir, pull.baseSha, pull.headSha);
    const files = await diffFiles(dir, { from, to: pull.headSha });
    return c.json(
      paginate(c, baseUrl, files).map((file) => fileView(context, repository, file, pull.headSha)),
    );
  });
  routes.get('/pulls/:number/merge', (c) => {
    const { repository } = admit(c, context, READ);
    if (bothOf(c, context, repository).pull.mergedAt === null) throw notFound();
    return c.body(null, 204);
  });
  routes.put('/pulls/:number/merge', async (c) => {
    const { repository, caller } = admit(c, context, { permission: 'contents', level: 'write' });
    const both = bothOf(c, context, repository);
    const asked = await readBody(c, merge);
    const sha = await mergePull(context, repository, caller, both, {
      method: asked.merge_method,
      sha: asked.sha ?? null,
      title: asked.commit_title ?? null,
      message: asked.commit_message ?? null,
    });
    return c.json({ sha, merged: true, message: 'Pull Request successfully merged' });
  });
  routes.get('/commits/:ref{.+}/pulls', (c) => ofCommit(c, context));
  return routes;
}

function list(c: Context, context: GithubContext, repository: RepositoryRecord): Response {
  const wanted = queryWord(c, 'state', ['open', 'closed', 'all']);
  const [head, base] = [c.req.query('head'), c.req.query('base')];
  const found = all(context, repository).filter(
    ({ pull, issue }) =>
      (wanted === 'all' || issue.state === wanted) &&
      (head === undefined || sameLogin(head, `${pull.headOwner}:${pull.headRef}`)) &&
      (base === undefined || base === pull.baseRef),
  );
  const sorted =
    c.req.query('sort') === 'updated'
      ? found.toSorted((a, b) => a.issue.updatedAt - b.issue.updatedAt)
      : found;
  const ordered = c.req.query('direction') === 'asc' ? sorted : sorted.toReversed();
  return c.json(paginate(c, context.baseUrl, ordered).map((one) => simplePullView(context, repository, one)));
}

async function create(c: Context, context: GithubContext): Promise<Response> {
  const { repository, caller } = admit(c, context, { ...WRITE, role: 'read' });
  if (caller.token?.kind === 'job' && !repository.workflowsMayApprove)
    throw new GithubApiError(403, 'GitHub Actions is not permitted to create or approve pull requests.');
  const asked = await readBody(c, order);
  if (asked.title === undefined || asked.title.trim() === '')
    throw invalid('PullRequest', 'title', 'missing_field');
  const both = await openPull(context, repository, byOf({ repository, caller }), {
    title: asked.title,
    body: asked.body ?? null,
    head: asked.head,
    base: asked.base,
    isDraft: asked.draft,
  });
  return c.json(pullView(context, repository, both), 201);
}

async function edit(c: Context, context: GithubContext): Promise<Response> {
  const { state, clock } = context;
  const admitted = admit(c, context, { ...WRITE, role: 'read' });
  const { repository } = admitted;
  const before = bothOf(c, context, repository);
  const asked = await readBody(c, change);
  const by = byOf(admitted);
  const isReopened = asked.state === 'open' && before.issue.state === 'closed';
  const pull = await withNewEnds(context, repository, before.pull, { base: asked.base, isReopened });
  state.together(() => {
    const edited = state.save('issues', {
      ...before.issue,
      title: asked.title ?? before.issue.title,
      body: asked.body === undefined ? before.issue.body : asked.body,
      updatedAt: clock.now(),
      ...(isReopened ? { state: 'open' as const, closedAt: null, closedBy: null } : {}),
    });
    state.save('pulls', pull);
    if (isReopened) emitPull(context, { pull, action: 'reopened', by });
    const isEdited =
      edited.title !== before.issue.title ||
      edited.body !== before.issue.body ||
      pull.baseRef !== before.pull.baseRef;
    if (isEdited) emitPull(context, { pull, action: 'edited', by, more: { changes: {} } });
    if (asked.state === 'closed' && before.issue.state === 'open') closePull(context, pull, by);
  });
  return c.json(pullView(context, repository, bothOf(c, context, repository)));
}

/** With another base, or with its head looked up again. Throws the API's 422 where there is none. */
async function withNewEnds(
  context: GithubContext,
  repository: RepositoryRecord,
  pull: PullRecord,
  asked: { readonly base: string | undefined; readonly isReopened: boolean },
): Promise<PullRecord> {
  const baseRef = asked.base ?? pull.baseRef;
  if (baseRef === pull.baseRef && !asked.isReopened) return pull;
  if (pull.mergedAt !== null)
    throw refused('Validation Failed', ['Cannot change the base of a merged pull request.']);
  const [head, baseSha] = [
    await headOf(context, pull),
    await commitOf(context.git.dirOf(repository.id), `refs/heads/${baseRef}`),
  ];
  if (baseSha === null) throw invalid('PullRequest', 'base');
  if (head === null) throw invalid('PullRequest', 'head');
  return refreshedPull(context, { ...pull, baseRef, baseSha, headSha: head });
}

/** Those that brought a commit: merged ones whose base has it, and open ones whose head does. */
async function ofCommit(c: Context, context: GithubContext): Promise<Response> {
  const { repository } = admit(c, context, READ);
  const sha = await requireCommit(context, repository, decodeURIComponent(c.req.param('ref') ?? ''));
  const dir = context.git.dirOf(repository.id);
  const found: Both[] = [];
  for (const both of all(context, repository)) {
    const { pull } = both;
    const brings =
      pull.mergeCommitSha === sha ||
      ((await isAncestor(dir, sha, pull.headSha)) && !(await isAncestor(dir, sha, pull.baseSha)));
    if (brings) found.push(both);
  }
  return c.json(
    paginate(c, context.baseUrl, found.toReversed()).map((one) => simplePullView(context, repository, one)),
  );
}

function all({ state }: GithubContext, { id }: RepositoryRecord): readonly Both[] {
  return state.of('pulls', id).flatMap((pull) => {
    const issue = state.find('issues', pull.id);
    return issue === null ? [] : [{ pull, issue }];
  });
}

function bothOf(c: Context, context: GithubContext, repository: RepositoryRecord): Both {
  const number = pathNumber(c, 'number');
  const both = all(context, repository).find(({ pull }) => pull.number === number);
  if (both === undefined) throw notFound();
  return both;
}

function byOf({ caller }: Admitted): Pusher {
  return { login: caller.account.login, cause: causeOf(caller) };
}
