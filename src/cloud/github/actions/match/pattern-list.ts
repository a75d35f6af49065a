import type { PatternFilter } from '../model/trigger.ts';
import { globMatches } from './glob.ts';

/** The first so many changed files are looked at. docs: workflow-syntax, "Git diff comparisons". */
const CHANGED_FILES_MAX = 300;

/**
 * Whether a list of patterns takes a name: the last that matches decides, `!` takes it out again. A list of negative
 * patterns alone takes nothing.
 */
export function listTakes(patterns: readonly string[], text: string): boolean {
  let isTaken = false;
  for (const pattern of patterns) {
    const isNegative = pattern.startsWith('!');
    if (globMatches(isNegative ? pattern.slice(1) : pattern, text)) isTaken = !isNegative;
  }
  return isTaken;
}

/** Whether a branch or a tag, a bare name, gets through `branches`, `branches-ignore` and the like. */
export function nameGetsThrough(filter: PatternFilter | undefined, name: string): boolean {
  if (filter === undefined) return true;
  return listTakes(filter.patterns, name) === (filter.mode === 'include');
}

/**
 * Whether changed files get through `paths` or `paths-ignore`: one of them must be taken by `paths`, or not be ignored.
 * Files that cannot be told (no diff to be had) always get through; no changed file at all never does.
 */
export function filesGetThrough(
  filter: PatternFilter | undefined,
  files: readonly string[] | undefined,
): boolean {
  if (filter === undefined || files === undefined) return true;
  return files.slice(0, CHANGED_FILES_MAX).some((file) => nameGetsThrough(filter, file));
}
