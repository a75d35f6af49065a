/**
 * The files of a checkout that checks can depend on: those that git tracks, and new ones that it does not ignore. What
 * checks make (outputs, reports, leaves) is not among them.
 */
export interface InputTree {
  /**
   * Path from the root, with slashes → digest of what it is: SHA-256 of its content and mode in hexadecimal letters. Sorted
   * by path.
   */
  readonly files: ReadonlyMap<string, string>;
}

/** One checkout, looked at again and again; only what differs from the last look is read. */
export interface InputReader {
  /** Throws CHECK_INPUT_UNREADABLE for a file that is there and cannot be read. */
  read(signal: AbortSignal): Promise<InputTree>;
  /** Writes down what was seen, so that the next process reads only what differs. */
  save(): void;
}
