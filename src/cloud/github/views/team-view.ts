import type { TeamRecord } from '../account-records.ts';
import type { GithubContext } from '../github-context.ts';
import type { GithubSchemas } from './schemas.ts';
import { apiOf, nodeId } from './view-basics.ts';

/** A team, as it stands where it may do something. */
export function teamView(
  { baseUrl }: Pick<GithubContext, 'baseUrl'>,
  { id, org, slug, name }: TeamRecord,
): GithubSchemas['team'] {
  const url = `${apiOf(baseUrl)}/orgs/${org}/teams/${slug}`;
  return {
    id,
    node_id: nodeId('T', id),
    name,
    slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    url,
    html_url: `${baseUrl}/orgs/${org}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    parent: null,
  };
}
