import type { CheckDefinition, ServiceDefinition } from '../definition/check-definition.ts';

/** One CI task: a shell command, and what it needs. */
export function check<const N extends string = never>(
  command: string,
  options: Omit<CheckDefinition<N>, 'command'> = {},
): CheckDefinition<N> {
  return { command, ...options };
}

/** A Postgres server beside a check, in `services`. */
export function postgres(options: { readonly version?: number } = {}): ServiceDefinition {
  return { service: 'postgres', ...options };
}
