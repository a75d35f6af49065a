import type { ResolvedCheck } from '../config/resolved.ts';

/** One attempt of a check, to be carried out. */
export interface CheckExecution {
  readonly check: ResolvedCheck;
  /** The checkout, absolute: the command runs in `check.directory` below it. */
  readonly root: string;
  /** What the check asks for by name, what its services say of themselves, and `CI=true`. */
  readonly env: Readonly<Record<string, string>>;
  /** What it started is ended when this aborts, all of it. */
  readonly signal: AbortSignal;
  /** Each line that it prints, of either stream; a very long one in pieces. */
  readonly onLine: (line: string) => void;
}

/** A process that a check started and that was still there when it had ended; it is ended. */
export interface LeftProcess {
  readonly pid: number;
  /** As it was called, cut to a line's length. */
  readonly command: string;
}

/** How an attempt came out. */
export interface ExecutionEnd {
  /** Null where it was killed by a signal. */
  readonly exitCode: number | null;
  /** What it was killed by, where that is known. */
  readonly signal?: string | null;
  /** It took longer than `check.timeoutMs` and was ended. */
  readonly timedOut: boolean;
  readonly left: readonly LeftProcess[];
  /** Something that it started still has its output open and was not found, so that it could not be ended. */
  readonly isHeldOpen?: boolean;
  /**
   * Files that it changed and does not declare, from the root, sorted: said by a place that keeps such changes out of the
   * checkout. Left out by one that does not, where they are found by looking at the checkout again.
   */
  readonly wroteOutside?: readonly string[];
}

/**
 * Carries one attempt out, in one kind of place: on this host, or in a container. When it resolves or throws, nothing of
 * it runs any more. Throws the reason of the signal, and a ToolError for what kept the check from being run.
 */
export type ExecuteCheck = (execution: CheckExecution) => Promise<ExecutionEnd>;
