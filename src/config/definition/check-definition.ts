/** One CI task. `N` are the names of the checks it may need. */
export interface CheckDefinition<N extends string = string> {
  /** Run by the shell in a checkout of the commit; passes with exit code 0. */
  readonly command: string;
  /** Checks that must have passed before. */
  readonly needs?: readonly N[];
  /** Where it runs, from the directory of the config file: `packages/api`. Default that directory itself. */
  readonly directory?: string;
  /**
   * Globs below `directory`, with `!` for what does not count: the files on which its result depends. `/x` is read from
   * the directory of the config file. Default every file there that git tracks or does not ignore.
   */
  readonly inputs?: readonly string[];
  /** Globs of what it makes below `directory`: kept in the cache, put back instead of running, copied by `ci --export`. */
  readonly outputs?: readonly string[];
  /**
   * Directories that it fills and that are not worth keeping, such as node_modules: it runs again where they are gone or
   * changed. Default those of the package manager, for a check that installs dependencies.
   */
  readonly leaves?: readonly string[];
  /** Services that run beside it, for it alone: `postgres()`. */
  readonly services?: readonly ServiceDefinition[];
  /** False for what `glidepath ci --fast` leaves out. Default true. */
  readonly fast?: boolean;
  /**
   * Whether it makes files that checks after it work on: then it runs before them also where it has passed already, in
   * another job. Default true for one with outputs, and for one that installs dependencies.
   */
  readonly prepares?: boolean;
  /** False: it runs each time. Default true. */
  readonly cache?: boolean;
  /** How long it may take: `'45m'`. Default 30 minutes. */
  readonly timeout?: string;
  /** How often it is run again where it fails; a test that passes then is called flaky. Default 0. */
  readonly retries?: number;
  /** How many cores it keeps busy. Default 1. */
  readonly weight?: number;
  /** `container`: in the image of `ci.container`, with the files read-only. Default `host`. */
  readonly where?: 'host' | 'container';
  /** Whether it may use the network in a container. Default false, true for one that installs dependencies. */
  readonly network?: boolean;
  /** Names of environment variables that it is given besides PATH, HOME and what tools need to find themselves. */
  readonly env?: readonly string[];
  /** Files that it writes about what it found. */
  readonly reports?: CheckReportsDefinition;
}

/** Globs of the reports of a check, below its directory. They are kept with its result, as outputs are. */
export interface CheckReportsDefinition {
  readonly junit?: readonly string[];
  /** lcov or cobertura. */
  readonly coverage?: readonly string[];
  readonly sarif?: readonly string[];
  /** CycloneDX as JSON. */
  readonly sbom?: readonly string[];
}

/** A service that a check asks for. */
export interface ServiceDefinition {
  readonly service: 'postgres';
  /** The major version; without it, the one of the local cloud. */
  readonly version?: number;
}
