import type { ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CodeHost, CodeHostReader } from '../../providers/code-host.ts';
import { remoteRepository } from '../../providers/git/remote-repository.ts';
import type { GithubOptions } from '../../providers/github/github-options.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import { githubCredentials } from './github-credentials.ts';
import { githubBaseUrl, githubHost } from '../platforms/github-endpoints.ts';
import { isThisMachine } from '../platforms/process-images.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';

/** What GitHub is opened with. */
export interface GithubSource {
  readonly project: Pick<ResolvedProject, 'name' | 'github'>;
  /** The directory of the config file; its `origin` says the repository where nothing else does. */
  readonly root: string;
  /** The local cloud in place of GitHub. */
  readonly cloud: LocalCloud | null;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told what is waited for, such as the end of a rate limit. */
  readonly log: (line: string) => void;
}

/** Who nobody owns on the local GitHub: a project that says no repository is found there under this owner. */
const LOCAL_OWNER = 'local';

/** GitHub is on this machine, and limits nobody. */
const UNPACED = { writeGapMs: 0, notifyGapMs: 0 };

/** The code host of a project. Throws SECRET_MISSING without a token, CLI_USAGE without a repository. */
export async function openGithub(source: GithubSource): Promise<CodeHost> {
  const options = await githubOptions(source);
  const { createGithub } = await import('../../providers/github/github.ts');
  return createGithub(options);
}

/** The half that only reads; throws as {@link openGithub}. */
export async function openGithubReader(source: GithubSource): Promise<CodeHostReader> {
  const options = await githubOptions(source);
  const { createGithubReader } = await import('../../providers/github/github.ts');
  return createGithubReader(options);
}

/** Whether a project can be asked for at GitHub: it has a repository there and a token is set. Asks nobody. */
export async function hasGithub(source: GithubSource): Promise<boolean> {
  const repository = await repositoryOf(
    source,
    githubBaseUrl(source.cloud, (name) => source.vault.readPlain(name)),
  );
  return repository !== null && (await githubCredentials(source.cloud, source.vault)) !== null;
}

/** Where GitHub is, which repository of it is meant, and by what it is asked. */
export async function githubOptions(source: GithubSource): Promise<GithubOptions> {
  const { cloud, vault, clock, fetch, random, log } = source;
  const baseUrl = githubBaseUrl(cloud, (name) => vault.readPlain(name));
  const repository = await repositoryOf(source, baseUrl);
  if (repository === null) throw noRepository(source.project.name);
  const credentials = await githubCredentials(cloud, vault);
  if (credentials === null) {
    throw new ToolError(
      'SECRET_MISSING',
      `No token for GitHub is set, and ${repository} is asked for there.`,
      {
        hint: 'export GITHUB_TOKEN="$(gh auth token)", or work on the local cloud with --local',
      },
    );
  }
  const timing = isThisMachine(new URL(baseUrl).host) ? { timing: UNPACED } : {};
  return { repository, baseUrl, credentials, fetch, clock, random, log, ...timing };
}

/** By the config, by the job of GitHub Actions, or by where the clone is from; on the local cloud by name at last. */
async function repositoryOf(
  { project, root, cloud, vault }: GithubSource,
  baseUrl: string,
): Promise<string | null> {
  const said = project.github.repository ?? vault.readPlain('GITHUB_REPOSITORY') ?? '';
  if (said !== '') return said;
  const origin = await remoteRepository(root).catch(() => null);
  if (origin !== null && (cloud !== null || origin.host === githubHost(baseUrl))) return origin.name;
  return cloud === null ? null : `${LOCAL_OWNER}/${project.name}`;
}

function noRepository(name: string): ToolError {
  return new ToolError('CLI_USAGE', 'Nothing says which repository on GitHub is meant.', {
    hint: `Write github: { repository: 'owner/${name}' }, or add the remote: git remote add origin git@github.com:owner/${name}.git`,
  });
}
