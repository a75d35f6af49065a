import { join } from 'node:path';
import { assert } from '../../util/assert.ts';
import type { Clock } from '../../util/clock.ts';
import { ownCommand } from '../../util/own-file.ts';
import { jobPostgres } from '../check-postgres/start-job-postgres.ts';
import { createGithubService } from '../github/github-service.ts';
import type { GithubService } from '../github/github-service.ts';
import { createActions } from '../github/actions/create-actions.ts';
import type { Actions } from '../github/actions/create-actions.ts';
import type { OwnCommand } from '../github/actions/runner/npx-shim.ts';

/** Where programs are when nobody says. */
const BASIC_PATH = '/usr/local/bin:/usr/bin:/bin';

/** What jobs of GitHub Actions find on this machine. */
export interface JobMachine {
  /** The PATH of the machine. */
  readonly path: string;
  /** What `npx glidepath` is. */
  readonly own: OwnCommand;
  /** What jobs need to reach anything beyond this machine. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The local GitHub with its Actions. */
export interface OpenedGithub {
  readonly github: GithubService;
  readonly actions: Actions;
}

/**
 * Opens the local GitHub in the directory of a cloud, and takes up what a killed cloud left of its runs. What fails where
 * nobody waits goes to the daemon's log. It is to be closed with {@link closeGithub}.
 */
export async function openGithub(on: {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly adminToken: string;
  readonly baseUrl: string;
  readonly rateLimits?: boolean;
  /** Default: the usual directories, and this very tool. */
  readonly jobs?: JobMachine;
}): Promise<OpenedGithub> {
  const { stateDir, clock, adminToken, baseUrl, rateLimits } = on;
  const opened: { actions?: Actions } = {};
  const github = await createGithubService({
    stateDir: join(stateDir, 'github'),
    clock,
    adminToken,
    baseUrl,
    parts: [
      (context) => {
        opened.actions = createActions(context, {
          stateDir: join(stateDir, 'github', 'actions'),
          ...(on.jobs ?? { path: BASIC_PATH, own: { node: process.execPath, cli: ownCommand() } }),
          postgres: jobPostgres({ dir: join(stateDir, 'github', 'postgres-template'), clock }),
          variables: { ...on.jobs?.variables, ...variablesOfJobs(stateDir, baseUrl) },
        });
        return opened.actions.routes;
      },
    ],
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...(rateLimits === undefined ? {} : { rateLimits }),
  });
  const { actions } = opened;
  assert(actions !== undefined, 'the local GitHub was opened without its Actions');
  github.onEvent('actions', (event) => actions.onEvent(event));
  return { github, actions };
}

/** Ends what runs, lets the last events be taken, and lets go of the files. */
export async function closeGithub({ github, actions }: OpenedGithub): Promise<void> {
  await actions.stop();
  await github.close();
  actions.close();
}

/**
 * Where the platforms are, for whatever runs in a job: our own commands by the cloud that the job is of, others by the
 * variables that move the platforms' own tools. Tokens are none of it: those come from the secrets.
 */
function variablesOfJobs(stateDir: string, baseUrl: string): Record<string, string> {
  return {
    GLIDEPATH_CLOUD: stateDir,
    FLY_FLAPS_BASE_URL: baseUrl,
    FLY_API_BASE_URL: baseUrl,
    FLY_REGISTRY_HOST: new URL(baseUrl).host,
    NEON_API_HOST: `${baseUrl}/api/v2`,
    // Each job has a HOME of its own: without this, each would download everything again.
    npm_config_cache: join(stateDir, 'github', 'npm-cache'),
  };
}
