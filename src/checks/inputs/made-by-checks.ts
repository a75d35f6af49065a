import type { ResolvedCheck } from '../../config/resolved.ts';
import { globParts } from './glob-parts.ts';
import { matchGlob, matchGlobs, type PathMatcher } from './match-globs.ts';

/** Where Glidepath keeps what it knows of a project, from its root. */
const STATE_DIRECTORY = '.glidepath';

/** The globs of all that a check makes: outputs, leaves and reports. */
export function madeGlobs({ outputs, leaves, reports }: ResolvedCheck): readonly string[] {
  return [...outputs, ...leaves, ...reportGlobs(reports)];
}

/** The globs of the reports of a check. */
export function reportGlobs(reports: ResolvedCheck['reports']): readonly string[] {
  return [...reports.junit, ...reports.coverage, ...reports.sarif, ...reports.sbom];
}

const compiled = new WeakMap<readonly ResolvedCheck[], PathMatcher>();

/**
 * Whether a path is made by one of the checks, or by Glidepath itself: never an input. Asked for every file of the project,
 * so that globs are looked up by the directory they are about.
 */
export function madeByChecks(checks: readonly ResolvedCheck[]): PathMatcher {
  const known = compiled.get(checks);
  if (known !== undefined) return known;
  const byBase = new Map<string, PathMatcher[]>([[STATE_DIRECTORY, [() => true]]]);
  for (const check of checks) {
    const globs = madeGlobs(check);
    const negatives = matchGlobs(['**', ...globs.filter((glob) => glob.startsWith('!'))]);
    for (const glob of globs) {
      const parts = globParts(glob);
      if (parts.isNegative) continue;
      const matches = matchGlob(parts);
      const matchers = byBase.get(parts.base) ?? [];
      matchers.push((path) => matches(path) && negatives(path));
      byBase.set(parts.base, matchers);
    }
  }
  const matcher: PathMatcher = (path) => {
    for (let end = path.length; end !== -1; end = path.lastIndexOf('/', end - 1)) {
      if (byBase.get(path.slice(0, end))?.some((matches) => matches(path)) === true) return true;
    }
    return byBase.get('')?.some((matches) => matches(path)) === true;
  };
  compiled.set(checks, matcher);
  return matcher;
}
