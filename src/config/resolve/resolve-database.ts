import type {
  DatabaseDefinition,
  DatabaseMigrationDefinition,
  DatabaseOverrides,
  FlyPostgresDefinition,
  NeonDefinition,
} from '../definition/database-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedDatabase, ResolvedFlyApp, ResolvedMigration } from '../resolved.ts';
import { environmentKind } from './environment-kind.ts';
import { FLY_DEFAULTS, MIGRATION_TIMEOUT_MS } from './fly-defaults.ts';
import { parseDuration } from './parse-duration.ts';
import { parseMemory } from './parse-memory.ts';
import { expandTemplate } from './platform-name.ts';
import { databaseVariable } from './resolve-env.ts';
import { named } from '../named.ts';
import { unreachable } from '../../util/assert.ts';

/** One database and the environment it is resolved in. */
export interface DatabaseScope {
  readonly project: ProjectDefinition;
  readonly environmentName: string;
  readonly environment: ProjectDefinition['environments'][string];
  readonly name: string;
}

/** One database in one environment, whole. `flyApps` are those of the environment: the first decides the region. */
export function resolveDatabase(
  scope: DatabaseScope,
  definition: DatabaseDefinition,
  flyApps: readonly ResolvedFlyApp[],
): ResolvedDatabase {
  const overrides = overridesOf(scope);
  const isReview = environmentKind(scope.environment) === 'review';
  const ephemeral = definition.provider !== 'external' && (overrides.ephemeral ?? isReview);
  const base = {
    name: scope.name,
    secret: databaseVariable(definition),
    ephemeral,
    migrate: resolveMigration(definition.migrate),
  };
  switch (definition.provider) {
    case 'fly-postgres':
      return { ...base, ...flyPostgresPart(scope, definition, overrides, flyApps, ephemeral) };
    case 'neon':
      return { ...base, ...neonPart(scope, definition, overrides) };
    case 'external':
      return { ...base, provider: 'external', ...NOWHERE, sleep: 'never' };
    default:
      return unreachable(definition);
  }
}

type PlatformPart = Omit<ResolvedDatabase, 'name' | 'secret' | 'ephemeral' | 'migrate'>;

const NOWHERE = {
  platformName: null,
  project: null,
  org: null,
  token: null,
  region: null,
  memoryMb: null,
} as const;

function flyPostgresPart(
  scope: DatabaseScope,
  definition: FlyPostgresDefinition,
  overrides: DatabaseOverrides,
  flyApps: readonly ResolvedFlyApp[],
  ephemeral: boolean,
): PlatformPart {
  const memory = overrides.memory ?? definition.memory;
  const account = { ...scope.project.fly, ...scope.environment.fly };
  const isOnly = Object.keys(scope.project.databases ?? {}).length === 1;
  const template =
    overrides.platformName ??
    definition.platformName ??
    (isOnly ? '{project}-{environment}-db' : `{project}-{environment}-${scope.name}-db`);
  return {
    provider: 'fly-postgres',
    platformName: expand(scope, template),
    project: null,
    org: account.org ?? FLY_DEFAULTS.org,
    token: account.token ?? FLY_DEFAULTS.token,
    region: overrides.region ?? definition.region ?? primaryRegion(scope.name, flyApps),
    memoryMb: (memory === undefined ? null : parseMemory(memory)) ?? FLY_DEFAULTS.postgresMemoryMb,
    // A database that is thrown away anyway need not be paid for while nobody looks.
    sleep: overrides.sleep ?? definition.sleep ?? (ephemeral ? 'when-idle' : 'never'),
  };
}

function neonPart(
  scope: DatabaseScope,
  definition: NeonDefinition,
  overrides: DatabaseOverrides,
): PlatformPart {
  const isReview = environmentKind(scope.environment) === 'review';
  const branch =
    overrides.platformName ??
    named(definition.branches, scope.environmentName) ??
    (isReview ? 'pr-{pr}' : '{environment}');
  return {
    provider: 'neon',
    platformName: expand(scope, branch),
    project: definition.project,
    org: null,
    token: definition.token ?? 'NEON_API_KEY',
    region: overrides.region ?? definition.region ?? null,
    memoryMb: null,
    sleep: overrides.sleep ?? definition.sleep ?? 'when-idle',
  };
}

function overridesOf({ environment, name }: DatabaseScope): DatabaseOverrides {
  const written = named(environment.databases, name) ?? {};
  return written === 'ephemeral' ? { ephemeral: true } : written;
}

function expand(scope: DatabaseScope, template: string): string {
  return expandTemplate(template, {
    project: scope.project.name,
    environmentName: scope.environmentName,
    environment: scope.environment,
  });
}

function primaryRegion(database: string, flyApps: readonly ResolvedFlyApp[]): string {
  const user = flyApps.find((app) => app.database === database) ?? flyApps[0];
  return user?.regions[0]?.region ?? FLY_DEFAULTS.region;
}

function resolveMigration(
  written: string | DatabaseMigrationDefinition | undefined,
): ResolvedMigration | null {
  if (written === undefined) return null;
  const { command, timeout } = typeof written === 'string' ? { command: written } : written;
  return {
    command,
    runs: 'runner',
    timeoutMs: (timeout === undefined ? null : parseDuration(timeout)) ?? MIGRATION_TIMEOUT_MS,
  };
}
