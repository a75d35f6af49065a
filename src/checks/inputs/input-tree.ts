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
  /** Where links among them lead, by their paths; left out: there are none. One that leads nowhere is not here. */
  readonly links?: ReadonlyMap<string, LinkTarget>;
}

/** What a link leads to in the end. */
export interface LinkTarget {
  /** From the root, with slashes; begins with `../` outside of the checkout, and is empty for the checkout itself. */
  readonly path: string;
  /** Of a file that is not among those of the tree; null for one that is, for a directory, and for what cannot be read. */
  readonly digest: string | null;
}

/** One checkout, looked at again and again; only what differs from the last look is read. */
export interface InputReader {
  /** Throws CHECK_INPUT_UNREADABLE for a file that is there and cannot be read. */
  read(signal: AbortSignal): Promise<InputTree>;
  /** Writes down what was seen, so that the next process reads only what differs. */
  save(): void;
}
