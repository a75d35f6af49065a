import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { GithubService } from '../github/github-service.ts';
import { ADMIN_LOGIN } from '../github/github-context.ts';
import { advanceQueues, enqueuePull } from '../github/queue/merge-queue.ts';
import { fullNameOf } from '../github/github-state.ts';
import { createRepository, forkRepository } from '../github/repositories.ts';
import { GITHUB_ROLES } from '../github/account-records.ts';
import type { RepositoryRecord } from '../github/records.ts';

const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;
/** What is at the first place of other paths on this port. */
const RESERVED = new Set(['api', 'graphql', 'prometheus', 'v1', 'v2']);
const login = z
  .string()
  .regex(LOGIN, 'a login as GitHub has them')
  .refine((name) => !RESERVED.has(name.toLowerCase()), 'not one that other paths begin with');
const plan = z.enum(['free', 'pro', 'team', 'enterprise']);
const fullName = z
  .string()
  .regex(/^[^/\s]+\/[\w.-]+$/, 'OWNER/NAME')
  .refine(
    (name) => !RESERVED.has(name.split('/')[0]?.toLowerCase() ?? ''),
    'not one that other paths begin with',
  );

const userSchema = z.strictObject({
  login,
  name: z.string().optional(),
  email: z.string().optional(),
  plan: plan.default('free'),
});
const orgSchema = z.strictObject({
  login,
  plan: plan.default('free'),
  members: z.record(login, z.enum(['admin', 'member'])).default({}),
  teams: z.record(z.string(), z.array(login)).default({}),
});
const repositorySchema = z.strictObject({
  repository: fullName,
  private: z.boolean().optional(),
  defaultBranch: z.string().optional(),
  collaborators: z.record(login, z.enum(GITHUB_ROLES)).default({}),
});
const numberSchema = z.strictObject({ repository: fullName, number: z.int().positive().nullable() });
const queueSchema = z.strictObject({ repository: fullName, number: z.int().positive() });
const forkSchema = z.strictObject({ repository: fullName, owner: login });
const levels = z.record(z.string(), z.enum(['read', 'write', 'admin']));
const tokenSchema = z.strictObject({
  login,
  scopes: z.array(z.string()).optional(),
  permissions: levels.optional(),
  repositories: z.array(fullName).nullable().default(null),
  expiresAt: z.number().nullable().default(null),
  /** One that is known elsewhere already. */
  token: z.string().min(16).optional(),
});
const appSchema = z.strictObject({
  slug: login,
  owner: login,
  publicKey: z.string(),
  permissions: levels,
  repositories: z.array(fullName).nullable().default(null),
});

/** What on the real GitHub is done by hand in a browser: accounts and their plans, tokens, apps; and forks. */
export function githubControlRoutes(github: GithubService): Hono {
  const { state } = github.context;
  const routes = new Hono().basePath('/github');
  routes.get('/', (c) =>
    c.json({
      url: github.context.baseUrl,
      accounts: state.all('accounts').map(({ login, kind, plan }) => ({ login, kind, plan })),
      repositories: github.inventory(),
    }),
  );
  routes.put('/users', (c) => withBody(c, userSchema, (order) => c.json(putUser(github, order))));
  routes.put('/orgs', (c) => withBody(c, orgSchema, (order) => c.json(putOrganization(github, order))));
  routes.put('/repositories', (c) =>
    withBody(c, repositorySchema, async (order) => c.json(await putRepository(github, order))),
  );
  routes.post('/next-number', (c) => withBody(c, numberSchema, (order) => numberNext(c, github, order)));
  routes.post('/forks', (c) =>
    withBody(c, forkSchema, async ({ repository, owner }) => {
      const source = repositoryOf(github, repository);
      if (source === null) return c.json({ error: `there is no repository ${repository}` }, 404);
      putUser(github, { login: owner, plan: state.account(owner)?.plan ?? 'free' });
      const known = state.repository(owner, source.name);
      const fork = known ?? (await forkRepository(github.context, source, { owner }));
      return c.json({ repository: fullNameOf(fork) });
    }),
  );
  routes.post('/tokens', (c) =>
    withBody(c, tokenSchema, (order) => {
      const { scopes, permissions, repositories, expiresAt, token } = order;
      if (state.account(order.login) === null) return c.json({ error: `there is no ${order.login}` }, 404);
      const ids = idsOf(github, repositories);
      if (ids === undefined) return c.json({ error: 'one of these repositories is not there' }, 404);
      const kind = permissions === undefined ? 'classic' : 'fine-grained';
      const made = github.createToken(
        {
          kind,
          login: order.login,
          scopes: scopes ?? ['repo', 'workflow'],
          permissions: permissions ?? {},
          repositories: ids,
          expiresAt,
        },
        token,
      );
      return c.json(made, 201);
    }),
  );
  routes.post('/queue', (c) =>
    withBody(c, queueSchema, async ({ repository: name, number }) => {
      const repository = repositoryOf(github, name);
      if (repository === null) return c.json({ error: `there is no repository ${name}` }, 404);
      const entry = enqueuePull(github.context, repository, number, ADMIN_LOGIN);
      if (entry === null)
        return c.json(
          { error: `pull request ${number} cannot be queued: closed, a draft, conflicting, or no queue` },
          409,
        );
      await advanceQueues(github.context, repository);
      return c.json({ number, base: entry.baseRef });
    }),
  );
  routes.post('/apps', (c) => withBody(c, appSchema, (order) => postApp(c, github, order)));
  return routes;
}

async function withBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
  answer: (order: z.infer<Schema>) => Response | Promise<Response>,
): Promise<Response> {
  const parsed = schema.safeParse(await c.req.json().catch(() => null));
  if (parsed.success) return answer(parsed.data);
  return c.json({ error: `this is nothing for GitHub: ${z.prettifyError(parsed.error)}` }, 400);
}

/** Makes somebody, or gives them another plan. */
function putUser({ context }: GithubService, order: z.infer<typeof userSchema>): object {
  const { state, clock } = context;
  const known = state.account(order.login);
  const { login, name, email, plan } = order;
  const account = state.save('accounts', {
    id: known?.id ?? state.nextId(),
    login: known?.login ?? login,
    kind: known?.kind ?? 'user',
    name: name ?? known?.name ?? login,
    email: email ?? known?.email ?? `${login}@users.noreply.localhost`,
    plan,
    isSiteAdmin: known?.isSiteAdmin ?? false,
    members: known?.members ?? {},
    createdAt: known?.createdAt ?? clock.now(),
  });
  return { login: account.login, plan: account.plan };
}

/** Makes an organization with its members, who are made with it, or changes one. */
function putOrganization(github: GithubService, order: z.infer<typeof orgSchema>): object {
  const { state, clock } = github.context;
  const { login, plan, members, teams } = order;
  const known = state.account(login);
  for (const member of [...Object.keys(members), ...Object.values(teams).flat()])
    if (state.account(member) === null) putUser(github, { login: member, plan: 'free' });
  const account = state.save('accounts', {
    id: known?.id ?? state.nextId(),
    login: known?.login ?? login,
    kind: 'organization',
    name: login,
    email: `${login}@users.noreply.localhost`,
    plan,
    isSiteAdmin: false,
    members: { ...known?.members, ...members },
    createdAt: known?.createdAt ?? clock.now(),
  });
  for (const [slug, logins] of Object.entries(teams)) {
    const team = state.all('teams').find((one) => one.org === account.login && one.slug === slug);
    state.save('teams', {
      id: team?.id ?? state.nextId(),
      org: account.login,
      slug,
      name: slug,
      members: logins,
    });
  }
  return { login: account.login, plan: account.plan, members: account.members };
}

/** Makes a repository, and its owner where there is none; or changes who may what in it. */
async function putRepository(
  github: GithubService,
  order: z.infer<typeof repositorySchema>,
): Promise<object> {
  const { context } = github;
  const [owner = '', name = ''] = order.repository.split('/');
  if (context.state.account(owner) === null) putUser(github, { login: owner, plan: 'free' });
  const { defaultBranch, collaborators, private: isPrivate } = order;
  const made =
    context.state.repository(owner, name) ??
    (await createRepository(context, {
      owner,
      name,
      ...(defaultBranch === undefined ? {} : { defaultBranch }),
    }));
  for (const login of Object.keys(collaborators))
    if (context.state.account(login) === null) putUser(github, { login, plan: 'free' });
  context.state.save('repositories', {
    ...made,
    isPrivate: isPrivate ?? made.isPrivate,
    collaborators: { ...made.collaborators, ...collaborators },
  });
  return {
    repository: fullNameOf(made),
    url: `${context.baseUrl}/${fullNameOf(made)}`,
    cloneUrl: `${context.baseUrl}/${fullNameOf(made)}.git`,
  };
}

/** Numbers rise, but a rehearsal may be of the pull request that somebody has in mind. */
function numberNext(
  c: Context,
  { context }: GithubService,
  { repository, number }: z.infer<typeof numberSchema>,
): Response {
  const { state } = context;
  const found = repositoryOf({ context }, repository);
  if (found === null) return c.json({ error: `there is no repository ${repository}` }, 404);
  const taken = state.all('issues').filter((one) => one.repositoryId === found.id);
  if (taken.some((one) => one.number === number))
    return c.json({ error: `${repository}#${number} is there already` }, 409);
  const nextNumber = number ?? Math.max(0, ...taken.map((one) => one.number)) + 1;
  state.change('repositories', found.id, { nextNumber });
  return c.json({ nextNumber });
}

/** An app with its key, installed where its owner is. */
function postApp(c: Context, { context }: GithubService, order: z.infer<typeof appSchema>): Response {
  const { state, clock } = context;
  const { slug, owner, publicKey, permissions } = order;
  const ids = idsOf({ context }, order.repositories);
  if (ids === undefined) return c.json({ error: 'one of these repositories is not there' }, 404);
  return state.together(() => {
    const createdAt = clock.now();
    const app = { id: state.nextId(), slug, name: slug, owner, publicKey, permissions, createdAt };
    state.save('apps', app);
    const bot = `${slug}[bot]`;
    state.save('accounts', {
      id: state.nextId(),
      login: bot,
      kind: 'bot',
      name: bot,
      email: `${bot}@users.noreply.localhost`,
      plan: 'free',
      isSiteAdmin: false,
      members: {},
      createdAt,
    });
    const installation = {
      id: state.nextId(),
      appId: app.id,
      account: owner,
      repositories: ids,
      permissions,
      createdAt,
    };
    state.save('installations', installation);
    return c.json({ appId: app.id, installationId: installation.id }, 201);
  });
}

function repositoryOf({ context }: Pick<GithubService, 'context'>, name: string): RepositoryRecord | null {
  const [owner = '', repo = ''] = name.split('/');
  return context.state.repository(owner, repo);
}

/** Undefined when one of them is not there. */
function idsOf(
  github: Pick<GithubService, 'context'>,
  names: readonly string[] | null,
): readonly number[] | null | undefined {
  if (names === null) return null;
  const found = names.map((name) => repositoryOf(github, name)?.id);
  return found.every((id) => id !== undefined) ? found : undefined;
}
