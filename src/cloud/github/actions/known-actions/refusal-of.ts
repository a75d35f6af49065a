import type { UsesStep } from '../model/workflow.ts';
import { doubtOf, refusedRef } from './action-versions.ts';
import { KNOWN_ACTIONS } from './known-actions.ts';

type RepositoryAction = Extract<UsesStep['uses'], { kind: 'repository' }>;

/**
 * Why a step that uses an action of another repository is not carried out, with its code and what to do; null when it
 * is. `given`: its inputs by lower-case name, as far as they are known.
 */
export function refusalOf(
  { name, ref }: RepositoryAction,
  given: Readonly<Record<string, string>>,
): string | null {
  const action = KNOWN_ACTIONS[name];
  if (action === undefined)
    return refusal(
      `the local GitHub does not carry out ${name}@${ref}`,
      'Write it as a run step, or as an action of the repository itself (uses: ./.github/actions/NAME).',
    );
  const refused = refusedRef(name, ref, action.versions);
  if (refused !== null) return refusal(refused.why, refused.hint);
  const asked = action.refuses?.(given) ?? null;
  if (asked === null) return null;
  return refusal(
    `the local GitHub does not carry out ${name} with ${asked}`,
    'Leave it out, or do it in a run step.',
  );
}

/** What a step's version is taken for, where that is a guess; null where it is none. */
export function doubtOfAction({ name, ref }: RepositoryAction): string | null {
  const action = KNOWN_ACTIONS[name];
  return action === undefined ? null : doubtOf(name, ref, action.versions);
}

/** How everything that is not carried out is told of. */
export function refusal(why: string, hint: string): string {
  return `WORKFLOW_UNSUPPORTED: ${why} → ${hint}`;
}
