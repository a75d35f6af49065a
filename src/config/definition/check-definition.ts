/** One CI task. `N` are the names of the checks it may need. */
export interface CheckDefinition<N extends string = string> {
  /** Run by the shell in a checkout of the commit; passes with exit code 0. */
  readonly command: string;
  /** Checks that must have passed before. */
  readonly needs?: readonly N[];
  /** Services that run beside it: `postgres()`. With a `kind: 'test'` environment, that one's database. */
  readonly services?: readonly ServiceDefinition[];
  /** False for what `glidepath ci --fast` leaves out. Default true. */
  readonly fast?: boolean;
  /** Paths it makes, which `glidepath ci --export DIR` copies. */
  readonly outputs?: readonly string[];
}

/** A service that a check asks for. */
export interface ServiceDefinition {
  readonly service: 'postgres';
  /** The major version; without it, the one of the local cloud. */
  readonly version?: number;
}
