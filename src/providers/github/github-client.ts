import { RequestError } from '@octokit/request-error';
import { closestName } from '../../config/did-you-mean.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import { etagFetch } from '../http/etag-fetch.ts';
import { githubAuthorization } from './github-authorization.ts';
import { githubError, hasStatus, unknownRepository, type FailedCall } from './github-error.ts';
import type { GithubOptions } from './github-options.ts';
import { GITHUB_TIMING, type GithubTiming } from './github-timing.ts';
import { openOctokit, type GithubOctokit } from './open-octokit.ts';
import { repositoryPath } from './repository-path.ts';

/** Calls about one repository, with errors that say what to do. */
export interface GithubClient {
  readonly octokit: GithubOctokit;
  /** The two parts of `owner/name`, as routes take them. */
  readonly path: { readonly owner: string; readonly repo: string };
  readonly repository: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timing: GithubTiming;
  /** Runs a call; `words` is a verb and what it is about: `read the deployments`. Throws a GithubApiError. */
  readonly run: <T>(words: string, call: () => Promise<T>) => Promise<T>;
  /** As `run`; null for what does not exist in a repository that does. `missing` are the answers that say so. */
  readonly orNull: <T>(
    words: string,
    call: () => Promise<T>,
    missing?: readonly number[],
  ) => Promise<T | null>;
}

/** Opens a client on a transport. Nothing is sent before the first call. */
export function createGithubClient(options: GithubOptions, transport: Fetch): GithubClient {
  const path = repositoryPath(options.repository);
  const authorize = githubAuthorization(options);
  const octokit = openOctokit(options, { fetch: etagFetch(transport), authorize });
  const { credentials } = options;
  const repository = `${path.owner}/${path.repo}`;
  const failedCall = (words: string): FailedCall => ({ words, repository, credentials });
  const send = async <T>(words: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw error instanceof RequestError ? githubError(failedCall(words), error) : error;
    }
  };
  /** Throws where it is the whole repository that is not there. */
  const requireRepository = async (words: string): Promise<void> => {
    try {
      await send('read the settings', () => octokit.request('GET /repos/{owner}/{repo}', path));
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      throw unknownRepository(failedCall(words), await nearest(octokit, path));
    }
  };
  const run = async <T>(words: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await send(words, call);
    } catch (error) {
      if (hasStatus(error, 404)) await requireRepository(words);
      throw error;
    }
  };
  return {
    octokit,
    path,
    repository,
    clock: options.clock,
    random: options.random,
    timing: { ...GITHUB_TIMING, ...options.timing },
    run,
    async orNull(words, call, missing = [404]) {
      try {
        return await send(words, call);
      } catch (error) {
        if (hasStatus(error, 404)) await requireRepository(words);
        if (hasStatus(error, ...missing)) return null;
        throw error;
      }
    },
  };
}

/** The repository of the same owner that was probably meant; null when the owner shows none. */
async function nearest(
  octokit: GithubOctokit,
  { owner, repo }: { owner: string; repo: string },
): Promise<string | null> {
  const none = (): { data: { full_name: string }[] } => ({ data: [] });
  const page = { per_page: 100, sort: 'updated' } as const;
  const lists = await Promise.all([
    octokit.request('GET /orgs/{org}/repos', { org: owner, ...page }).catch(none),
    octokit.request('GET /users/{username}/repos', { username: owner, ...page }).catch(none),
    // Private ones of a person are only in the list of one's own.
    octokit.request('GET /user/repos', page).catch(none),
  ]);
  const names = lists.flatMap(({ data }) => data.map((each) => each.full_name));
  const ofOwner = names.filter((name) => name.toLowerCase().startsWith(`${owner.toLowerCase()}/`));
  return closestName(`${owner}/${repo}`, [...new Set(ofOwner)]);
}
