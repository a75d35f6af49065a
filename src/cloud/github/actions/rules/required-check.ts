/** A check run or a status of a commit, with how far it is. */
export interface CheckSeen {
  readonly name: string;
  /** `null` while it runs. */
  readonly conclusion: string | null;
}

/** How a required check stands: only `passed` lets a pull request be merged. `expected`: nobody reported it yet. */
export type RequiredCheckState = 'passed' | 'failed' | 'pending' | 'expected';

const PASSED: ReadonlySet<string> = new Set(['success', 'skipped', 'neutral']);

/**
 * How a required check stands. A job that is skipped by its `if` reports success; one whose GitHub workflow never
 * ran (paths, branches, `[skip ci]`) reports nothing and stays expected. A check and a status of one name are both
 * required. docs: troubleshooting-required-status-checks.
 */
export function requiredCheckState(name: string, seen: readonly CheckSeen[]): RequiredCheckState {
  const named = seen.filter((check) => check.name === name);
  if (named.length === 0) return 'expected';
  if (named.some(({ conclusion }) => conclusion !== null && !PASSED.has(conclusion))) return 'failed';
  return named.some(({ conclusion }) => conclusion === null) ? 'pending' : 'passed';
}
