import { matchesRefPattern } from './ref-pattern.ts';

/** Whether a whole ref is among those that a ruleset is for. */
export function refMatches(
  ref: string,
  { include, exclude }: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  defaultBranch: string,
): boolean {
  const matches = (pattern: string): boolean => {
    if (pattern === '~ALL') return true;
    if (pattern === '~DEFAULT_BRANCH') return ref === `refs/heads/${defaultBranch}`;
    return matchesRefPattern(pattern, ref);
  };
  return include.some(matches) && !exclude.some(matches);
}
