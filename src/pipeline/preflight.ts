import type { EnvValue, ResolvedEnvironment } from '../config/resolved.ts';
import { undeployableWords } from '../config/undeployable-words.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { migratedDatabases } from '../plan/steps/migrations-of.ts';

/**
 * Everything that would stop this deployment later and can be known now: collected, so that all of it is mended at
 * once and nothing was changed. Pure but for the look-up of secrets.
 */
export function preflight(
  environment: ResolvedEnvironment,
  hasSecret: (name: string) => boolean,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const app of environment.apps) {
    if (app.platform !== 'fly') {
      diagnostics.push({
        severity: 'error',
        code: 'PROVIDER_NOT_SUPPORTED',
        ...undeployableWords(app.name),
        path: `apps.${app.name}`,
      });
    }
  }
  diagnostics.push(...withoutBranches(environment));
  for (const [name, users] of missingSecrets(environment, hasSecret)) {
    diagnostics.push({
      severity: 'error',
      code: 'SECRET_MISSING',
      message: `The secret ${name} is not set; ${users.join(', ')} of ${environment.name} need${users.length === 1 ? 's' : ''} it.`,
      hint: `export ${name}=…`,
    });
  }
  return diagnostics;
}

/** The gate tries migrations on branches: a database that has none would only be refused once all is built. */
function withoutBranches({ name, gates, databases, apps }: ResolvedEnvironment): Diagnostic[] {
  if (!gates.some(({ kind }) => kind === 'safe-migrations')) return [];
  return migratedDatabases(databases, apps)
    .filter(({ database }) => database.provider === 'external')
    .map(({ database }) => ({
      severity: 'error',
      code: 'PROVIDER_NOT_SUPPORTED',
      message: `The gate safeMigrations() of ${name} tries migrations on a branch, but ${database.name} cannot have one: it is external.`,
      hint: 'Remove safeMigrations() from these gates, and lint the files in a check: glidepath db lint',
      path: `environments.${name}.gates`,
    }));
}

function missingSecrets(
  environment: ResolvedEnvironment,
  hasSecret: (name: string) => boolean,
): Map<string, string[]> {
  const missing = new Map<string, string[]>();
  const look = (values: Readonly<Record<string, EnvValue>>, user: string): void => {
    for (const value of Object.values(values)) {
      if (value.kind !== 'secret' || hasSecret(value.name)) continue;
      missing.set(value.name, [...new Set([...(missing.get(value.name) ?? []), user])]);
    }
  };
  for (const app of environment.apps) look(app.env, app.name);
  if (environment.smoke !== null) look(environment.smoke.env, 'the smoke test');
  for (const database of environment.databases) {
    if (database.provider !== 'external') continue;
    const names = [database.secret, ...(database.directSecret === null ? [] : [database.directSecret])];
    const values = names.map((name): [string, EnvValue] => [name, { kind: 'secret', name }]);
    look(Object.fromEntries(values), `database ${database.name}`);
  }
  return missing;
}
