import type { ResolvedApp, ResolvedDatabase, ResolvedMigration } from '../../config/resolved.ts';

/** One migration of a deployment. */
export interface PlannedMigration {
  readonly id: string;
  readonly migrate: ResolvedMigration;
  readonly app: string | null;
  readonly database: string | null;
}

/**
 * The migrations of one database: each command once, however many apps bring it, and the database's own only where no
 * app brings one.
 */
export function migrationsOf(database: ResolvedDatabase, apps: readonly ResolvedApp[]): PlannedMigration[] {
  const found: PlannedMigration[] = [];
  for (const app of apps) {
    if (app.database !== database.name || app.migrate === null) continue;
    if (found.some((other) => other.migrate.command === app.migrate?.command)) continue;
    const id = `migrate:${database.name}${found.length === 0 ? '' : `+${app.name}`}`;
    found.push({ id, migrate: app.migrate, app: app.name, database: database.name });
  }
  if (found.length > 0 || database.migrate === null) return found;
  return [{ id: `migrate:${database.name}`, migrate: database.migrate, app: null, database: database.name }];
}

/** The databases that a deployment migrates, with what migrates them. */
export function migratedDatabases(
  databases: readonly ResolvedDatabase[],
  apps: readonly ResolvedApp[],
): readonly { readonly database: ResolvedDatabase; readonly migrations: readonly PlannedMigration[] }[] {
  return databases
    .map((database) => ({ database, migrations: migrationsOf(database, apps) }))
    .filter(({ migrations }) => migrations.length > 0);
}
