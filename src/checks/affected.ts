import { matchesGlob } from './matches-glob.ts';

/** What a change is compared with: a commit, or why there is none. */
export type Base =
  | { readonly kind: 'commit'; readonly sha: string; readonly words: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Whether the checks are needed for a change, and why. */
export interface Affected {
  readonly isNeeded: boolean;
  /** One sentence. */
  readonly reason: string;
}

/**
 * Whether a change needs the checks: unless it touches nothing but what `ci.skip` names. `changed` is null where it
 * cannot be told what changed; then, as for an empty commit, they are needed.
 */
export function affected(skip: readonly string[], base: Base, changed: readonly string[] | null): Affected {
  if (base.kind === 'none') return { isNeeded: true, reason: `${base.reason}: everything is needed.` };
  if (changed === null)
    return { isNeeded: true, reason: `${base.words} cannot be compared with: everything is needed.` };
  if (changed.length === 0)
    return {
      isNeeded: true,
      reason: `No file differs from ${base.words}: whoever asks anyway wants the checks.`,
    };
  const files =
    changed.length === 1 ? 'The one file that differs' : `All ${changed.length} files that differ`;
  if (skip.length === 0)
    return {
      isNeeded: true,
      reason: `${changed.length} of the files differ from ${base.words}, and ci.skip names nothing.`,
    };
  const other = changed.find((path) => !skip.some((pattern) => matchesGlob(pattern, path)));
  if (other === undefined)
    return {
      isNeeded: false,
      reason: `${files} from ${base.words} match${changed.length === 1 ? 'es' : ''} ci.skip.`,
    };
  return { isNeeded: true, reason: `${other} differs from ${base.words}, and ci.skip does not name it.` };
}
