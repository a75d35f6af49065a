import type { GithubContext } from '../../github-context.ts';
import type { EnvironmentRecord } from '../../protection-records.ts';
import type { RepositoryRecord } from '../../records.ts';
import { rulesOf } from '../../rules/rules-of.ts';
import type { EnvironmentRules } from '../model/environment.ts';

/** The environment of that name. One that is not there is made, without any rule, as on GitHub. */
export function ensureEnvironment(
  { state, clock }: GithubContext,
  repository: RepositoryRecord,
  name: string,
): EnvironmentRecord {
  const known = state
    .of('environments', repository.id)
    .find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  const now = clock.now();
  return state.save('environments', {
    id: state.nextId(),
    repositoryId: repository.id,
    name,
    waitTimerMinutes: 0,
    preventsSelfReview: false,
    reviewers: [],
    branches: 'any',
    canAdminsBypass: true,
    createdAt: now,
    updatedAt: now,
  });
}

/** Its rules, with teams as the people in them. */
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
