import type { CodeHost, CodeHostReader } from '../code-host.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { deploymentWriter } from './deployment-writer.ts';
import { discussionWriter } from './discussion-writer.ts';
import { createGithubClient } from './github-client.ts';
import type { GithubOptions } from './github-options.ts';
import { githubReader } from './github-reader.ts';
import { reviewWriter } from './review-writer.ts';

/** A repository on GitHub, or on whatever speaks its API. */
export function createGithub(options: GithubOptions): CodeHost {
  const client = createGithubClient(options, options.fetch);
  const reader = githubReader(client);
  return {
    ...reader,
    ...deploymentWriter(client, reader),
    ...discussionWriter(client),
    ...reviewWriter(client),
  };
}

/** The half of GitHub that only reads, over a transport that refuses to write (invariant 9). */
export function createGithubReader(options: GithubOptions): CodeHostReader {
  return githubReader(createGithubClient(options, readOnlyFetch(options.fetch)));
}
