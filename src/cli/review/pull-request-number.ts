import { ToolError } from '../../diagnostics/tool-error.ts';

/** The number that somebody typed: `42` or `#42`. Throws REVIEW_UNKNOWN. */
export function pullRequestNumber(typed: string): number {
  const found = /^#?([1-9][0-9]{0,14})$/.exec(typed.trim())?.[1];
  if (found !== undefined) return Number(found);
  throw new ToolError('REVIEW_UNKNOWN', `"${typed}" is not the number of a pull request.`, {
    hint: 'Write its number alone: glidepath review open 42',
  });
}
