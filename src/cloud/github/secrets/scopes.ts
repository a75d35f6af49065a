import type { GithubContext } from '../github-context.ts';
import type { EnvironmentRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';

/** Where a secret or a variable belongs, as it is kept. */
export function repositoryScope({ id }: RepositoryRecord): string {
  return `repo:${id}`;
}

export function environmentScope({ id }: EnvironmentRecord): string {
  return `env:${id}`;
}

export function organizationScope(login: string): string {
  return `org:${login.toLowerCase()}`;
}

/** Values by name. */
export type Values = Readonly<Record<string, string>>;

/** The secrets that a job sees, in clear: of the organization, of the repository, of its environment; the nearest wins. */
export async function secretsFor(
  context: GithubContext,
  repository: RepositoryRecord,
  environment: EnvironmentRecord | null,
): Promise<Values> {
  const values: Record<string, string> = {};
  for (const scope of scopesOf(repository, environment))
    for (const secret of context.state.all('secrets'))
      if (secret.scope === scope) {
        const value = await context.secretBox.open(secret.sealed);
        if (value !== null) values[secret.name] = value;
      }
  return values;
}

/** The variables that a job sees, by the same order. */
export function variablesFor(
  context: GithubContext,
  repository: RepositoryRecord,
  environment: EnvironmentRecord | null,
): Values {
  const all = context.state.all('variables');
  return Object.fromEntries(
    scopesOf(repository, environment).flatMap((scope) =>
      all.filter((one) => one.scope === scope).map(({ name, value }) => [name, value]),
    ),
  );
}

function scopesOf(repository: RepositoryRecord, environment: EnvironmentRecord | null): readonly string[] {
  return [
    organizationScope(repository.owner),
    repositoryScope(repository),
    ...(environment === null ? [] : [environmentScope(environment)]),
  ];
}
