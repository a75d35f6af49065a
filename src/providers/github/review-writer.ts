import type { CodeHost } from '../code-host.ts';
import type { GithubClient } from './github-client.ts';

/** GitHub wants a comment to a review, and shows it on the page of the run. */
const COMMENT = { approved: 'Approved with glidepath approve', rejected: 'Rejected with glidepath reject' };

/** What a reviewer decides about a run. */
export function reviewWriter({ octokit, path, run }: GithubClient): Pick<CodeHost, 'reviewRun'> {
  return {
    async reviewRun(id, { environmentIds, isApproved }) {
      const state = isApproved ? 'approved' : 'rejected';
      // Sent again it finds nothing that waits, and is refused: no run is decided about twice.
      await run(`review run ${id} of a GitHub workflow`, () =>
        octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments', {
          ...path,
          run_id: id,
          environment_ids: [...environmentIds],
          state,
          comment: COMMENT[state],
        }),
      );
    },
  };
}
