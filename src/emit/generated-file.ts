/** A file that Glidepath writes into the user's repository. */
export interface GeneratedFile {
  /** Relative to the project's folder, with `/` between the parts. */
  readonly path: string;
  /** The whole text, stamped: see `stamped`. */
  readonly content: string;
  /** One sentence: for whom or what it is written. */
  readonly reason: string;
}
