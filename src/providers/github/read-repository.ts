import type { HostRepository } from '../code-host.ts';
import { permissionOfToken } from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import type { WireRepository } from './wire-types.ts';

/** The repository, and the plan of its owner as far as the token may see it. */
export async function readRepository(client: GithubClient): Promise<HostRepository> {
  const { octokit, path, run } = client;
  const { data } = await run('read the settings', () => octokit.request('GET /repos/{owner}/{repo}', path));
  return {
    fullName: data.full_name,
    isPrivate: data.private,
    ownerKind: data.owner.type === 'Organization' ? 'organization' : 'user',
    plan: await planOf(client, data),
    defaultBranch: data.default_branch,
    permission: permissionOfToken(data.permissions),
    url: data.html_url,
  };
}

/** Only members of an organization, and only one's own self, are told a plan: whatever is refused here is "not seen". */
async function planOf({ octokit }: GithubClient, { owner }: WireRepository): Promise<string | null> {
  const asked =
    owner.type === 'Organization'
      ? octokit.request('GET /orgs/{org}', { org: owner.login })
      : octokit.request('GET /user');
  const account = await asked.then(
    ({ data }) => data,
    () => null,
  );
  if (account === null || account.login !== owner.login) return null;
  return account.plan?.name ?? null;
}
