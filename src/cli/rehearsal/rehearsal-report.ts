import type { LocalGithub } from './local-github.ts';
import type { ActionsModel } from './actions-model.ts';
import type { RehearsedAct } from './act-on-github.ts';
import { isGood } from './rehearsal-end.ts';

/** What a rehearsal came to: where to look at it. */
export interface RehearsalReport {
  readonly repository: string;
  /** The page of the repository on the local GitHub. */
  readonly url: string;
  readonly commit: string | null;
  readonly pullRequest: { readonly number: number; readonly url: string; readonly comments: number } | null;
  readonly runs: readonly {
    readonly title: string;
    readonly status: string;
    readonly conclusion: string | null;
    readonly url: string;
  }[];
  readonly deployments: readonly {
    readonly environment: string;
    readonly state: string;
    readonly description: string;
    readonly url: string | null;
  }[];
  readonly statuses: readonly {
    readonly context: string;
    readonly state: string;
    readonly description: string;
  }[];
  readonly succeeded: boolean;
}

/** As many deployments as one event may well bring about. */
const DEPLOYMENTS_MAX = 20;

/** The deployment that was made last, by its id, which only grows; 0 where there is none. */
export async function newestDeployment(github: LocalGithub): Promise<number> {
  return (await deploymentsOf(github))[0]?.id ?? 0;
}

/** Reads back from the local GitHub what the GitHub workflows wrote there: deployments are those after `before`. */
export async function reportRehearsal(
  github: LocalGithub,
  act: RehearsedAct,
  model: ActionsModel,
  before: number,
): Promise<RehearsalReport> {
  const { repository, url } = github;
  const sha = act.sha;
  return {
    repository,
    url,
    commit: sha,
    pullRequest: await pullRequestOf(github, act.pullRequest),
    runs: model.runs.map((run) => ({
      title: run.title,
      status: run.status,
      conclusion: run.conclusion,
      url: `${url}/actions/runs/${run.id}`,
    })),
    deployments: await deploymentsSince(github, before),
    statuses: sha === null ? [] : await statusesOf(github, sha),
    succeeded: model.runs.every(isGood),
  };
}

async function pullRequestOf(
  github: LocalGithub,
  number: number | null,
): Promise<RehearsalReport['pullRequest']> {
  if (number === null) return null;
  const { repository, url } = github;
  const comments = await github.call('GET', `/repos/${repository}/issues/${number}/comments`);
  return { number, url: `${url}/pull/${number}`, comments: (comments as unknown[]).length };
}

async function deploymentsOf(
  github: LocalGithub,
): Promise<readonly { readonly id: number; readonly environment: string }[]> {
  const path = `/repos/${github.repository}/deployments?per_page=${DEPLOYMENTS_MAX}`;
  return (await github.call('GET', path)) as readonly { id: number; environment: string }[];
}

async function deploymentsSince(
  github: LocalGithub,
  before: number,
): Promise<RehearsalReport['deployments']> {
  const path = `/repos/${github.repository}/deployments`;
  // Not by the time at which they were made, which GitHub tells to the second: the one before may be of the same.
  const made = (await deploymentsOf(github)).filter(({ id }) => id > before);
  return Promise.all(
    made.map(async ({ id, environment }) => {
      const [newest] = (await github.call('GET', `${path}/${id}/statuses`)) as readonly {
        readonly state: string;
        readonly description: string | null;
        readonly environment_url: string | null;
      }[];
      return {
        environment,
        state: newest?.state ?? 'pending',
        description: newest?.description ?? '',
        url: newest?.environment_url === '' ? null : (newest?.environment_url ?? null),
      };
    }),
  );
}

async function statusesOf(github: LocalGithub, sha: string): Promise<RehearsalReport['statuses']> {
  const answer = await github.call('GET', `/repos/${github.repository}/commits/${sha}/status`);
  const { statuses } = answer as {
    statuses: readonly { context: string; state: string; description: string | null }[];
  };
  return statuses.map(({ context, state, description }) => ({
    context,
    state,
    description: description ?? '',
  }));
}
