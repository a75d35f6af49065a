import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { appIdOf, causeOf } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import { addDeploymentStatus, createDeployment, latestStatus } from '../deployments.ts';
import type { Maker } from '../deployments.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import { mergeCommit } from '../git/merge-git.ts';
import { commitOf, isAncestor } from '../git/read-git.ts';
import { applyRefs, withRefs } from '../git/ref-changes.ts';
import { DEPLOYMENT_STATES } from '../records.ts';
import type { DeploymentRecord, RepositoryRecord } from '../records.ts';
import { latestCheckRuns, latestStatuses } from '../rules/required-checks.ts';
import { deploymentStatusView, deploymentView } from '../views/deployment-view.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

const READ = { permission: 'deployments', level: 'read' } as const;
const WRITE = { permission: 'deployments', level: 'write' } as const;
const DESCRIPTION_MAX = 140;

const order = z.looseObject({
  ref: z.string(),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).nullish(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default(''),
  environment: z.string().default('production'),
  description: z.string().nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});

const statusOrder = z.looseObject({
  state: z.enum(DEPLOYMENT_STATES),
  target_url: z.string().optional(),
  log_url: z.string().optional(),
  description: z.string().max(DESCRIPTION_MAX).optional(),
  environment: z.string().optional(),
  environment_url: z.string().optional(),
  auto_inactive: z.boolean().default(true),
});

/** Deployments and what is said of them. */
export function deploymentRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/deployments');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const wanted = (name: string, value: string): boolean => {
      const asked = c.req.query(name);
      return asked === undefined || asked === 'none' || asked === value;
    };
    const all = state
      .of('deployments', repository.id)
      .filter(({ sha, ref, task, environment }) =>
        [
          wanted('sha', sha),
          wanted('ref', ref),
          wanted('task', task),
          wanted('environment', environment),
        ].every(Boolean),
      );
    return c.json(
      paginate(c, baseUrl, all.toReversed()).map((one) => deploymentView(context, repository, one)),
    );
  });
  routes.post('/', (c) => create(c, context));
  routes.get('/:id', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(deploymentView(context, repository, deploymentOf(c, context, repository)));
  });
  routes.delete('/:id', (c) => {
    const { repository } = admit(c, context, WRITE);
    remove(context, repository, deploymentOf(c, context, repository));
    return c.body(null, 204);
  });
  routes.route('/', deploymentStatusRoutes(context));
  return routes;
}

function deploymentStatusRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/:id/statuses');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const { id } = deploymentOf(c, context, repository);
    const all = state
      .of('deployment_statuses', repository.id)
      .filter(({ deploymentId }) => deploymentId === id);
    return c.json(
      paginate(c, baseUrl, all.toReversed()).map((one) => deploymentStatusView(context, repository, one)),
    );
  });
  routes.post('/', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const deployment = deploymentOf(c, context, repository);
    const asked = await readBody(c, statusOrder);
    const logUrl = asked.log_url ?? asked.target_url;
    const made = addDeploymentStatus(
      context,
      repository,
      deployment,
      makerOf(caller),
      {
        state: asked.state,
        ...(asked.description === undefined ? {} : { description: asked.description }),
        ...(asked.environment === undefined ? {} : { environment: asked.environment }),
        ...(asked.environment_url === undefined ? {} : { environmentUrl: asked.environment_url }),
        ...(logUrl === undefined ? {} : { logUrl }),
      },
      asked.auto_inactive,
    );
    return c.json(deploymentStatusView(context, repository, made), 201);
  });
  routes.get('/:status', (c) => {
    const { repository } = admit(c, context, READ);
    const { id } = deploymentOf(c, context, repository);
    const status = state.find('deployment_statuses', pathNumber(c, 'status'));
    if (status === null || status.deploymentId !== id) throw notFound();
    return c.json(deploymentStatusView(context, repository, status));
  });
  return routes;
}

function makerOf(caller: Caller): Maker {
  return { login: caller.account.login, cause: causeOf(caller), appId: appIdOf(caller) };
}

async function create(c: Context, context: GithubContext): Promise<Response> {
  const { repository, caller } = admit(c, context, WRITE);
  const asked = await readBody(c, order);
  const dir = context.git.dirOf(repository.id);
  const sha = await commitOf(dir, asked.ref);
  if (sha === null) throw refused(`No ref found for: ${asked.ref}`);
  if (asked.auto_merge) {
    const merged = await autoMerge(context, repository, caller, { ref: asked.ref, sha });
    if (merged !== null) return c.json({ message: merged }, 202);
  }
  requireContexts(context, repository, sha, asked.required_contexts ?? null);
  const made = createDeployment(context, repository, makerOf(caller), {
    ref: asked.ref,
    sha,
    task: asked.task,
    payload: parsedPayload(asked.payload),
    environment: asked.environment,
    originalEnvironment: asked.environment,
    description: asked.description ?? null,
    isTransient: asked.transient_environment,
    isProduction: asked.production_environment ?? asked.environment === 'production',
  });
  return c.json(deploymentView(context, repository, made), 201);
}

/**
 * Brings what the default branch has into the branch that is to be deployed, which is what GitHub does unless it is told
 * not to; then nothing is deployed. Throws the API's 409 when the two conflict.
 */
async function autoMerge(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  to: { readonly ref: string; readonly sha: string },
): Promise<string | null> {
  const dir = context.git.dirOf(repository.id);
  const { defaultBranch } = repository;
  const branch = await commitOf(dir, `refs/heads/${to.ref}`);
  const base = await commitOf(dir, `refs/heads/${defaultBranch}`);
  if (branch === null || base === null || to.ref === defaultBranch || (await isAncestor(dir, base, branch)))
    return null;
  const merged = await mergeCommit(dir, {
    base: branch,
    head: base,
    message: `Merge ${defaultBranch} into ${to.ref}`,
    by: { name: caller.account.name, email: caller.account.email, at: context.clock.now() },
  });
  if (merged === null) throw new GithubApiError(409, `Conflict merging ${defaultBranch} into ${to.ref}.`);
  const by = { login: caller.account.login, cause: causeOf(caller) };
  const update = { ref: `refs/heads/${to.ref}`, sha: merged, expected: branch };
  await withRefs(context, repository.id, () => applyRefs(context, repository, by, [update]));
  return `Auto-merged ${defaultBranch} into ${to.ref} on deployment.`;
}

/**
 * Every context must have succeeded; left out: all there are, check runs too, skipped ones as little as running ones
 * (github-actions.md §1.5). Throws the API's 409.
 */
function requireContexts(
  context: GithubContext,
  repository: RepositoryRecord,
  sha: string,
  asked: readonly string[] | null,
): void {
  const contexts = [
    ...latestStatuses(context, repository, sha).map((one) => ({
      context: one.context,
      state: one.state as string,
    })),
    ...latestCheckRuns(context, repository, sha).map(({ name, conclusion }) => ({
      context: name,
      state: conclusion ?? 'pending',
    })),
  ];
  const wanted = asked ?? contexts.map((one) => one.context);
  const failing = wanted.filter((name) => {
    const found = contexts.filter((one) => one.context === name);
    return found.length === 0 || found.some(({ state }) => state !== 'success');
  });
  if (failing.length === 0) return;
  throw new GithubApiError(409, `Conflict: Commit status checks failed for ${sha}.`, {
    errors: [
      {
        resource: 'Deployment',
        field: 'required_contexts',
        code: 'invalid',
        message: `${failing.join(', ')} ${failing.length === 1 ? 'has' : 'have'} not succeeded`,
      },
    ],
  });
}

/** Given as a text that is JSON, it is kept as what it says. */
function parsedPayload(payload: string | Readonly<Record<string, unknown>>): unknown {
  if (typeof payload !== 'string' || payload === '') return payload === '' ? {} : payload;
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}

/** Only one that is not active, or the only one, can go. */
function remove(context: GithubContext, repository: RepositoryRecord, deployment: DeploymentRecord): void {
  const { state } = context;
  const all = state.of('deployments', repository.id);
  if (all.length > 1 && latestStatus(context, deployment)?.state !== 'inactive')
    throw refused(
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    );
  state.together(() => {
    for (const status of state.of('deployment_statuses', repository.id))
      if (status.deploymentId === deployment.id) state.remove('deployment_statuses', status.id);
    state.remove('deployments', deployment.id);
  });
}

function deploymentOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): DeploymentRecord {
  const deployment = state.find('deployments', pathNumber(c, 'id'));
  if (deployment === null || deployment.repositoryId !== repository.id) throw notFound();
  return deployment;
}
