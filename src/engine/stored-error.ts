import { ToolError } from '../diagnostics/tool-error.ts';
import type { StoredError } from './events.ts';

/** Lines of output kept with an error: what a person can still read; the whole output is in the step's events. */
const OUTPUT_LINES_MAX = 200;
/** Frames kept of an error that nobody expected: enough to find the place. */
const STACK_LINES_MAX = 8;

/** An error as the journal keeps it, redacted. Anything but a ToolError is one that nobody expected. */
export function toStoredError(error: unknown, redact: (line: string) => string): StoredError {
  if (error instanceof ToolError) {
    const found = error.diagnostics.map((diagnostic) => diagnostic.message);
    return {
      code: error.code,
      message: redact(error.message),
      hint: error.hint === undefined ? null : redact(error.hint),
      output: [...found, ...error.output].slice(-OUTPUT_LINES_MAX).map(redact),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 1 + STACK_LINES_MAX) : [];
  return {
    code: 'RUN_STEP_CRASHED',
    message: redact(message === '' ? 'The step failed without saying why.' : message),
    hint: null,
    output: stack.map((line) => redact(line.trim())),
  };
}

/** The failure of a run, with what could not be put back added to its first cause. */
export function withUndoFailures(
  cause: StoredError | null,
  failures: readonly { readonly step: string; readonly error: StoredError }[],
): StoredError | null {
  if (failures.length === 0) return cause;
  const names = failures.map((failure) => failure.step).join(', ');
  const lines = failures.map(
    ({ step, error }) =>
      `RUN_UNDO_FAILED ${step}: ${error.message}${error.hint === null ? '' : ` ${error.hint}`}`,
  );
  const hint = `Could not be undone and needs manual attention: ${names}.`;
  if (cause === null) {
    return {
      code: 'RUN_UNDO_FAILED',
      message: 'The run was cancelled, but not everything could be undone.',
      hint,
      output: lines,
    };
  }
  return {
    ...cause,
    hint: cause.hint === null ? hint : `${cause.hint}\n${hint}`,
    output: [...cause.output, ...lines],
  };
}
