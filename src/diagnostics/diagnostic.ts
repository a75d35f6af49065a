import type { ErrorCode } from './error-codes.ts';

/** A place in a file. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing the user wrote that does not work, as data: collected, and shown with all the others at once. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  /** What is wrong with which named thing, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Where in the config, as written there: `environments.production.gates[0]`. */
  readonly path?: string;
  readonly location?: SourceLocation;
}
