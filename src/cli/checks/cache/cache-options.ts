import type { ResolvedProject } from '../../../config/resolved.ts';
import type { Clock } from '../../../util/clock.ts';
import type { Fetch } from '../../../util/fetch.ts';
import type { GithubContext } from '../../github/github-context.ts';
import type { SecretVault } from '../../platforms/secret-vault.ts';

/** What opening the cache of a project takes. */
export interface OpenCheckCacheOptions {
  /** The directory of the config file. */
  readonly root: string;
  readonly project: Pick<ResolvedProject, 'cache' | 'mainBranch'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keys and tokens are read through it, so that no line shows them. */
  readonly vault: SecretVault;
  /** Null outside of GitHub Actions: `githubContextOf(context)`. */
  readonly github: GithubContext | null;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly onWarning: (sentence: string) => void;
}
