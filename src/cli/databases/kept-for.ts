import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** Shorter than it takes to make some copies: it would expire before it is there. */
const SHORTEST_MS = 60_000;
/** Platforms keep whole days: only a difference above this is worth a word. */
const SHORTER_BY_MS = 86_400_000;

/** Reads `--for`, in milliseconds: a duration of a minute at least, or `ever`, which is null. `usual` where nothing was typed. Throws CLI_USAGE. */
export function keptFor(written: string | null, usual: string): number | null {
  if (written === 'ever') return null;
  const ms = parseDuration(written ?? usual);
  const hint = `Write --for ${usual}, or --for ever.`;
  if (ms === null) throw new ToolError('CLI_USAGE', `"${written}" is not a duration.`, { hint });
  if (ms < SHORTEST_MS)
    throw new ToolError('CLI_USAGE', `--for ${written} is too short: a minute is the least.`, { hint });
  return ms;
}

/** Whether something is kept for notably less than was asked for. Times in milliseconds since the Unix epoch; null: forever. */
export function isKeptShorter(asked: number | null, kept: number | null): boolean {
  return kept !== null && (asked ?? Infinity) - kept > SHORTER_BY_MS;
}
