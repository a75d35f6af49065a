import type { CodeHostReader, HostCommitStatus } from '../code-host.ts';
import {
  checkRunFrom,
  commentFrom,
  deploymentFrom,
  deploymentStatusFrom,
  pullRequestFrom,
  workflowRunFrom,
} from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import { isTrusted } from './is-trusted.ts';
import { peopleReader } from './people-reader.ts';
import { readRepository } from './read-repository.ts';
import type { WirePullRequest } from './wire-types.ts';

/** GitHub's largest page. */
const PAGE = 100;

/** Everything that is only read. */
export function githubReader(client: GithubClient): CodeHostReader {
  return {
    ...deploymentReader(client),
    ...discussionReader(client),
    ...commitReader(client),
    ...peopleReader(client),
  };
}

function deploymentReader({
  octokit,
  path,
  run,
}: GithubClient): Pick<CodeHostReader, 'deployments' | 'deploymentStatuses'> {
  return {
    async deployments({ limit, ...filter }) {
      const route = 'GET /repos/{owner}/{repo}/deployments';
      const query = { ...path, ...filter, per_page: Math.min(limit, PAGE) };
      let count = 0;
      const found = await run('read the deployments', () =>
        octokit.paginate(route, query, ({ data }, done) => {
          count += data.length;
          if (count >= limit) done();
          return data;
        }),
      );
      return found.slice(0, limit).map(deploymentFrom);
    },
    async deploymentStatuses(id) {
      const route = 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
      const found = await run(`read the statuses of deployment ${id}`, () =>
        octokit.paginate(route, { ...path, deployment_id: id, per_page: PAGE }),
      );
      return found.map(deploymentStatusFrom);
    },
  };
}

type DiscussionReader = Pick<
  CodeHostReader,
  'repository' | 'pullRequest' | 'openPullRequests' | 'pullRequestsOfCommit' | 'comments' | 'issueWithMarker'
>;

function discussionReader(client: GithubClient): DiscussionReader {
  const { octokit, path, run, orNull } = client;
  return {
    repository: () => readRepository(client),
    async pullRequest(number) {
      const found = await orNull(`read pull request ${number}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...path, pull_number: number }),
      );
      // One alone has all that one of a list has, and more.
      return found === null ? null : pullRequestFrom(found.data as unknown as WirePullRequest);
    },
    async openPullRequests() {
      const found = await run('read the open pull requests', () =>
        octokit.paginate('GET /repos/{owner}/{repo}/pulls', { ...path, state: 'open', per_page: PAGE }),
      );
      return found.map(pullRequestFrom);
    },
    async pullRequestsOfCommit(sha) {
      const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
      const found = await orNull(
        `read the pull requests of commit ${sha}`,
        () => octokit.paginate(route, { ...path, commit_sha: sha, per_page: PAGE }),
        UNKNOWN_COMMIT,
      );
      return (found ?? []).map(pullRequestFrom).toSorted((a, b) => Number(b.isMerged) - Number(a.isMerged));
    },
    async comments(issue) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const found = await run(`read the comments on #${issue}`, () =>
        octokit.paginate(route, { ...path, issue_number: issue, per_page: PAGE }),
      );
      return found.map(commentFrom);
    },
    async issueWithMarker(marker, label) {
      const found = await run(`read the open issues with the label ${label}`, () =>
        octokit.paginate('GET /repos/{owner}/{repo}/issues', {
          ...path,
          state: 'open',
          labels: label,
          per_page: PAGE,
        }),
      );
      const issue = found
        .toReversed()
        .find(
          (each) => each.pull_request === undefined && (each.body ?? '').includes(marker) && isTrusted(each),
        );
      return issue === undefined ? null : { number: issue.number, url: issue.html_url };
    },
  };
}

type CommitReader = Pick<
  CodeHostReader,
  'checkRuns' | 'commitStatuses' | 'workflowRun' | 'workflowRuns' | 'commitOf' | 'isAncestor'
>;

/** What GitHub answers for a commit that it does not have: 404, or 422 "No commit found for SHA"; 409 in an empty repository. */
const UNKNOWN_COMMIT = [404, 409, 422];

function commitReader({ octokit, path, run, orNull }: GithubClient): CommitReader {
  return {
    async checkRuns(sha) {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
      const found = await run(`read the checks of commit ${sha}`, () =>
        octokit.paginate(route, { ...path, ref: sha, per_page: PAGE }),
      );
      return found.map(checkRunFrom);
    },
    async commitStatuses(sha) {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses';
      const found = await run(`read the statuses of commit ${sha}`, () =>
        octokit.paginate(route, { ...path, ref: sha, per_page: PAGE }),
      );
      // Newest first: of each context the first one counts.
      const byContext = new Map(found.toReversed().map((status) => [status.context, status]));
      return [...byContext.values()].toReversed().map((status) => ({
        state: status.state as HostCommitStatus['state'],
        context: status.context,
        description: status.description ?? '',
        targetUrl: status.target_url,
      }));
    },
    async workflowRun(id) {
      const found = await orNull(`read run ${id} of a GitHub workflow`, () =>
        octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...path, run_id: id }),
      );
      return found === null ? null : workflowRunFrom(found.data);
    },
    async workflowRuns(file) {
      const found = await orNull(`read the runs of ${file}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
          ...path,
          workflow_id: file,
          per_page: PAGE,
        }),
      );
      return (found?.data.workflow_runs ?? []).map(workflowRunFrom);
    },
    async commitOf(ref) {
      const short = ref.replace(/^refs\//, '');
      const found = await orNull(
        `read the commit of ${ref}`,
        () =>
          octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...path, ref: short, per_page: 1 }),
        UNKNOWN_COMMIT,
      );
      return found?.data.sha ?? null;
    },
    async isAncestor(ancestor, descendant) {
      const found = await orNull(`compare ${ancestor} with ${descendant}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
          ...path,
          basehead: `${ancestor}...${descendant}`,
          per_page: 1,
        }),
      );
      return found !== null && (found.data.status === 'ahead' || found.data.status === 'identical');
    },
  };
}
