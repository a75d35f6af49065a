/** What was typed behind `ci`. */
export interface TypedCiOptions {
  readonly only: readonly string[] | null;
  readonly isFast: boolean;
  /** Only what differs from where HEAD left this ref. */
  readonly since: string | null;
  readonly isKeepGoing: boolean;
  readonly isWatched: boolean;
  readonly isForce: boolean;
  /** Neither read nor written. */
  readonly isCacheless: boolean;
  /** `--container`: every check in a container. */
  readonly isContainer: boolean;
  /** Where outputs and reports are copied to. */
  readonly exportTo: string | null;
}
