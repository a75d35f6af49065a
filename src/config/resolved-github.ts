/** What the config says of GitHub, with all defaults applied: what the GitHub workflows are written from. */
export interface ResolvedGithub {
  /** `owner/name`, where given. */
  readonly repository: string | null;
  readonly mainBranch: string;
  /** Whether GitHub workflows are written. */
  readonly workflows: boolean;
  /** What jobs run on. */
  readonly runner: string;
  /** The major version of Node that jobs set up. */
  readonly node: number;
  /** What jobs set up to run Elixir; null: nothing. */
  readonly elixir: ResolvedElixir | null;
  /** Run in every job before Glidepath; null for a repository without a package.json at its root. */
  readonly install: string | null;
  /** Instead of our own pins: `actions/checkout` → which commit. */
  readonly actions: Readonly<Record<string, ResolvedActionPin>>;
  /** Whether what checks find is shown by GitHub's code scanning. */
  readonly codeScanning: boolean;
  /** Whether `.github/dependabot.yml` is written. */
  readonly dependabot: boolean;
}

/** Versions of Elixir and Erlang. */
export interface ResolvedElixir {
  readonly elixir: string;
  readonly otp: string;
}

/** The one commit of an action that is used. */
export interface ResolvedActionPin {
  /** As its tag is called: `v7.0.1`. */
  readonly version: string;
  /** 40 hexadecimal digits. */
  readonly sha: string;
}

/** What is published when a tag is pushed and the checks have passed. */
export interface ResolvedRelease {
  /** Of the tag: `v*`. */
  readonly pattern: string;
  readonly command: string;
  /** The check whose outputs are published; it runs again in the same job. Null: none. */
  readonly check: string | null;
  /** GitHub's environment that holds the secrets. */
  readonly environment: string;
  /** What the command may write on GitHub. */
  readonly permissions: readonly ('attestations' | 'contents' | 'id-token' | 'packages')[];
  /** Names of the secrets that the command reads. */
  readonly secrets: readonly string[];
}
