import type { ResolvedCheck } from '../config/resolved.ts';
import { PASSED } from './key/result-digest.ts';

/**
 * The results that a check depends on, by name: of its needs, and behind a need that makes no files of what that needs,
 * for then the files come from there. `made` are results that are known; a need that makes nothing has passed where it
 * was left out, so that a check alone has the key that it has among all.
 */
export function resultNeeds(
  check: Pick<ResolvedCheck, 'needs'>,
  all: readonly ResolvedCheck[],
  made: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const byName = new Map(all.map((each) => [each.name, each]));
  const found: Record<string, string> = {};
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const need = byName.get(name);
      if (need === undefined || Object.hasOwn(found, name)) continue;
      const makesNothing = need.outputs.length === 0 && need.leaves.length === 0;
      const result = made.get(name) ?? (makesNothing ? PASSED : null);
      if (result !== null) found[name] = result;
      if (makesNothing) visit(need.needs);
    }
  };
  visit(check.needs);
  return found;
}
