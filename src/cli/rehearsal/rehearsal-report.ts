import type { LocalGithub } from './local-github.ts';
import type { ActionsModel } from './actions-model.ts';
import type { RehearsedAct } from './rehearsal-scene.ts';
import type { RehearsedApproval } from './rehearsed-approvals.ts';
import { isGood } from './rehearsal-end.ts';

/** What a rehearsal came to: where to look at it. */
export interface RehearsalReport {
  readonly repository: string;
  /** The page of the repository on the local GitHub. */
  readonly url: string;
  readonly commit: string | null;
  readonly pullRequest: {
    readonly number: number;
    readonly url: string;
    readonly comments: number;
    /** Null while it is not merged. */
    readonly merged: { readonly into: string; readonly commit: string } | null;
  } | null;
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
  /** What was made of the event, where no GitHub workflow ran. */
  readonly unheard: ActionsModel['events'][number] | null;
  /** What somebody has to agree to before anything is deployed. */
  readonly approvals: readonly RehearsedApproval[];
  readonly succeeded: boolean;
}

/** As many deployments as one event may well bring about. */
const DEPLOYMENTS_MAX = 20;

/** The deployment that was made last, by its id, which only grows; 0 where there is none. */
export async function newestDeployment(github: LocalGithub): Promise<number> {
  return (await deploymentsOf(github))[0]?.id ?? 0;
}

/** What a report is read from. */
export interface ReportSources {
  readonly github: LocalGithub;
  readonly act: RehearsedAct;
  readonly model: ActionsModel;
  /** The newest deployment before the rehearsal. */
  readonly before: number;
  /** What waits for an approval of a commit. */
  readonly approvalsOf: (commit: string) => Promise<readonly RehearsedApproval[]>;
}

/** Reads back from the local GitHub what the GitHub workflows wrote there: deployments are those after `before`. */
export async function reportRehearsal(sources: ReportSources): Promise<RehearsalReport> {
  const { github, act, model, before, approvalsOf } = sources;
  const { repository, url } = github;
  const pullRequest = await pullRequestOf(github, act.pullRequest);
  // What a merge queue merged nobody could know before.
  const sha = act.sha ?? pullRequest?.merged?.commit ?? null;
  return {
    repository,
    url,
    commit: sha,
    pullRequest,
    runs: model.runs.map((run) => ({
      title: run.title,
      status: run.status,
      conclusion: run.conclusion,
      url: `${url}/actions/runs/${run.id}`,
    })),
    deployments: await deploymentsSince(github, before),
    statuses: sha === null ? [] : await statusesOf(github, sha),
    unheard:
      model.runs.length > 0
        ? null
        : (model.events.find(({ event }) => event === act.expected[0]?.event) ?? null),
    approvals: sha === null ? [] : await approvalsOf(sha),
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
  const pull = (await github.call('GET', `/repos/${repository}/pulls/${number}`)) as {
    readonly merged: boolean;
    readonly merge_commit_sha: string | null;
    readonly base: { readonly ref: string };
  };
  const commit = pull.merged ? pull.merge_commit_sha : null;
  return {
    number,
    url: `${url}/pull/${number}`,
    comments: (comments as unknown[]).length,
    merged: commit === null ? null : { into: pull.base.ref, commit },
  };
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
