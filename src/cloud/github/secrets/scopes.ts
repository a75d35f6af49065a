import type { EnvironmentRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';

/** Where a secret or a variable belongs, as it is kept. */
export function repositoryScope({ id }: RepositoryRecord): string {
  return `repo:${id}`;
}

export function environmentScope({ id }: EnvironmentRecord): string {
  return `env:${id}`;
}
