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
import { FLY_DEFAULTS, RESTORE_POINTS } from './fly-defaults.ts';
import { parseDuration } from './parse-duration.ts';
import { parseMemory } from './parse-memory.ts';
import { expandTemplate } from './platform-name.ts';
import { databaseVariable } from './resolve-env.ts';
import { resolveMigration, resolveSeed } from './resolve-migration.ts';
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
    migrate: migrationOf(definition.migrate),
    seed: seedOf(definition.seed, overrides, isReview),
    restorePoints: restorePointsOf(overrides.restorePoints ?? definition.restorePoints),
    fly: null,
    neon: null,
    directSecret: null,
  };
  switch (definition.provider) {
    case 'fly-postgres':
      return {
        ...base,
        ...flyPostgresPart(scope, definition, overrides, flyApps, ephemeral),
        // Fly keeps backups of a managed one by itself, and restores them into another cluster only.
        ...(definition.managed === true ? { restorePoints: null } : {}),
      };
    case 'neon':
      return { ...base, ...neonPart(scope, definition, overrides) };
    case 'external':
      return {
        ...base,
        provider: 'external',
        ...NOWHERE,
        sleep: 'never',
        // Nobody but its owner can go back to an earlier state of it.
        restorePoints: null,
        directSecret: definition.directSecret ?? null,
      };
    default:
      return unreachable(definition);
  }
}

type PlatformPart = Omit<
  ResolvedDatabase,
  'name' | 'secret' | 'ephemeral' | 'migrate' | 'seed' | 'restorePoints' | 'fly' | 'neon' | 'directSecret'
>;

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
): PlatformPart & Pick<ResolvedDatabase, 'fly'> {
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
    fly: {
      managed: definition.managed ?? false,
      plan: definition.plan ?? FLY_DEFAULTS.postgresPlan,
      volumeGb: wholeGigabytes(definition.volume),
      version: definition.version ?? FLY_DEFAULTS.postgresVersion,
    },
  };
}

function neonPart(
  scope: DatabaseScope,
  definition: NeonDefinition,
  overrides: DatabaseOverrides,
): PlatformPart & Pick<ResolvedDatabase, 'neon'> {
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
    neon: {
      org: definition.org ?? null,
      parent: definition.parent ?? null,
      schemaOnly: definition.schemaOnly ?? false,
      role: definition.role ?? null,
      databaseName: definition.databaseName ?? null,
      pooled: definition.pooled ?? true,
      suspendAfterMs: definition.sleepAfter === undefined ? null : parseDuration(definition.sleepAfter),
      size: definition.size ?? null,
    },
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

function migrationOf(written: string | DatabaseMigrationDefinition | undefined): ResolvedMigration | null {
  if (written === undefined) return null;
  const settings = typeof written === 'string' ? { command: written } : written;
  return resolveMigration(settings.command, 'runner', settings);
}

/** What the environment writes is run in it; what the database writes only where data come and go. */
function seedOf(
  ofDatabase: FlyPostgresDefinition['seed'],
  { seed }: DatabaseOverrides,
  isReview: boolean,
): ResolvedDatabase['seed'] {
  if (seed === null) return null;
  if (seed !== undefined) return resolveSeed(seed, 'deploy');
  return ofDatabase === undefined ? null : resolveSeed(ofDatabase, isReview ? 'deploy' : 'rehearse');
}

function restorePointsOf(written: FlyPostgresDefinition['restorePoints']): ResolvedDatabase['restorePoints'] {
  if (written === false) return null;
  return {
    keep: written?.keep ?? RESTORE_POINTS.keep,
    forMs: (written?.for === undefined ? null : parseDuration(written.for)) ?? RESTORE_POINTS.forMs,
  };
}

function wholeGigabytes(written: string | undefined): number {
  const memoryMb = (written === undefined ? null : parseMemory(written)) ?? FLY_DEFAULTS.volumeSizeMb;
  return Math.max(1, Math.ceil(memoryMb / 1024));
}
