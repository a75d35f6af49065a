import type {
  ExternalDatabaseDefinition,
  ExternalDatabaseOptions,
  FlyPostgresDefinition,
  FlyPostgresOptions,
  NeonDefinition,
  NeonOptions,
} from '../definition/database-definition.ts';

/** A Postgres cluster on Fly.io, one per environment. */
export function flyPostgres(options: FlyPostgresOptions = {}): FlyPostgresDefinition {
  return { ...options, provider: 'fly-postgres' };
}

/** A Neon project, one branch per environment. */
export function neon<const E extends string = never>(options: NeonOptions<E>): NeonDefinition<E> {
  return { ...options, provider: 'neon' };
}

/** A database that somebody else runs; Glidepath only passes its URL on, and migrates it. */
export function external(options: ExternalDatabaseOptions = {}): ExternalDatabaseDefinition {
  return { ...options, provider: 'external' };
}
