import type { EnvValue, ResolvedApp, ResolvedDatabase, ResolvedEnvironment } from './resolved.ts';

/** A secret that a deployment to an environment reads where Glidepath runs, and for what. */
export interface EnvironmentSecret {
  readonly name: string;
  /** `token of Fly`, `variable of web`: for people. */
  readonly purpose: string;
  /** It opens a platform or a database; else it is only passed on to an app, a build or the smoke test. */
  readonly isKey: boolean;
}

/** Every secret of an environment, each once, tokens first: what its jobs get by name, and nothing else. */
export function environmentSecrets(environment: ResolvedEnvironment): readonly EnvironmentSecret[] {
  const all = [
    ...environment.apps.flatMap(platformSecrets),
    ...environment.databases.flatMap(databaseSecrets),
    ...environment.apps.flatMap(appSecrets),
    ...namesIn(environment.smoke?.env ?? {}).map((name) => ({
      name,
      purpose: 'variable of the smoke test',
      isKey: false,
    })),
  ];
  const seen = new Map<string, EnvironmentSecret>();
  for (const secret of all) if (!seen.has(secret.name)) seen.set(secret.name, secret);
  return [...seen.values()];
}

function platformSecrets(app: ResolvedApp): EnvironmentSecret[] {
  if (app.platform === 'fly')
    return [{ name: app.token, purpose: `token of Fly for ${app.org}`, isKey: true }];
  return [
    { name: app.token, purpose: 'token of Vercel', isKey: true },
    { name: app.orgId, purpose: 'id of the organization on Vercel', isKey: true },
    { name: app.projectId, purpose: 'id of the project on Vercel', isKey: true },
  ];
}

function databaseSecrets(database: ResolvedDatabase): EnvironmentSecret[] {
  const { token, provider, name, directSecret } = database;
  if (provider === 'external') {
    return [
      { name: database.secret, purpose: `address of the database ${name}`, isKey: true },
      ...(directSecret === null
        ? []
        : [{ name: directSecret, purpose: `address of the database ${name}, past its pooler`, isKey: true }]),
    ];
  }
  const platform = provider === 'neon' ? 'Neon' : 'Fly';
  return token === null ? [] : [{ name: token, purpose: `token of ${platform}`, isKey: true }];
}

function appSecrets(app: ResolvedApp): EnvironmentSecret[] {
  const ofBuild = app.platform === 'fly' ? app.build.secrets : [];
  return [
    ...namesIn(app.env).map((name) => ({ name, purpose: `variable of ${app.name}`, isKey: false })),
    ...ofBuild.map((name) => ({ name, purpose: `for the build of ${app.name}`, isKey: false })),
  ];
}

function namesIn(env: Readonly<Record<string, EnvValue>>): string[] {
  return Object.values(env).flatMap((value) => (value.kind === 'secret' ? [value.name] : []));
}
