import type { Diagnostic } from './diagnostic.ts';
import type { ErrorCode } from './error-codes.ts';

/** What may be added to a {@link ToolError}. */
export interface ToolErrorOptions {
  /** The next command to run, or the file to edit. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Whether the engine may try the same step again. Default `never`. */
  readonly retry?: 'safe' | 'never';
  /** The user's mistakes, when this error only carries them to the top. */
  readonly diagnostics?: readonly Diagnostic[];
  /** Lines that something outside printed (a build, a machine), newest last. */
  readonly output?: readonly string[];
}

/** An operational failure, or the carrier of user mistakes: thrown, and rendered only by `cli/main.ts`. */
export class ToolError extends Error {
  override readonly name: string = 'ToolError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retry: 'safe' | 'never';
  readonly diagnostics: readonly Diagnostic[];
  readonly output: readonly string[];

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retry = options.retry ?? 'never';
    this.diagnostics = options.diagnostics ?? [];
    this.output = options.output ?? [];
  }
}
