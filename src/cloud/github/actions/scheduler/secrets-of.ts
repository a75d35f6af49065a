import type { GithubContext } from '../../github-context.ts';
import type { EnvironmentRecord } from '../../protection-records.ts';
import type { RepositoryRecord } from '../../records.ts';

/** The variables of a repository and its owner. */
export function variablesOf(github: GithubContext, repository: RepositoryRecord): Record<string, string> {
  return {
    ...variablesOfScope(github, `org:${repository.owner}`),
    ...variablesOfScope(github, `repo:${repository.id}`),
  };
}

/** The variables of one scope: `env:ID`, `repo:ID`, `org:LOGIN`. */
export function variablesOfScope({ state }: GithubContext, scope: string): Record<string, string> {
  return Object.fromEntries(
    state.all('variables').flatMap((one) => (one.scope === scope ? [[one.name, one.value]] : [])),
  );
}

/** The secrets of a repository and its owner, and those of an environment, opened. */
export async function openSecrets(
  { state, secretBox }: GithubContext,
  repository: RepositoryRecord,
  environment: EnvironmentRecord | null,
): Promise<{
  readonly repository: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}> {
  const of = async (scope: string): Promise<Record<string, string>> => {
    const opened: Record<string, string> = {};
    for (const one of state.all('secrets')) {
      if (one.scope !== scope) continue;
      const value = await secretBox.open(one.sealed);
      if (value !== null) opened[one.name] = value;
    }
    return opened;
  };
  return {
    repository: { ...(await of(`org:${repository.owner}`)), ...(await of(`repo:${repository.id}`)) },
    environment: environment === null ? {} : await of(`env:${environment.id}`),
  };
}
