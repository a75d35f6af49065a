import type { GithubContext } from '../github-context.ts';
import type { AccountRecord, AppRecord } from '../account-records.ts';
import type { GithubSchemas } from './schemas.ts';
import { apiOf, nodeId, timestamp } from './view-basics.ts';

type User = GithubSchemas['simple-user'];

/** Somebody, as they stand in everything that is theirs. One who is gone is `ghost`, as on GitHub. */
export function userView(context: Pick<GithubContext, 'state' | 'baseUrl'>, login: string): User {
  const account = context.state.account(login) ?? context.state.account('ghost');
  return accountView(context.baseUrl, account ?? { id: 0, login, kind: 'user', isSiteAdmin: false });
}

/** An account in short. */
export function accountView(
  baseUrl: string,
  account: Pick<AccountRecord, 'id' | 'login' | 'kind' | 'isSiteAdmin'>,
): User {
  const { id, login, kind, isSiteAdmin } = account;
  const url = `${apiOf(baseUrl)}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId(kind === 'organization' ? 'O' : kind === 'bot' ? 'BOT' : 'U', id),
    avatar_url: `${baseUrl}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${baseUrl}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: kind === 'organization' ? 'Organization' : kind === 'bot' ? 'Bot' : 'User',
    site_admin: isSiteAdmin,
    user_view_type: 'public',
  };
}

/** An app, as it stands in what it made; null for people. */
export function appView(context: GithubContext, appId: number | null): GithubSchemas['integration'] | null {
  const app = appId === null ? null : context.state.find('apps', appId);
  return app === null ? null : appOf(context, app);
}

export function appOf(context: GithubContext, app: AppRecord): NonNullable<GithubSchemas['integration']> {
  const { baseUrl } = context;
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: userView(context, app.owner),
    name: app.name,
    description: null,
    external_url: baseUrl,
    html_url: `${baseUrl}/apps/${app.slug}`,
    created_at: timestamp(app.createdAt),
    updated_at: timestamp(app.createdAt),
    permissions: app.permissions,
    events: [],
  };
}
