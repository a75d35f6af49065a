import type { GithubContext } from './github-context.ts';
import type { BranchPolicyRecord, EnvironmentRecord } from './protection-records.ts';
import type { RepositoryRecord } from './records.ts';

/** The environment of a name, whatever the case it is written in; null when there is none. */
export function findEnvironment(
  { state }: GithubContext,
  repository: RepositoryRecord,
  name: string,
): EnvironmentRecord | null {
  const wanted = name.toLowerCase();
  return state.of('environments', repository.id).find((one) => one.name.toLowerCase() === wanted) ?? null;
}

/** The environment of a name; made without any protection if there is none, as GitHub does when a job names one. */
export function ensureEnvironment(
  context: GithubContext,
  repository: RepositoryRecord,
  name: string,
): EnvironmentRecord {
  const { state, clock } = context;
  const now = clock.now();
  return (
    findEnvironment(context, repository, name) ??
    state.save('environments', {
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
    })
  );
}

/** Which branches and tags may deploy to an environment whose policy is `custom`. */
export function branchPoliciesOf(
  { state }: GithubContext,
  environment: EnvironmentRecord,
): readonly BranchPolicyRecord[] {
  return state.all('branch_policies').filter(({ environmentId }) => environmentId === environment.id);
}

/** Removes an environment with its secrets, variables and policies. */
export function removeEnvironment(context: GithubContext, environment: EnvironmentRecord): void {
  const { state } = context;
  const scope = `env:${environment.id}`;
  state.together(() => {
    for (const policy of branchPoliciesOf(context, environment)) state.remove('branch_policies', policy.id);
    for (const table of ['secrets', 'variables'] as const)
      for (const one of state.all(table)) if (one.scope === scope) state.remove(table, one.id);
    state.remove('environments', environment.id);
  });
}
