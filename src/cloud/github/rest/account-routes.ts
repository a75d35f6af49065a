import { Hono } from 'hono';
import { callerOf } from '../access/caller.ts';
import { sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound } from '../github-error.ts';
import type { AccountRecord, TeamRecord } from '../account-records.ts';
import { accountView, userView } from '../views/account-view.ts';
import { teamView } from '../views/team-view.ts';
import { apiOf, nodeId, timestamp } from '../views/view-basics.ts';
import { paginate } from './read-request.ts';

/** Users, organizations and their teams, and what the API says of itself. */
export function accountRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono();
  routes.get('/', (c) => c.json({ current_user_url: `${apiOf(baseUrl)}/user` }));
  routes.get('/meta', (c) =>
    c.json({ verifiable_password_authentication: false, installed_version: '3.20.0' }),
  );
  routes.get('/zen', (c) => c.text('Keep it logically awesome.'));
  routes.get('/rate_limit', (c) => {
    const { limit = 0, used = 0, reset = 0 } = c.var.githubRate ?? {};
    const core = { limit, used, remaining: limit - used, reset };
    return c.json({ resources: { core, search: core, graphql: core }, rate: core });
  });
  routes.get('/user', (c) => {
    const caller = callerOf(c);
    if (caller === null) throw new GithubApiError(401, 'Requires authentication');
    if (caller.account.kind === 'bot')
      throw new GithubApiError(403, 'Resource not accessible by integration');
    return c.json({ ...fullUser(context, caller.account), ...ownSettings(caller.account) });
  });
  routes.get('/users/:login', (c) => {
    const account = state.account(c.req.param('login'));
    if (account === null) throw notFound();
    return c.json(fullUser(context, account));
  });
  routes.get('/orgs/:org', (c) => {
    const org = organizationOf(context, c.req.param('org'));
    const isMember = callerOf(c)?.account.isSiteAdmin === true || isMemberOf(org, callerOf(c)?.account.login);
    return c.json(organizationView(context, org, isMember));
  });
  routes.get('/orgs/:org/members', (c) => {
    const org = organizationOf(context, c.req.param('org'));
    const all = Object.keys(org.members);
    return c.json(paginate(c, baseUrl, all).map((login) => userView(context, login)));
  });
  routes.get('/orgs/:org/members/:login', (c) => {
    const org = organizationOf(context, c.req.param('org'));
    if (!isMemberOf(org, c.req.param('login'))) throw notFound();
    return c.body(null, 204);
  });
  routes.route('/', teamRoutes(context));
  return routes;
}

function teamRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/orgs/:org/teams');
  const teamOf = (org: string, slug: string): TeamRecord => {
    const team = state.all('teams').find((one) => sameLogin(one.org, org) && sameLogin(one.slug, slug));
    if (team === undefined) throw notFound();
    return team;
  };
  routes.get('/', (c) => {
    const all = state.all('teams').filter((one) => sameLogin(one.org, c.req.param('org') ?? ''));
    return c.json(paginate(c, baseUrl, all).map((team) => teamView(context, team)));
  });
  routes.get('/:slug', (c) => {
    const team = teamOf(c.req.param('org') ?? '', c.req.param('slug'));
    const org = organizationOf(context, team.org);
    return c.json({
      ...teamView(context, team),
      created_at: timestamp(org.createdAt),
      updated_at: timestamp(org.createdAt),
      members_count: team.members.length,
      repos_count: 0,
      organization: organizationView(context, org, false),
    });
  });
  routes.get('/:slug/members', (c) => {
    const { members } = teamOf(c.req.param('org') ?? '', c.req.param('slug'));
    return c.json(paginate(c, baseUrl, members).map((login) => userView(context, login)));
  });
  routes.get('/:slug/memberships/:login', (c) => {
    const team = teamOf(c.req.param('org') ?? '', c.req.param('slug'));
    const login = c.req.param('login');
    if (!team.members.some((member) => sameLogin(member, login))) throw notFound();
    const url = `${apiOf(baseUrl)}/orgs/${team.org}/teams/${team.slug}/memberships/${login}`;
    return c.json({ url, role: 'member', state: 'active' });
  });
  return routes;
}

function organizationOf({ state }: GithubContext, login: string): AccountRecord {
  const org = state.account(login);
  if (org === null || org.kind !== 'organization') throw notFound();
  return org;
}

function isMemberOf(org: AccountRecord, login: string | undefined): boolean {
  return Object.keys(org.members).some((member) => sameLogin(member, login ?? ''));
}

/** Its plan is told to its members alone. */
function organizationView({ baseUrl }: GithubContext, org: AccountRecord, isMember: boolean): object {
  const url = `${apiOf(baseUrl)}/orgs/${org.login}`;
  return {
    login: org.login,
    id: org.id,
    node_id: nodeId('O', org.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${baseUrl}/avatars/${org.id}`,
    description: null,
    name: org.name,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${baseUrl}/${org.login}`,
    type: 'Organization',
    created_at: timestamp(org.createdAt),
    updated_at: timestamp(org.createdAt),
    archived_at: null,
    ...(isMember ? { plan: { name: org.plan, space: 976_562_499, private_repos: 9_999 } } : {}),
  };
}

function fullUser({ baseUrl }: GithubContext, account: AccountRecord): object {
  return {
    ...accountView(baseUrl, account),
    name: account.name,
    company: null,
    blog: null,
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: timestamp(account.createdAt),
    updated_at: timestamp(account.createdAt),
  };
}

/** What only oneself is told. */
function ownSettings({ plan }: AccountRecord): object {
  return {
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
    plan: { name: plan, collaborators: 0, space: 976_562_499, private_repos: 9_999 },
  };
}
