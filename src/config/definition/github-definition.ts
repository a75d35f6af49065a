/** What the config says of GitHub: the repository, and the GitHub workflows that are written for it. */
export interface GithubDefinition {
  /** `owner/name`. */
  readonly repository?: string;
  /** Default `main`. */
  readonly mainBranch?: string;
  /** False: no GitHub workflows are written. Default true. */
  readonly workflows?: boolean;
  /** What jobs run on. Default `ubuntu-24.04`. */
  readonly runner?: string;
  /** The major version of Node that jobs set up. Default 24. */
  readonly node?: number;
  /** Languages of the checks besides Node: `{ elixir: '1.18', otp: '27' }`. Default what the stacks of the apps ask for. */
  readonly elixir?: ElixirVersions;
  /**
   * Run in every job before Glidepath. Default what the package manager of the apps installs the lock file with; null:
   * nothing, for a repository without a package.json at its root.
   */
  readonly install?: string | null;
  /** Other versions of the actions that are used: `{ 'actions/checkout': { version: 'v7.0.1', sha: '3d3c…' } }`. */
  readonly actions?: Readonly<Record<string, ActionPinDefinition>>;
  /** Whether what checks find is shown by GitHub's code scanning, which private repositories have to pay for. Default false. */
  readonly codeScanning?: boolean;
  /** Whether `.github/dependabot.yml` is written. Default true. */
  readonly dependabot?: boolean;
}

/** What a job sets up to run Elixir. */
export interface ElixirVersions {
  readonly elixir: string;
  readonly otp: string;
}

/** The one commit of an action that is used. */
export interface ActionPinDefinition {
  /** As its tag is called: `v7.0.1`. */
  readonly version: string;
  /** 40 hexadecimal digits. */
  readonly sha: string;
}

/** What the job of a release may be allowed to write. */
export type ReleasePermission = 'attestations' | 'contents' | 'id-token' | 'packages';

/** What is published when a tag is pushed and the checks have passed: `ci.release`. */
export interface ReleaseDefinition<C extends string = string> {
  /** `tag('v*')`. */
  readonly on: { readonly kind: 'tag'; readonly pattern: string };
  /** Run after all checks, in a checkout of the tag. */
  readonly command: string;
  /** The check whose outputs are published; it runs again in the same job. */
  readonly check?: C;
  /** GitHub's environment that holds the secrets. Default `release`. */
  readonly environment?: string;
  /** What the command may write on GitHub with its `GITHUB_TOKEN`: `['contents']` to make a release there. Default nothing. */
  readonly permissions?: readonly ReleasePermission[];
  /** Names of the secrets that the command reads. */
  readonly secrets?: readonly string[];
}
