/** One file of a repository, as it is looked at. */
export interface SourceFile {
  /** From the root of the repository, or as it was named; with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A part of a file's text: indexes, the end is not part of it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
