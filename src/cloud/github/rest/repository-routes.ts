import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit, canSee } from '../access/admit.ts';
import { callerOf } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import { roleOf, sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, invalid, notFound, refused } from '../github-error.ts';
import { createRepository, deleteRepository, forkRepository } from '../repositories.ts';
import type { GithubRole } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { userView } from '../views/account-view.ts';
import { minimalRepositoryView, permissionsOf, repositoryView } from '../views/repository-view.ts';
import { paginate, readBody } from './read-request.ts';

/** GitHub's names of repositories. */
const NAME = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

const order = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private', 'internal']).optional(),
});

const change = z.looseObject({
  name: z.string().optional(),
  description: z.string().nullish(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private', 'internal']).optional(),
  default_branch: z.string().optional(),
  allow_merge_commit: z.boolean().optional(),
  allow_squash_merge: z.boolean().optional(),
  allow_rebase_merge: z.boolean().optional(),
  allow_auto_merge: z.boolean().optional(),
  delete_branch_on_merge: z.boolean().optional(),
});

/** Repositories: those one sees, new ones, forks, and who may do what in them. */
export function repositoryRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono();
  const listed = (c: Context, of: (repository: RepositoryRecord) => boolean): Response => {
    const seen = state.all('repositories').filter((one) => of(one) && canSee(context, callerOf(c), one));
    return c.json(paginate(c, baseUrl, seen).map((one) => minimalRepositoryView(context, one)));
  };

  routes.get('/user/repos', (c) => {
    const { account } = requirePerson(c);
    return listed(c, (one) => sameLogin(one.owner, account.login) || roleOf(state, account, one) !== 'none');
  });
  routes.post('/user/repos', async (c) => create(c, context, requirePerson(c).account.login));
  routes.get('/users/:login/repos', (c) => listed(c, (one) => sameLogin(one.owner, c.req.param('login'))));
  routes.get('/orgs/:org/repos', (c) => listed(c, (one) => sameLogin(one.owner, c.req.param('org'))));
  routes.post('/orgs/:org/repos', async (c) => {
    const { account } = requirePerson(c);
    const org = state.account(c.req.param('org'));
    if (org === null || org.kind !== 'organization') throw notFound();
    if (org.members[account.login] === undefined && !account.isSiteAdmin)
      throw new GithubApiError(
        403,
        'You need admin access to the organization before adding a repository to it.',
      );
    return create(c, context, org.login);
  });

  routes.get('/repos/:owner/:repo', (c) => {
    const { repository, caller } = admit(c, context, { permission: 'metadata', level: 'read' });
    return c.json(repositoryView(context, repository, roleOf(state, caller.account, repository)));
  });
  routes.patch('/repos/:owner/:repo', async (c) => {
    const { repository, caller } = admit(c, context, ADMINISTRATION);
    const changed = await changeRepository(c, context, repository);
    return c.json(repositoryView(context, changed, roleOf(state, caller.account, changed)));
  });
  routes.delete('/repos/:owner/:repo', (c) => {
    deleteRepository(context, admit(c, context, ADMINISTRATION).repository);
    return c.body(null, 204);
  });
  routes.get('/repos/:owner/:repo/forks', (c) => {
    const { repository } = admit(c, context, { permission: 'metadata', level: 'read' });
    return listed(c, ({ forkOf }) => forkOf === repository.id);
  });
  routes.post('/repos/:owner/:repo/forks', async (c) => fork(c, context));
  routes.route('/', collaboratorRoutes(context));
  return routes;
}

const ADMINISTRATION = { permission: 'administration', level: 'write', role: 'admin' } as const;

/** Who asks, when it must be somebody. */
export function requirePerson(c: Context): Caller {
  const caller = callerOf(c);
  if (caller === null) throw new GithubApiError(401, 'Requires authentication');
  if (caller.account.kind === 'bot') throw new GithubApiError(403, 'Resource not accessible by integration');
  return caller;
}

async function create(c: Context, context: GithubContext, owner: string): Promise<Response> {
  const { name, description, private: isPrivate, visibility } = await readBody(c, order);
  if (!NAME.test(name)) throw invalid('Repository', 'name');
  if (context.state.repository(owner, name) !== null)
    throw refused('Repository creation failed.', [
      {
        resource: 'Repository',
        field: 'name',
        code: 'custom',
        message: 'name already exists on this account',
      },
    ]);
  const made = await createRepository(context, {
    owner,
    name,
    description: description ?? null,
    isPrivate: isPrivate ?? (visibility !== undefined && visibility !== 'public'),
  });
  return c.json(repositoryView(context, made, 'admin'), 201);
}

async function changeRepository(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
): Promise<RepositoryRecord> {
  const { state, clock } = context;
  const asked = await readBody(c, change);
  const { name = repository.name, default_branch: branch = repository.defaultBranch } = asked;
  if (!NAME.test(name)) throw invalid('Repository', 'name');
  const refs = state.find('refs', repository.id)?.refs ?? {};
  if (branch !== repository.defaultBranch && refs[`refs/heads/${branch}`] === undefined)
    throw invalid('Repository', 'default_branch', 'invalid', `The branch ${branch} was not found.`);
  const isPrivate =
    asked.private ?? (asked.visibility === undefined ? repository.isPrivate : asked.visibility !== 'public');
  if (branch !== repository.defaultBranch) await context.git.pointHead(repository.id, branch);
  return state.save('repositories', {
    ...repository,
    name,
    isPrivate,
    defaultBranch: branch,
    description: asked.description === undefined ? repository.description : asked.description,
    allowMergeCommit: asked.allow_merge_commit ?? repository.allowMergeCommit,
    allowSquashMerge: asked.allow_squash_merge ?? repository.allowSquashMerge,
    allowRebaseMerge: asked.allow_rebase_merge ?? repository.allowRebaseMerge,
    allowAutoMerge: asked.allow_auto_merge ?? repository.allowAutoMerge,
    deleteBranchOnMerge: asked.delete_branch_on_merge ?? repository.deleteBranchOnMerge,
    updatedAt: clock.now(),
  });
}

async function fork(c: Context, context: GithubContext): Promise<Response> {
  const { state } = context;
  const { repository } = admit(c, context, { permission: 'contents', level: 'read' });
  const { account } = requirePerson(c);
  const asked = await readBody(
    c,
    z.looseObject({ organization: z.string().optional(), name: z.string().optional() }),
  );
  const owner = asked.organization ?? account.login;
  const name = asked.name ?? repository.name;
  const there = state.repository(owner, name);
  // Asked for twice, it is still one.
  if (there !== null && there.forkOf === repository.id)
    return c.json(repositoryView(context, there, 'admin'), 202);
  if (there !== null || !NAME.test(name)) throw invalid('Repository', 'name', 'already_exists');
  const made = await forkRepository(context, repository, { owner, name });
  return c.json(repositoryView(context, made, 'admin'), 202);
}

/** Names of roles as they are given, and as the API tells of them. */
const ROLE_OF_NAME: Readonly<Record<string, GithubRole>> = {
  pull: 'read',
  read: 'read',
  triage: 'triage',
  push: 'write',
  write: 'write',
  maintain: 'maintain',
  admin: 'admin',
};

function collaboratorRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/collaborators');
  const view = (login: string, role: GithubRole): object => ({
    ...userView(context, login),
    permissions: permissionsOf(role),
    role_name: role,
  });
  routes.get('/', (c) => {
    const { repository } = admit(c, context, { permission: 'metadata', level: 'read', role: 'write' });
    const all = Object.entries({ ...repository.collaborators, [repository.owner]: 'admin' as const });
    return c.json(paginate(c, baseUrl, all).map(([login, role]) => view(login, role)));
  });
  routes.get('/:login/permission', (c) => {
    const { repository } = admit(c, context, { permission: 'metadata', level: 'read' });
    const account = state.account(c.req.param('login'));
    if (account === null) throw notFound();
    const role = roleOf(state, account, repository);
    const legacy = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
    return c.json({ permission: legacy, role_name: role, user: view(account.login, role) });
  });
  routes.get('/:login', (c) => {
    const { repository } = admit(c, context, { permission: 'metadata', level: 'read' });
    const login = c.req.param('login');
    const all = [...Object.keys(repository.collaborators), repository.owner];
    if (!all.some((one) => sameLogin(one, login))) throw notFound();
    return c.body(null, 204);
  });
  routes.put('/:login', async (c) => {
    const { repository } = admit(c, context, ADMINISTRATION);
    const account = state.account(c.req.param('login'));
    if (account === null) throw notFound();
    const { permission } = await readBody(c, z.looseObject({ permission: z.string().default('push') }));
    const role = ROLE_OF_NAME[permission];
    if (role === undefined) throw invalid('Collaborator', 'permission');
    const collaborators = { ...repository.collaborators, [account.login]: role };
    state.change('repositories', repository.id, { collaborators });
    return c.body(null, 204);
  });
  routes.delete('/:login', (c) => {
    const { repository } = admit(c, context, ADMINISTRATION);
    const rest = Object.entries(repository.collaborators).filter(
      ([login]) => !sameLogin(login, c.req.param('login')),
    );
    state.change('repositories', repository.id, { collaborators: Object.fromEntries(rest) });
    return c.body(null, 204);
  });
  return routes;
}
