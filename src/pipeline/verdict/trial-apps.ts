import type { EnvValue, ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';

/**
 * The apps that are tried together when a database is led elsewhere: those that use it, those by which they are asked,
 * and whatever of both has a database itself. No app that is tried may reach one that writes to a real database.
 */
export function appsToTry(environment: ResolvedEnvironment, database: string): readonly ResolvedApp[] {
  const { apps } = environment;
  const tried = new Set(apps.filter((app) => usesDatabase(app, database)).map(({ name }) => name));
  if (tried.size === 0) return [];
  const asked = (values: readonly EnvValue[]): readonly string[] =>
    values.flatMap((value) => (value.kind === 'url-of' || value.kind === 'public-url-of' ? [value.app] : []));
  const ofSmoke = asked(Object.values(environment.smoke?.env ?? {}));
  for (let size = 0; size !== tried.size;) {
    size = tried.size;
    for (const app of apps) {
      const names = asked(Object.values(app.env));
      const isAsked =
        ofSmoke.includes(app.name) ||
        apps.some((other) => tried.has(other.name) && asked(Object.values(other.env)).includes(app.name));
      if (names.some((name) => tried.has(name)) || (isAsked && databasesOf([app]).length > 0))
        tried.add(app.name);
    }
  }
  return apps.filter(({ name }) => tried.has(name));
}

/** Every database that these apps are given, by name. */
export function databasesOf(apps: readonly ResolvedApp[]): readonly string[] {
  const named = apps.flatMap((app) => [
    ...(app.database === null ? [] : [app.database]),
    ...Object.values(app.env).flatMap((value) => (value.kind === 'database-url' ? [value.database] : [])),
  ]);
  return [...new Set(named)];
}

function usesDatabase(app: ResolvedApp, database: string): boolean {
  return databasesOf([app]).includes(database);
}

/** Names of apps on Fly are names of hosts: 63 characters at most. */
const NAME_LENGTH_MAX = 63;

/** `shop-web-trial-mwqg8mrwya1`: by the time it was made, so that what outlived its process is known as such. */
export function trialName(platformName: string, id: string): string {
  const ending = `-trial-${id}`;
  return `${platformName.slice(0, NAME_LENGTH_MAX - ending.length).replace(/-+$/, '')}${ending}`;
}
