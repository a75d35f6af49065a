import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HeldResult } from '../../../checks/held/held-result.ts';
import type { HeldResults } from '../../../checks/held/held-results.ts';
import { namesIn, namesText } from '../../../checks/inputs/directory-names.ts';
import type { ResolvedCheck } from '../../../config/resolved.ts';
import type { Memo } from './memo.ts';
import type { RecalledMemo } from './recall-memo.ts';

/** A check whose outputs are gone, and what its result was. */
export interface GoneOutputs {
  readonly check: ResolvedCheck;
  readonly held: HeldResult;
}

/**
 * The checks whose outputs are gone, where that is all that is different from what the memo has; null where anything else
 * is. `claims` is the directory in which runs tell each other what they work on.
 */
export function goneOutputs(
  { memo, changed }: RecalledMemo,
  held: Pick<HeldResults, 'last' | 'watched'>,
  claims: string,
): readonly GoneOutputs[] | null {
  const different = new Set(changed);
  const gone: GoneOutputs[] = [];
  const absent = new Set<string>();
  for (const [index, { check }] of memo.plan.selected.entries()) {
    const wanted = memo.held[index];
    if (wanted === undefined || !isSameResult(held.last(check.name), wanted)) return null;
    const missing = (held.watched(check.name) ?? []).filter((path) => different.has(path) && !isThere(path));
    if (missing.length === 0) continue;
    // What it leaves is in no cache.
    if (check.leaves.length > 0) return null;
    gone.push({ check, held: wanted });
    for (const path of missing) absent.add(path);
  }
  const missingWays = waysTo(absent);
  const isExplained = (path: string): boolean => {
    if (absent.has(path)) return true;
    if (path === claims) return isEmpty(path);
    return isThere(path) && hasOnlyLost(memo.names[path], path, missingWays);
  };
  return changed.every(isExplained) ? gone : null;
}

function isSameResult(now: HeldResult | null, before: HeldResult): boolean {
  return now?.key === before.key && now.result === before.result;
}

/** The paths and everything above them: what may be missing with them. */
function waysTo(paths: ReadonlySet<string>): ReadonlySet<string> {
  const ways = new Set<string>();
  for (const path of paths)
    for (let at = path; !ways.has(at) && at !== dirname(at); at = dirname(at)) ways.add(at);
  return ways;
}

/** Whether a directory has nothing that it had not, and has lost only what leads to outputs that are gone. */
function hasOnlyLost(
  before: Memo['names'][string] | undefined,
  path: string,
  ways: ReadonlySet<string>,
): boolean {
  if (before === undefined) return false;
  const text = namesText(path);
  if (text === before) return true;
  const kinds = new Map(namesIn(before).map(({ name, kind }) => [name, kind]));
  for (const { name, kind } of namesIn(text)) {
    if (kinds.get(name) !== kind) return false;
    kinds.delete(name);
  }
  return [...kinds.keys()].every((name) => ways.has(join(path, name)));
}

/** A directory that is gone was not there for long. */
function isEmpty(directory: string): boolean {
  return !isThere(directory) || readdirSync(directory).length === 0;
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A file lies where a directory was.
    return false;
  }
}
