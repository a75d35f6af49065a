import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { callerOf } from '../access/caller.ts';
import { Tokens } from '../access/tokens.ts';
import type { AppRecord, GithubPermissions, InstallationRecord } from '../account-records.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import { appOf, userView } from '../views/account-view.ts';
import { minimalRepositoryView } from '../views/repository-view.ts';
import { apiOf, timestamp } from '../views/view-basics.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

/** Tokens of installations end after an hour. */
const TOKEN_MS = 3_600_000;

const levels = z.record(z.string(), z.enum(['read', 'write', 'admin']));
const order = z.looseObject({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.int()).optional(),
  permissions: levels.optional(),
});

/** Apps, their installations, and the tokens that they get for these. */
export function appRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono();
  routes.get('/app', (c) => c.json(appOf(context, requireApp(c, context))));
  routes.get('/app/installations', (c) => {
    const { id } = requireApp(c, context);
    const all = state.all('installations').filter(({ appId }) => appId === id);
    return c.json(paginate(c, baseUrl, all).map((one) => installationView(context, one)));
  });
  routes.get('/app/installations/:id', (c) =>
    c.json(installationView(context, installationOf(c, context, requireApp(c, context)))),
  );
  routes.post('/app/installations/:id/access_tokens', async (c) => {
    const app = requireApp(c, context);
    return createToken(c, context, app, installationOf(c, context, app));
  });
  routes.get('/repos/:owner/:repo/installation', (c) => {
    const { id } = requireApp(c, context);
    const { owner, repo } = c.req.param();
    const repository = state.repository(owner, repo);
    const found = state
      .all('installations')
      .find(
        (one) =>
          one.appId === id &&
          repository !== null &&
          one.account.toLowerCase() === owner.toLowerCase() &&
          (one.repositories === null || one.repositories.includes(repository.id)),
      );
    if (found === undefined) throw notFound();
    return c.json(installationView(context, found));
  });
  routes.get('/installation/repositories', (c) => {
    const token = callerOf(c)?.token ?? null;
    if (token === null || token.appId === null)
      throw new GithubApiError(403, 'You must authenticate with an installation access token');
    const all = state
      .all('repositories')
      .filter(({ id }) => token.repositories === null || token.repositories.includes(id));
    const shown = paginate(c, baseUrl, all).map((one) => minimalRepositoryView(context, one));
    return c.json({ total_count: all.length, repository_selection: 'selected', repositories: shown });
  });
  return routes;
}

function requireApp(c: Context, { state }: GithubContext): AppRecord {
  const id = c.var.githubApp;
  const app = id === null ? null : state.find('apps', id);
  if (app === null) throw new GithubApiError(401, 'A JSON web token could not be decoded');
  return app;
}

function installationOf(c: Context, { state }: GithubContext, app: AppRecord): InstallationRecord {
  const installation = state.find('installations', pathNumber(c, 'id'));
  if (installation === null || installation.appId !== app.id) throw notFound();
  return installation;
}

/** A token never reaches further than its installation. */
async function createToken(
  c: Context,
  context: GithubContext,
  app: AppRecord,
  installation: InstallationRecord,
): Promise<Response> {
  const { state, clock } = context;
  const asked = await readBody(c, order);
  const permissions: GithubPermissions = asked.permissions ?? installation.permissions;
  const tooMuch = Object.entries(permissions).filter(
    ([name, level]) => installation.permissions[name] !== 'write' && installation.permissions[name] !== level,
  );
  if (tooMuch.length > 0) throw refused('The permissions requested are not granted to this installation.');
  const owned = state
    .all('repositories')
    .filter(
      (one) =>
        one.owner.toLowerCase() === installation.account.toLowerCase() &&
        (installation.repositories === null || installation.repositories.includes(one.id)),
    );
  const chosen =
    asked.repositories === undefined && asked.repository_ids === undefined
      ? owned
      : owned.filter(
          ({ id, name }) =>
            asked.repositories?.includes(name) === true || asked.repository_ids?.includes(id) === true,
        );
  if (chosen.length < (asked.repositories?.length ?? 0) + (asked.repository_ids?.length ?? 0))
    throw refused(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  const expiresAt = clock.now() + TOKEN_MS;
  const { token } = new Tokens(state, clock).create({
    kind: 'installation',
    login: `${app.slug}[bot]`,
    permissions,
    repositories: chosen.map(({ id }) => id),
    expiresAt,
    appId: app.id,
  });
  return c.json(
    {
      token,
      expires_at: timestamp(expiresAt),
      permissions,
      repository_selection: installation.repositories === null ? 'all' : 'selected',
    },
    201,
  );
}

function installationView(context: GithubContext, installation: InstallationRecord): object {
  const { id, appId, account, permissions, repositories, createdAt } = installation;
  const url = `${apiOf(context.baseUrl)}/app/installations/${id}`;
  const target = context.state.account(account);
  return {
    id,
    account: userView(context, account),
    repository_selection: repositories === null ? 'all' : 'selected',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${apiOf(context.baseUrl)}/installation/repositories`,
    html_url: `${context.baseUrl}/settings/installations/${id}`,
    app_id: appId,
    app_slug: context.state.find('apps', appId)?.slug ?? '',
    target_id: target?.id ?? 0,
    target_type: target?.kind === 'organization' ? 'Organization' : 'User',
    permissions,
    events: [],
    created_at: timestamp(createdAt),
    updated_at: timestamp(createdAt),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}
