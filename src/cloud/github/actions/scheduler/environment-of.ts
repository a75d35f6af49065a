import type { GithubContext } from '../../github-context.ts';
import type { EnvironmentRecord } from '../../protection-records.ts';
import type { RepositoryRecord } from '../../records.ts';
import { rulesOf } from '../../rules/rules-of.ts';
import type { EnvironmentRules } from '../model/environment.ts';

/** The rules of an environment, with teams as the people in them. */
export function rulesOfEnvironment(
  { state }: GithubContext,
  environment: EnvironmentRecord,
): EnvironmentRules {
  const people = environment.reviewers.flatMap(({ type, id }) => {
    if (type === 'User')
      return state
        .all('accounts')
        .filter((one) => one.id === id)
        .map(({ login }) => login);
    return state.all('teams').find((one) => one.id === id)?.members ?? [];
  });
  const policies = state.all('branch_policies').filter((one) => one.environmentId === environment.id);
  return {
    refs:
      environment.branches === 'any'
        ? 'all'
        : environment.branches === 'protected'
          ? 'protected'
          : policies.map(({ type, name }) => ({ type, pattern: name })),
    reviewers: [...new Set(people)],
    preventSelfReview: environment.preventsSelfReview,
    waitTimerMinutes: environment.waitTimerMinutes,
  };
}

/** Whether a ref is one that rules protect. */
export function isProtected(context: GithubContext, repository: RepositoryRecord, ref: string): boolean {
  return ref.startsWith('refs/heads/') && rulesOf(context, repository, ref).length > 0;
}
