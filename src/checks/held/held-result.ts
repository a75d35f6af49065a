/** What this checkout holds of a check: a result that need not be made or restored again. */
export interface HeldResult {
  readonly key: string;
  /** What checks after it depend on. */
  readonly result: string;
  /** When it ran, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly durationMs: number;
  readonly failedAttempts: number;
}

/** What lies in the checkout of a held result. Numbers of each file, directory and leaf are kept beside it, in this order. */
export interface HeldPlaces {
  /** Outputs and reports, from the root, sorted. */
  readonly files: readonly string[];
  /** Those that the files lie in. */
  readonly directories: readonly string[];
  readonly leaves: readonly HeldLeaf[];
}

/** A directory that a check filled and that no cache keeps. */
export interface HeldLeaf {
  readonly path: string;
  /** The names in it that do not begin with a dot, one a line: tools put caches of their own beside them. */
  readonly names: string;
  /** What its state is told by, from the leaf: the files of package managers, or the entries of its upper levels. */
  readonly signs: readonly string[];
}

/** Everything that is remembered of a check. */
export interface HeldRecord {
  readonly held: HeldResult;
  readonly places: HeldPlaces;
  readonly figures: Float64Array;
}
