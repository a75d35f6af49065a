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

/** Reads back from the local GitHub what the GitHub workflows wrote there. */
export async function reportRehearsal(
  github: LocalGithub,
  act: RehearsedAct,
  model: ActionsModel,
  since: number,
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
    deployments: await deploymentsSince(github, since),
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

async function deploymentsSince(github: LocalGithub, since: number): Promise<RehearsalReport['deployments']> {
  const path = `/repos/${github.repository}/deployments`;
  const all = (await github.call('GET', `${path}?per_page=${DEPLOYMENTS_MAX}`)) as readonly {
    readonly id: number;
    readonly environment: string;
    readonly created_at: string;
  }[];
  // GitHub tells times to the second.
  const begun = Math.floor(since / 1000) * 1000;
  const made = all.filter(({ created_at: at }) => Date.parse(at) >= begun);
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
