import type { EnvInput, EnvInputs } from '../definition/env-input.ts';
import type { EnvValue } from '../resolved.ts';
import type { AppScope } from './layers.ts';
import { named } from '../named.ts';

/** The variables of an app: those of every layer, later ones over earlier ones, and the URL of its database. */
export function resolveAppEnv(scope: AppScope): Record<string, EnvValue> {
  const env: Record<string, EnvValue> = {};
  const database = scope.app.database;
  const definition = database === undefined ? undefined : named(scope.project.databases, database);
  if (database !== undefined && definition !== undefined) {
    env[databaseVariable(definition)] = { kind: 'database-url', database };
  }
  for (const { settings } of scope.layers) Object.assign(env, resolveEnv(settings.env));
  return env;
}

/** Variables as written, with text made literal. */
export function resolveEnv(inputs: EnvInputs | undefined): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(inputs ?? {}).map(([name, input]) => [name, envValue(input)]));
}

/** The variable through which apps get the URL of a database. */
export function databaseVariable(definition: { readonly secret?: string }): string {
  return definition.secret ?? 'DATABASE_URL';
}

function envValue(input: EnvInput): EnvValue {
  return typeof input === 'string' ? { kind: 'literal', value: input } : input;
}
