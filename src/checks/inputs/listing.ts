/** A directory as it was when its names were read. */
export interface ListedDirectory {
  /** From the root; empty: the root. */
  readonly path: string;
  /** Taken before the names were read. */
  readonly figures: Float64Array;
  readonly names: string;
}

/** Which files of a checkout count, and what that was found out from. */
export interface Listing {
  /** Not sorted. */
  readonly files: string[];
  readonly directories: ListedDirectory[];
  /** Absolute paths of what decides which files count, besides the `.gitignore` files in `directories`. */
  readonly guards: readonly string[];
  /** False where something changed meanwhile. */
  readonly isSettled: boolean;
}
