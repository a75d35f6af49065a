import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PullRequestState } from '../../pipeline/review/judge-review-app.ts';
import type { CodeHostReader, HostPullRequest } from '../../providers/code-host.ts';
import type { CommandContext } from '../command-context.ts';
import { requireCloud } from '../platforms/local-cloud.ts';
import type { Workbench } from '../workbench.ts';

/** The pull requests of a project's repository. */
export interface PullRequests {
  /** `owner/name`. */
  readonly repository: string;
  /** Null when there is none of that number. */
  find(number: number): Promise<HostPullRequest | null>;
  stateOf(number: number): Promise<PullRequestState>;
}

/** Pull requests, or in a few words why nobody can be asked about them. */
export type PullRequestAccess =
  | { readonly pullRequests: PullRequests; readonly problem: null }
  | { readonly pullRequests: null; readonly problem: string };

/**
 * Opens the pull requests of the project. The repository itself is asked for first: a token that does not see it would
 * be told of every pull request that there is no such one, and everything would look as if it were over.
 */
export async function openPullRequests(
  context: CommandContext,
  bench: Workbench,
): Promise<PullRequestAccess> {
  const host = await openHost(context, bench);
  if (host === null) return { pullRequests: null, problem: 'no token for GitHub, or no repository, is set' };
  try {
    const { fullName } = await host.repository();
    return { pullRequests: pullRequestsOf(fullName, host), problem: null };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { pullRequests: null, problem: error.message.replace(/\.$/, '') };
  }
}

async function openHost(context: CommandContext, bench: Workbench): Promise<CodeHostReader | null> {
  const { hasGithub, openGithubReader } = await import('../github/open-github.ts');
  const source = {
    project: bench.project,
    root: bench.root,
    cloud: context.isLocal ? await requireCloud(context, bench.root) : null,
    vault: bench.vault,
    clock: bench.clock,
    fetch: bench.deps.fetch,
    random: bench.deps.random,
    log: (line: string): void => context.output.error(`${line}\n`),
  };
  return (await hasGithub(source)) ? openGithubReader(source) : null;
}

function pullRequestsOf(repository: string, host: CodeHostReader): PullRequests {
  return {
    repository,
    find: async (number) => host.pullRequest(number),
    async stateOf(number) {
      const found = await host.pullRequest(number);
      if (found === null) return 'unknown';
      if (found.isMerged) return 'merged';
      return found.state;
    },
  };
}
