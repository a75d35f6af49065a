import type { CodeHostReader } from '../code-host.ts';
import { pendingReviewFrom, permissionFrom, reviewerName, reviewFrom } from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import { hasStatus } from './github-error.ts';
import type { WireEnvironment } from './wire-types.ts';

type PeopleReader = Pick<
  CodeHostReader,
  'permissionOf' | 'isInTeam' | 'viewer' | 'reviewsOf' | 'pendingReviews' | 'reviewersOf'
>;

/** Who may do what, and who agreed to what. */
export function peopleReader(client: GithubClient): PeopleReader {
  const { octokit, path, orNull, run } = client;
  return {
    async permissionOf(login) {
      const found = await orNull(`read what ${login} may do`, () =>
        octokit.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
          ...path,
          username: login,
        }),
      );
      return found === null ? 'none' : permissionFrom(found.data.role_name, found.data.permission);
    },
    async isInTeam(team, login) {
      const [org = '', slug = ''] = team.split('/');
      const found = await orNull(`read whether ${login} is in the team ${team}`, () =>
        octokit.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', {
          org,
          team_slug: slug,
          username: login,
        }),
      );
      // Somebody who was invited and has not answered is `pending`.
      return found?.data.state === 'active';
    },
    async viewer() {
      try {
        const { data } = await run('read whose token it is', () => octokit.request('GET /user'));
        return data.type === 'Bot' ? null : data.login;
      } catch (error) {
        // "Resource not accessible by integration".
        if (hasStatus(error, 403)) return null;
        throw error;
      }
    },
    async reviewsOf(id) {
      const { data } = await run(`read who approved run ${id} of a GitHub workflow`, () =>
        octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals', {
          ...path,
          run_id: id,
        }),
      );
      return data.map(reviewFrom);
    },
    async pendingReviews(id) {
      const { data } = await run(`read what run ${id} of a GitHub workflow waits for`, () =>
        octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments', {
          ...path,
          run_id: id,
        }),
      );
      return data.map((each) => pendingReviewFrom(path.owner, each));
    },
    async reviewersOf(environment) {
      const found = await orNull(`read who is asked for ${environment}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/environments/{environment_name}', {
          ...path,
          environment_name: environment,
        }),
      );
      if (found === null) return null;
      const rules = (found.data as unknown as WireEnvironment).protection_rules ?? [];
      const asked = rules.find((rule) => 'reviewers' in rule)?.reviewers ?? [];
      return asked.map((each) => reviewerName(path.owner, each));
    },
  };
}
