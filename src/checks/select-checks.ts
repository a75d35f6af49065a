import { nameHint } from '../config/did-you-mean.ts';
import type { ResolvedCheck } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';

/** Which checks are asked for. */
export interface CheckSelection {
  /** By name; null: all. */
  readonly only: readonly string[] | null;
  /** Leaves out what says `fast: false`. */
  readonly isFast: boolean;
  /** Leaves out what a change does not touch, with the reason to be told; null or left out: nothing is. */
  readonly touched?: { readonly names: ReadonlySet<string>; readonly otherwise: string } | null;
}

/** One check that is to run. */
export interface SelectedCheck {
  readonly check: ResolvedCheck;
  /** Those it makes files for; none where it is asked for itself. */
  readonly preparesFor: readonly string[];
  /** Those of the selected that end before it begins: its needs, and what stands behind a need that is left out. */
  readonly after: readonly string[];
}

/** What runs, in an order in which each comes after its needs, and what does not. */
export interface CheckPlan {
  readonly selected: readonly SelectedCheck[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The checks that are asked for, and before them those of their needs that make files. A need that only says whether
 * something holds is not run again: who asks for one check alone has had the others run elsewhere, or does not want
 * them now. Needs are followed all the way, so that what prepares is found behind what does not. Throws CHECK_UNKNOWN.
 */
export function selectChecks(all: readonly ResolvedCheck[], selection: CheckSelection): CheckPlan {
  const { only } = selection;
  for (const name of only ?? []) requireCheck(all, name);
  const isWanted = (check: ResolvedCheck): boolean => whyLeftOut(check, selection) === null;
  const wanted = all.filter(isWanted);
  const taken = inOrderOfNeeds(all).flatMap((check) => {
    if (isWanted(check)) return [{ check, preparesFor: [] }];
    const users = wanted.filter((user) => check.prepares && needsOf(all, user).has(check.name));
    return users.length === 0 ? [] : [{ check, preparesFor: users.map(({ name }) => name) }];
  });
  const isSelected = new Set(taken.map(({ check }) => check.name));
  const selected = taken.map((each) => ({ ...each, after: selectedBefore(all, each.check, isSelected) }));
  const leftOut = all.flatMap((check) => {
    const reason = isSelected.has(check.name) ? null : whyLeftOut(check, selection);
    return reason === null ? [] : [{ name: check.name, reason }];
  });
  return { selected, leftOut };
}

/** Null for what is wanted. What is named is wanted also where it takes long. */
function whyLeftOut({ name, fast }: ResolvedCheck, { only, isFast, touched }: CheckSelection): string | null {
  if (only !== null && !only.includes(name)) return 'not selected (--only)';
  if (only === null && isFast && !fast) return 'not fast (--fast)';
  if (touched === undefined || touched === null || touched.names.has(name)) return null;
  return touched.otherwise;
}

/** Every check after its needs, else in the order written. */
export function inOrderOfNeeds(all: readonly ResolvedCheck[]): readonly ResolvedCheck[] {
  const ordered = new Set<ResolvedCheck>();
  const visit = (check: ResolvedCheck): void => {
    if (ordered.has(check)) return;
    for (const name of check.needs) {
      const need = all.find((other) => other.name === name);
      if (need !== undefined) visit(need);
    }
    ordered.add(check);
  };
  for (const check of all) visit(check);
  return [...ordered];
}

function selectedBefore(
  all: readonly ResolvedCheck[],
  check: ResolvedCheck,
  isSelected: ReadonlySet<string>,
): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (needs: readonly string[]): void => {
    for (const name of needs) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (isSelected.has(name)) found.add(name);
      else visit(all.find((other) => other.name === name)?.needs ?? []);
    }
  };
  visit(check.needs);
  return [...found];
}

/** The names of all that a check waits for, directly or through others. */
function needsOf(all: readonly ResolvedCheck[], check: ResolvedCheck): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = ({ needs }: ResolvedCheck): void => {
    for (const name of needs) {
      if (found.has(name)) continue;
      found.add(name);
      const need = all.find((other) => other.name === name);
      if (need !== undefined) visit(need);
    }
  };
  visit(check);
  return found;
}

function requireCheck(all: readonly ResolvedCheck[], name: string): void {
  if (all.some((check) => check.name === name)) return;
  const names = all.map((check) => check.name);
  throw new ToolError('CHECK_UNKNOWN', `There is no check "${name}".`, {
    hint:
      names.length === 0
        ? 'The project has no checks: add some to ci.checks'
        : nameHint(name, names, 'checks'),
  });
}
