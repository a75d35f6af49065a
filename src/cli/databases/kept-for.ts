import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** Reads `--for`, in milliseconds: a duration, or `ever`, which is null. `usual` where nothing was typed. Throws CLI_USAGE. */
export function keptFor(written: string | null, usual: string): number | null {
  if (written === 'ever') return null;
  const ms = parseDuration(written ?? usual);
  if (ms !== null) return ms;
  throw new ToolError('CLI_USAGE', `"${written}" is not a duration.`, {
    hint: `Write --for ${usual}, or --for ever.`,
  });
}
