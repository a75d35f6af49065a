/** A check run or a status of a commit, with how far it is. */
export interface CheckSeen {
  readonly name: string;
  /** `null` while it runs. */
  readonly conclusion: string | null;
}

/** Whether a required check lets a pull request be merged. */
export type RequiredCheckState = 'success' | 'failure' | 'pending';

const GOOD: readonly string[] = ['success', 'skipped', 'neutral'];

/**
 * Whether a required check holds. A job that is skipped by its `if` reports success; one whose GitHub workflow never
 * ran (paths, branches, `[skip ci]`) reports nothing and stays pending. A check and a status of one name are both
 * required. docs: troubleshooting-required-status-checks.
 */
export function requiredCheckState(name: string, seen: readonly CheckSeen[]): RequiredCheckState {
  const named = seen.filter((check) => check.name === name);
  if (named.some(({ conclusion }) => conclusion !== null && !GOOD.includes(conclusion))) return 'failure';
  if (named.length === 0 || named.some(({ conclusion }) => conclusion === null)) return 'pending';
  return 'success';
}
