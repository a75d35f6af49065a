import type { EnvironmentDefinition, TriggerDefinition } from '../definition/environment-definition.ts';

/** What an environment listens to, always as a list. */
export function triggersOf(environment: EnvironmentDefinition): readonly TriggerDefinition[] {
  const { on } = environment;
  if (on === undefined) return [];
  return 'kind' in on ? [on] : on;
}

/** What kind of environment it is: told by what it listens to. */
export function environmentKind(environment: EnvironmentDefinition): 'standing' | 'review' | 'test' {
  if (environment.kind === 'test') return 'test';
  return triggersOf(environment).some((trigger) => trigger.kind === 'pull-request') ? 'review' : 'standing';
}
