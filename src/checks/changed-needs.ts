import type { ResolvedCheck } from '../config/resolved.ts';
import type { ChangedNeeds } from './check-memory.ts';
import type { HeldResults } from './held/held-results.ts';
import { resultDigest } from './key/result-digest.ts';
import { resultNeeds } from './result-needs.ts';

/** Where the needs lie. */
export interface NeedsPlace {
  /** The checkout, absolute. */
  readonly root: string;
  /** Every check of the project. */
  readonly checks: readonly ResolvedCheck[];
  readonly held: HeldResults;
  /** Whether the result of a check was remembered in this run: only then can it be compared. */
  readonly isKnown: (name: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks at the outputs of what a check needs, once it has run: git ignores them, so that nobody else looks. `made` are the
 * results that it ran with. What was only touched is no change. Costs an `lstat` for each output.
 */
export function changedNeeds(
  { root, checks, held, isKnown, signal }: NeedsPlace,
  check: ResolvedCheck,
  made: ReadonlyMap<string, string>,
): ChangedNeeds {
  const paths: string[] = [];
  const makers: string[] = [];
  const remade: string[] = [];
  held.refresh();
  for (const name of Object.keys(resultNeeds(check, checks, made))) {
    const need = checks.find((each) => each.name === name);
    if (need === undefined || need.outputs.length === 0 || !isKnown(name)) continue;
    const last = held.last(name);
    if (last === null || last.result !== made.get(name)) {
      remade.push(name);
      continue;
    }
    const different = held.different(need);
    if (different.length === 0 || resultDigest(root, need, last.key, signal) === last.result) continue;
    paths.push(...different);
    makers.push(name);
  }
  return { paths: paths.sort(), makers, remade };
}
