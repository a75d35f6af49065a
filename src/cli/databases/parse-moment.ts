import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** ISO 8601 with a zone: without one nobody knows whose clock is meant. */
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}| UTC)$/;

/** Reads `2026-11-21T10:00:00Z`, or `15m` for fifteen minutes before `now`. Milliseconds since the Unix epoch. Throws CLI_USAGE. */
export function parseMoment(written: string, now: number): number {
  const ago = parseDuration(written);
  if (ago !== null) return now - ago;
  const at = MOMENT.test(written) ? Date.parse(written.replace(' UTC', 'Z').replace(' ', 'T')) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new ToolError('CLI_USAGE', `"${written}" is not a moment.`, {
    hint: 'Write it with a time zone, such as 2026-11-21T10:00:00Z, or how long ago it was, such as 15m.',
  });
}
