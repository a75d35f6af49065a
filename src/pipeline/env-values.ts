import type { EnvValue, ResolvedApp, ResolvedDatabase, ResolvedEnvironment } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { PlatformWork } from '../providers/app-platform.ts';
import { assert, unreachable } from '../util/assert.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** The variables of an app: what may be seen, and what is sent as a secret. */
export interface AppVariables {
  readonly env: Record<string, string>;
  readonly secrets: Record<string, string>;
}

/** Resolves an app's variables: addresses are asked of the platform, secrets read from this process. */
export async function appVariables(
  deps: PipelineDeps,
  environment: ResolvedEnvironment,
  app: ResolvedApp,
  work: PlatformWork,
): Promise<AppVariables> {
  const env: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(app.env)) {
    const text = await resolveValue(deps, environment, value, work);
    (isSecret(value) ? secrets : env)[name] = text;
  }
  return { env, secrets };
}

/** What a command of the project that runs here needs to say, or decide, for whom it works; apps get the same. */
export function ownVariables(input: {
  readonly environment: Pick<ResolvedEnvironment, 'name'>;
  readonly commit: string;
}): Record<string, string> {
  return { GLIDEPATH_ENVIRONMENT: input.environment.name, GLIDEPATH_COMMIT: input.commit };
}

/** Whether a value must be sent as a platform secret. */
function isSecret(value: EnvValue): boolean {
  return value.kind === 'secret' || value.kind === 'database-url';
}

/** One value as text. Throws SECRET_MISSING for a secret that is not set. */
export async function resolveValue(
  deps: PipelineDeps,
  environment: ResolvedEnvironment,
  value: EnvValue,
  work: PlatformWork,
): Promise<string> {
  switch (value.kind) {
    case 'literal':
      return value.value;
    case 'url-of': {
      const app = appNamed(environment, value.app);
      return deps.platformOf(app).privateUrl(app.platformName);
    }
    case 'public-url-of': {
      const app = appNamed(environment, value.app);
      return deps.platformOf(app).publicUrl(app.platformName);
    }
    case 'database-url': {
      const database = databaseNamed(environment, value.database);
      return databaseUrl(deps, database, work.signal);
    }
    case 'secret':
      return requireSecret(deps, value.name, environment.name);
    default:
      return unreachable(value);
  }
}

/** The URL of a database for apps: looked up each time, never journaled, for it holds a password. */
export async function databaseUrl(
  deps: PipelineDeps,
  database: ResolvedDatabase,
  signal: AbortSignal,
): Promise<string> {
  const { url } = await deps.databasePlatformOf(database).address(database, { use: 'app' }, signal);
  return url;
}

/** Its URL past any pooler, as it is reached from where Glidepath runs. */
export async function urlFromHere(
  deps: PipelineDeps,
  database: ResolvedDatabase,
  signal: AbortSignal,
): Promise<string> {
  const platform = deps.databasePlatformOf(database);
  const { url, outsideUrl } = await platform.address(database, { use: 'direct' }, signal);
  return outsideUrl ?? url;
}

function requireSecret(deps: PipelineDeps, name: string, environment: string): string {
  const value = deps.secret(name);
  if (value === undefined || value === '') {
    throw new ToolError('SECRET_MISSING', `The secret ${name} that ${environment} needs is not set.`, {
      hint: `Set it in the environment of this command: export ${name}=…`,
    });
  }
  return value;
}

/** The app of that name; the config was validated, so it is there. */
export function appNamed(environment: ResolvedEnvironment, name: string): ResolvedApp {
  const app = environment.apps.find((candidate) => candidate.name === name);
  assert(app !== undefined, `no app ${name} in ${environment.name}`);
  return app;
}

/** The database of that name, likewise. */
export function databaseNamed(environment: ResolvedEnvironment, name: string): ResolvedDatabase {
  const database = environment.databases.find((candidate) => candidate.name === name);
  assert(database !== undefined, `no database ${name} in ${environment.name}`);
  return database;
}
