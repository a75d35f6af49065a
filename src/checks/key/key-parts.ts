/**
 * All that the result of a check depends on. No value of a variable is in it, only its digest, so that it may be stored
 * and shown.
 */
export interface KeyParts {
  readonly check: string;
  readonly command: string;
  readonly directory: string;
  /** `host linux x64`, or `container sha256:…` with the digest of the image. */
  readonly place: string;
  readonly outputs: readonly string[];
  readonly leaves: readonly string[];
  readonly services: readonly string[];
  /** Variables that it asks for by name: SHA-256 of the value, or null where it is not set. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Tools that its command calls: `node` → `24.21.0`. */
  readonly tools: Readonly<Record<string, string>>;
  /** Path → digest, sorted by path; lock files that apply to the directory among them. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What its needs have made: name → digest of the result. */
  readonly needs: Readonly<Record<string, string>>;
}

/** One thing that is different between two keys of a check; `before` or `now` is null where it was not there. */
export interface KeyDifference {
  readonly part: 'command' | 'place' | 'env' | 'tool' | 'input' | 'need' | 'service' | 'output' | 'leaf';
  /** The path, variable, tool or check that it is about. */
  readonly name: string;
  readonly before: string | null;
  readonly now: string | null;
}
