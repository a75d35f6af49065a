import type { ResolvedCheck } from '../config/resolved.ts';
import { lockFilesOf } from './inputs/lock-files.ts';
import { madeByChecks } from './inputs/made-by-checks.ts';
import { matchGlobs } from './inputs/match-globs.ts';

/**
 * The checks that a change touches: those that depend on one of the files, and all that need these, directly or through
 * others. Paths are from the directory of the config file; what checks make does not count.
 */
export function touchedChecks(
  all: readonly ResolvedCheck[],
  changed: readonly string[],
): ReadonlySet<string> {
  const isMade = madeByChecks(all);
  const paths = changed.filter((path) => !isMade(path));
  const known = new Set(paths);
  const touched = new Set<string>();
  for (const check of all) {
    const isInput = matchGlobs(check.inputs);
    const isTouched =
      paths.some(isInput) || lockFilesOf(check.directory, (path) => known.has(path)).length > 0;
    if (isTouched) touched.add(check.name);
  }
  // Until nobody is added any more: each round takes in those that need somebody who is there.
  for (let size = -1; size !== touched.size;) {
    size = touched.size;
    for (const { name, needs } of all) if (needs.some((need) => touched.has(need))) touched.add(name);
  }
  return touched;
}
