import { ToolError } from '../../diagnostics/tool-error.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';

/** Whether something was refused by a gate, as opposed to a failure on the way to an answer. Pure. */
export function isRefusal(thrown: unknown): thrown is ToolError {
  if (!(thrown instanceof ToolError)) return false;
  return ERROR_CODES[thrown.code].exit === EXIT.refused || thrown.code === 'GITHUB_NOT_CONFIRMED';
}
