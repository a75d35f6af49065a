import type { GithubContext } from '../github-context.ts';
import { GithubApiError } from '../github-error.ts';
import type { GithubPlan } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';

/** What its owner pays for. */
export function planOf({ state }: GithubContext, repository: RepositoryRecord): GithubPlan {
  return state.account(repository.owner)?.plan ?? 'free';
}

/**
 * What a private repository may have only on some plans; a public one has all of it on every plan
 * (github-actions.md §1.4).
 */
const NEEDS: Readonly<Record<'reviewers' | 'environment-settings' | 'rules', readonly GithubPlan[]>> = {
  reviewers: ['enterprise'],
  'environment-settings': ['pro', 'team', 'enterprise'],
  rules: ['pro', 'team', 'enterprise'],
};

/** Whether the plan of a repository's owner includes something. */
export function planAllows(
  context: GithubContext,
  repository: RepositoryRecord,
  what: keyof typeof NEEDS,
): boolean {
  return !repository.isPrivate || NEEDS[what].includes(planOf(context, repository));
}

/** Throws the API's 403 where the plan does not include what is asked for. */
export function requirePlan(
  context: GithubContext,
  repository: RepositoryRecord,
  what: 'environment-settings' | 'rules',
): void {
  if (!planAllows(context, repository, what))
    throw new GithubApiError(
      403,
      'Upgrade to GitHub Pro or make this repository public to enable this feature.',
    );
}

/** Throws the API's 422 for protection of an environment that the plan does not include. */
export function requireProtectionPlan(
  context: GithubContext,
  repository: RepositoryRecord,
  rule: 'required reviewers' | 'wait timer' | 'branch policy',
): void {
  const what = rule === 'branch policy' ? 'environment-settings' : 'reviewers';
  if (!planAllows(context, repository, what))
    throw new GithubApiError(
      422,
      `Failed to create the environment protection rule. Please ensure the billing plan supports the ${rule} protection rule.`,
    );
}
