import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { requireProtectionPlan } from '../access/plan-limits.ts';
import { branchPoliciesOf, ensureEnvironment, findEnvironment, removeEnvironment } from '../environments.ts';
import type { GithubContext } from '../github-context.ts';
import { invalid, notFound, refused } from '../github-error.ts';
import type { EnvironmentRecord, ReviewerRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { environmentView } from '../views/environment-view.ts';
import { nodeId } from '../views/view-basics.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

const READ = { permission: 'actions', level: 'read' } as const;
const WRITE = { permission: 'administration', level: 'write', role: 'admin' } as const;
/** GitHub's own limits (REST, "deployment environments"). */
const REVIEWERS_MAX = 6;
const WAIT_MAX_MINUTES = 43_200;
const NAME_MAX = 255;

const order = z.looseObject({
  wait_timer: z.int().min(0).max(WAIT_MAX_MINUTES).nullish(),
  prevent_self_review: z.boolean().nullish(),
  reviewers: z
    .array(z.looseObject({ type: z.enum(['User', 'Team']), id: z.int() }))
    .max(REVIEWERS_MAX)
    .nullish(),
  deployment_branch_policy: z
    .looseObject({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

const policyOrder = z.looseObject({
  name: z.string().min(1),
  type: z.enum(['branch', 'tag']).default('branch'),
});
const policyChange = z.looseObject({ name: z.string().min(1) });

/** Environments and which refs may use them. */
export function environmentRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/environments');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const all = state.of('environments', repository.id);
    const page = paginate(c, baseUrl, all).map((one) => environmentView(context, repository, one));
    return c.json({ total_count: all.length, environments: page });
  });
  routes.get('/:name', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(environmentView(context, repository, environmentOf(c, context, repository)));
  });
  routes.put('/:name', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const saved = await save(c, context, repository);
    return c.json(environmentView(context, repository, saved));
  });
  routes.delete('/:name', (c) => {
    const { repository } = admit(c, context, WRITE);
    removeEnvironment(context, environmentOf(c, context, repository));
    return c.body(null, 204);
  });
  routes.route('/:name/deployment-branch-policies', policyRoutes(context));
  return routes;
}

/** The environment of the path, whatever the case it is written in. Throws the API's 404. */
export function environmentOf(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
): EnvironmentRecord {
  const found = findEnvironment(context, repository, decodeURIComponent(c.req.param('name') ?? ''));
  if (found === null) throw notFound();
  return found;
}

/** Replaces the settings whole: what is left out is as if it had never been set. */
async function save(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
): Promise<EnvironmentRecord> {
  const { state, clock } = context;
  const name = decodeURIComponent(c.req.param('name') ?? '');
  if (name.length > NAME_MAX) throw invalid('Environment', 'name');
  const asked = await readBody(c, order);
  const policy = asked.deployment_branch_policy ?? null;
  if (policy !== null && policy.protected_branches === policy.custom_branch_policies)
    throw refused('protected_branches and custom_branch_policies cannot have the same value');
  const reviewers = (asked.reviewers ?? []).map(({ type, id }): ReviewerRecord => ({ type, id }));
  for (const reviewer of reviewers) requireReviewer(context, reviewer);
  const settings = {
    waitTimerMinutes: asked.wait_timer ?? 0,
    preventsSelfReview: asked.prevent_self_review ?? false,
    reviewers,
    branches: policy === null ? 'any' : policy.protected_branches ? 'protected' : 'custom',
  } as const;
  if (reviewers.length > 0) requireProtectionPlan(context, repository, 'required reviewers');
  if (settings.waitTimerMinutes > 0) requireProtectionPlan(context, repository, 'wait timer');
  if (settings.branches !== 'any') requireProtectionPlan(context, repository, 'branch policy');
  return state.together(() => {
    const known = ensureEnvironment(context, repository, name);
    if (settings.branches !== 'custom')
      for (const { id } of branchPoliciesOf(context, known)) state.remove('branch_policies', id);
    return state.save('environments', { ...known, ...settings, updatedAt: clock.now() });
  });
}

function requireReviewer({ state }: GithubContext, { type, id }: ReviewerRecord): void {
  const isThere =
    type === 'User'
      ? state.all('accounts').some((one) => one.id === id)
      : state.all('teams').some((one) => one.id === id);
  if (!isThere) throw invalid('Environment', 'reviewers');
}

function policyRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono();
  const view = (one: { id: number; name: string; type: string }): object => ({
    id: one.id,
    node_id: nodeId('DBP', one.id),
    name: one.name,
    type: one.type,
  });
  const policyOf = (c: Context, environment: EnvironmentRecord) => {
    const found = state.find('branch_policies', pathNumber(c, 'id'));
    if (found === null || found.environmentId !== environment.id) throw notFound();
    return found;
  };
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const all = branchPoliciesOf(context, environmentOf(c, context, repository));
    return c.json({ total_count: all.length, branch_policies: paginate(c, baseUrl, all).map(view) });
  });
  routes.post('/', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const environment = environmentOf(c, context, repository);
    if (environment.branches !== 'custom') throw notFound();
    const { name, type } = await readBody(c, policyOrder);
    const known = branchPoliciesOf(context, environment).find(
      (one) => one.name === name && one.type === type,
    );
    const policy =
      known ??
      state.save('branch_policies', { id: state.nextId(), environmentId: environment.id, name, type });
    return c.json(view(policy), 200);
  });
  routes.get('/:id', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(view(policyOf(c, environmentOf(c, context, repository))));
  });
  routes.put('/:id', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const policy = policyOf(c, environmentOf(c, context, repository));
    const { name } = await readBody(c, policyChange);
    return c.json(view(state.save('branch_policies', { ...policy, name })));
  });
  routes.delete('/:id', (c) => {
    const { repository } = admit(c, context, WRITE);
    state.remove('branch_policies', policyOf(c, environmentOf(c, context, repository)).id);
    return c.body(null, 204);
  });
  return routes;
}
