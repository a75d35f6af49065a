import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { causeOf } from '../access/caller.ts';
import { sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { notFound } from '../github-error.ts';
import { emitIssue, ensureLabels, newIssue, pullOf } from '../issues.ts';
import { emitPull } from '../pulls/apply-outcome.ts';
import type { Pusher } from '../git/pusher.ts';
import type { IssueRecord, RepositoryRecord } from '../records.ts';
import { issueOf, issueView, labelsOf, labelView } from '../views/issue-view.ts';
import { paginate, pathNumber, queryWord, readBody } from './read-request.ts';

/** Issues are pull requests too, and either permission opens them. */
export const ISSUES_READ = { permission: 'issues', level: 'read', orElse: ['pull_requests'] } as const;
export const ISSUES_WRITE = {
  permission: 'issues',
  level: 'write',
  orElse: ['pull_requests'],
  role: 'read',
} as const;

const labelNames = z.array(
  z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]),
);

const order = z.looseObject({
  title: z.union([z.string(), z.number()]).transform(String),
  body: z.string().nullish(),
  labels: labelNames.default([]),
  assignees: z.array(z.string()).default([]),
});

const change = z.looseObject({
  title: z.union([z.string(), z.number()]).transform(String).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'reopened', 'duplicate']).nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

/** Issues, and of pull requests what they have in common with them. */
export function issueRoutes(context: GithubContext): Hono {
  const { state } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/issues');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    return list(c, context, repository);
  });
  routes.post('/', async (c) => {
    const { repository, caller } = admit(c, context, { ...ISSUES_WRITE, orElse: [] });
    const { title, body, labels, assignees } = await readBody(c, order);
    const by = { login: caller.account.login, cause: causeOf(caller) };
    const issue = state.together(() => {
      ensureLabels(context, repository, labels);
      const made = newIssue(context, repository, by.login, {
        title,
        body: body ?? null,
        labels,
        assignees,
        isPull: false,
      });
      emitIssue(context, repository, { issue: made, action: 'opened', by });
      return made;
    });
    return c.json(issueView(context, repository, issue), 201);
  });
  routes.get('/:number', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    return c.json(issueView(context, repository, requireIssue(c, context, repository)));
  });
  routes.patch('/:number', async (c) => {
    const { repository, caller } = admit(c, context, { ...ISSUES_WRITE, role: 'triage' });
    const issue = requireIssue(c, context, repository);
    const by = { login: caller.account.login, cause: causeOf(caller) };
    return c.json(issueView(context, repository, await edit(c, context, { repository, issue, by })));
  });
  routes.route('/', issueLabelRoutes(context));
  return routes;
}

/** Which labels an issue has. */
function issueLabelRoutes(context: GithubContext): Hono {
  const { baseUrl } = context;
  const routes = new Hono().basePath('/:number/labels');
  const answer = (c: Context, repository: RepositoryRecord, issue: IssueRecord): Response =>
    c.json(labelsOf(context, repository, issue).map((label) => labelView(context, repository, label)));
  const set = async (
    c: Context,
    to: (issue: IssueRecord) => Promise<readonly string[]>,
  ): Promise<Response> => {
    const { repository, caller } = admit(c, context, { ...ISSUES_WRITE, role: 'triage' });
    const issue = requireIssue(c, context, repository);
    const by = { login: caller.account.login, cause: causeOf(caller) };
    return answer(c, repository, setLabels(context, { repository, issue, by, labels: await to(issue) }));
  };
  const asked = async (c: Context): Promise<readonly string[]> => {
    const body = await readBody(c, z.union([labelNames, z.looseObject({ labels: labelNames })]));
    return Array.isArray(body) ? body : (body as { labels: string[] }).labels;
  };
  routes.get('/', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    const labels = labelsOf(context, repository, requireIssue(c, context, repository));
    return c.json(paginate(c, baseUrl, labels).map((label) => labelView(context, repository, label)));
  });
  routes.post('/', (c) => set(c, async (issue) => [...issue.labels, ...(await asked(c))]));
  routes.put('/', (c) => set(c, () => asked(c)));
  routes.delete('/', async (c) => {
    await set(c, async () => []);
    return c.body(null, 204);
  });
  routes.delete('/:name', (c) => {
    const name = decodeURIComponent(c.req.param('name'));
    return set(c, async (issue) => {
      if (!issue.labels.some((one) => sameLogin(one, name))) throw notFound();
      return issue.labels.filter((one) => !sameLogin(one, name));
    });
  });
  return routes;
}

/** The issue of the path. Throws the API's 404. */
export function requireIssue(c: Context, context: GithubContext, repository: RepositoryRecord): IssueRecord {
  const issue = issueOf(context, repository, pathNumber(c, 'number'));
  if (issue === null) throw notFound();
  return issue;
}

function list(c: Context, context: GithubContext, repository: RepositoryRecord): Response {
  const wanted = queryWord(c, 'state', ['open', 'closed', 'all']);
  const labels = (c.req.query('labels') ?? '').split(',').filter((name) => name !== '');
  const creator = c.req.query('creator');
  const since = Date.parse(c.req.query('since') ?? '');
  const found = context.state
    .of('issues', repository.id)
    .filter(
      (issue) =>
        (wanted === 'all' || issue.state === wanted) &&
        labels.every((name) => issue.labels.some((one) => sameLogin(one, name))) &&
        (creator === undefined || sameLogin(issue.login, creator)) &&
        (Number.isNaN(since) || issue.updatedAt >= since),
    );
  const byUpdate = c.req.query('sort') === 'updated';
  const sorted = byUpdate ? found.toSorted((a, b) => a.updatedAt - b.updatedAt) : found;
  const ordered = c.req.query('direction') === 'asc' ? sorted : sorted.toReversed();
  return c.json(paginate(c, context.baseUrl, ordered).map((issue) => issueView(context, repository, issue)));
}

interface Edit {
  readonly repository: RepositoryRecord;
  readonly issue: IssueRecord;
  readonly by: Pusher;
}

async function edit(
  c: Context,
  context: GithubContext,
  { repository, issue, by }: Edit,
): Promise<IssueRecord> {
  const { state, clock } = context;
  const asked = await readBody(c, change);
  return state.together(() => {
    const now = clock.now();
    const { state: to = issue.state } = asked;
    let edited = state.save('issues', {
      ...issue,
      title: asked.title ?? issue.title,
      body: asked.body === undefined ? issue.body : asked.body,
      assignees: asked.assignees ?? issue.assignees,
      updatedAt: now,
    });
    if (edited.title !== issue.title || edited.body !== issue.body)
      tell(context, repository, edited, 'edited', by);
    if (asked.labels !== undefined)
      edited = setLabels(context, { repository, issue: edited, by, labels: asked.labels });
    if (to === issue.state) return edited;
    edited = state.save('issues', {
      ...edited,
      state: to,
      stateReason: asked.state_reason ?? (to === 'closed' ? 'completed' : 'reopened'),
      closedAt: to === 'closed' ? now : null,
      closedBy: to === 'closed' ? by.login : null,
    });
    tell(context, repository, edited, to === 'closed' ? 'closed' : 'reopened', by);
    return edited;
  });
}

/** Gives an issue exactly these labels, and tells of each that came or went. */
export function setLabels(
  context: GithubContext,
  order: Edit & { readonly labels: readonly string[] },
): IssueRecord {
  const { repository, issue, by } = order;
  const { state, clock } = context;
  return state.together(() => {
    ensureLabels(context, repository, order.labels);
    const labels = [...new Map(order.labels.map((name) => [name.toLowerCase(), name])).values()];
    const changed = state.save('issues', { ...issue, labels, updatedAt: clock.now() });
    const all = state.of('labels', repository.id);
    const differ = (a: readonly string[], b: readonly string[]): string[] =>
      a.filter((name) => !b.some((one) => sameLogin(one, name)));
    for (const [action, names] of [
      ['labeled', differ(labels, issue.labels)],
      ['unlabeled', differ(issue.labels, labels)],
    ] as const)
      for (const name of names) {
        const label = all.find((one) => sameLogin(one.name, name));
        const more = label === undefined ? {} : { label: labelView(context, repository, label) };
        tell(context, repository, changed, action, by, more);
      }
    return changed;
  });
}

function tell(
  context: GithubContext,
  repository: RepositoryRecord,
  issue: IssueRecord,
  action: string,
  by: Pusher,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const pull = pullOf(context, issue);
  if (pull === null) emitIssue(context, repository, { issue, action, by, more });
  else emitPull(context, { pull, action, by, more });
}
