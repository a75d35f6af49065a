import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { createGithubService } from '../github/github-service.ts';
import type { GithubService } from '../github/github-service.ts';

/** Opens the local GitHub in the directory of a cloud. What fails where nobody waits goes to the daemon's log. */
export async function openGithub(on: {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly adminToken: string;
  readonly baseUrl: string;
  readonly rateLimits?: boolean;
}): Promise<GithubService> {
  const { stateDir, clock, adminToken, baseUrl, rateLimits } = on;
  const github = await createGithubService({
    stateDir: join(stateDir, 'github'),
    clock,
    adminToken,
    baseUrl,
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...(rateLimits === undefined ? {} : { rateLimits }),
  });
  github.resume();
  return github;
}
