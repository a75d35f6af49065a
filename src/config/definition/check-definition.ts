/** One CI task. `N` are the names of the checks it may need. */
export interface CheckDefinition<N extends string = string> {
  /** Run by the shell in a checkout of the commit; passes with exit code 0. */
  readonly command: string;
  /** Checks that must have passed before. */
  readonly needs?: readonly N[];
  /** Services that run beside it, for it alone: `postgres()`. */
  readonly services?: readonly ServiceDefinition[];
  /** False for what `glidepath ci --fast` leaves out. Default true. */
  readonly fast?: boolean;
  /** Paths it makes, which `glidepath ci --export DIR` copies. */
  readonly outputs?: readonly string[];
  /**
   * Whether it makes files that checks after it work on: then it runs before them also where it has passed already, in
   * another job. Default true for one with outputs, and for one that installs dependencies.
   */
  readonly prepares?: boolean;
  /** How long it may take: `'45m'`. Default 30 minutes. */
  readonly timeout?: string;
  /** Names of environment variables that it is given besides PATH, HOME and what tools need to find themselves. */
  readonly env?: readonly string[];
}

/** A service that a check asks for. */
export interface ServiceDefinition {
  readonly service: 'postgres';
  /** The major version; without it, the one of the local cloud. */
  readonly version?: number;
}
