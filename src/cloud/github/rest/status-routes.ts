import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { causeOf } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, refused } from '../github-error.ts';
import { isSha, readCommit } from '../git/read-git.ts';
import { COMMIT_STATES } from '../records.ts';
import type { CommitState, CommitStatusRecord, RepositoryRecord } from '../records.ts';
import { latestStatuses } from '../rules/required-checks.ts';
import { userView } from '../views/account-view.ts';
import { commitView } from '../views/commit-view.ts';
import { minimalRepositoryView, repositoryUrl } from '../views/repository-view.ts';
import type { GithubSchemas } from '../views/schemas.ts';
import { nodeId, timestamp } from '../views/view-basics.ts';
import { requireCommit } from './commit-routes.ts';
import { paginate, readBody } from './read-request.ts';

/** As many of one commit and context there may be, and a description may be so long (REST, "commit statuses"). */
const STATUSES_MAX = 1_000;
const DESCRIPTION_MAX = 140;

const order = z.looseObject({
  state: z.enum(COMMIT_STATES),
  target_url: z.string().nullish(),
  description: z.string().nullish(),
  context: z.string().default('default'),
});

const READ = { permission: 'statuses', level: 'read' } as const;

/** What anybody says of a commit. What jobs of GitHub Actions say are check runs, and stand elsewhere. */
export function statusRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo');
  routes.post('/statuses/:sha', (c) => create(c, context));
  const list = async (c: Context): Promise<Response> => {
    const { repository } = admit(c, context, READ);
    const sha = await requireCommit(context, repository, decodeURIComponent(c.req.param('ref') ?? ''));
    const all = state.of('commit_statuses', repository.id).filter((one) => one.sha === sha);
    return c.json(paginate(c, baseUrl, all.toReversed()).map((one) => statusView(context, repository, one)));
  };
  routes.get('/commits/:ref{.+}/statuses', list);
  routes.get('/statuses/:ref{.+}', list);
  routes.get('/commits/:ref{.+}/status', (c) => combined(c, context));
  return routes;
}

async function create(c: Context, context: GithubContext): Promise<Response> {
  const { state, clock } = context;
  const { repository, caller } = admit(c, context, { permission: 'statuses', level: 'write' });
  const sha = c.req.param('sha') ?? '';
  const asked = await readBody(c, order);
  const commit = isSha(sha) ? await readCommit(context.git.dirOf(repository.id), sha) : null;
  if (commit === null) throw refused(`No commit found for SHA: ${sha}`);
  if ((asked.description ?? '').length > DESCRIPTION_MAX)
    throw new GithubApiError(422, 'Validation Failed', {
      errors: [
        {
          resource: 'Status',
          field: 'description',
          code: 'custom',
          message: `description is too long (maximum is ${DESCRIPTION_MAX} characters)`,
        },
      ],
    });
  const same = state
    .of('commit_statuses', repository.id)
    .filter((one) => one.sha === sha && one.context === asked.context);
  if (same.length >= STATUSES_MAX)
    throw refused('This SHA and context has reached the maximum number of statuses.');
  const record = state.together(() => {
    const made = state.save('commit_statuses', {
      id: state.nextId(),
      repositoryId: repository.id,
      sha,
      state: asked.state,
      context: asked.context,
      description: asked.description ?? null,
      targetUrl: asked.target_url ?? null,
      login: caller.account.login,
      createdAt: clock.now(),
    });
    context.events.emit({
      name: 'status',
      repository,
      sender: caller.account.login,
      cause: causeOf(caller),
      payload: {
        id: made.id,
        sha,
        name: `${repository.owner}/${repository.name}`,
        target_url: made.targetUrl,
        avatar_url: null,
        context: made.context,
        description: made.description,
        state: made.state,
        commit: commitView(context, repository, commit),
        branches: branchesAt(context, repository, sha),
        created_at: timestamp(made.createdAt),
        updated_at: timestamp(made.createdAt),
      },
    });
    return made;
  });
  return c.json(statusView(context, repository, record), 201);
}

async function combined(c: Context, context: GithubContext): Promise<Response> {
  const { repository } = admit(c, context, READ);
  const sha = await requireCommit(context, repository, decodeURIComponent(c.req.param('ref') ?? ''));
  const latest = latestStatuses(context, repository, sha);
  const url = `${repositoryUrl(context, repository)}/commits/${sha}`;
  return c.json({
    state: worst(latest.map((one) => one.state)),
    statuses: paginate(c, context.baseUrl, latest).map((one) => simpleStatusView(context, repository, one)),
    sha,
    total_count: latest.length,
    repository: minimalRepositoryView(context, repository),
    commit_url: url,
    url: `${url}/status`,
  });
}

/** Of no status at all GitHub says `pending`. */
function worst(states: readonly CommitState[]): 'failure' | 'pending' | 'success' {
  if (states.some((state) => state === 'failure' || state === 'error')) return 'failure';
  return states.length === 0 || states.includes('pending') ? 'pending' : 'success';
}

function branchesAt({ state }: GithubContext, { id }: RepositoryRecord, sha: string): object[] {
  return Object.entries(state.find('refs', id)?.refs ?? {})
    .filter(([ref, at]) => at === sha && ref.startsWith('refs/heads/'))
    .map(([ref]) => ({ name: ref.slice('refs/heads/'.length), commit: { sha }, protected: false }));
}

function simpleStatusView(
  context: GithubContext,
  repository: RepositoryRecord,
  status: CommitStatusRecord,
): GithubSchemas['simple-commit-status'] {
  return {
    id: status.id,
    node_id: nodeId('SC', status.id),
    url: `${repositoryUrl(context, repository)}/statuses/${status.sha}`,
    avatar_url: userView(context, status.login).avatar_url,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl ?? '',
    created_at: timestamp(status.createdAt),
    updated_at: timestamp(status.createdAt),
  };
}

function statusView(
  context: GithubContext,
  repository: RepositoryRecord,
  status: CommitStatusRecord,
): GithubSchemas['status'] {
  return {
    ...simpleStatusView(context, repository, status),
    description: status.description ?? '',
    target_url: status.targetUrl ?? '',
    creator: userView(context, status.login),
  };
}
