import type { ResolvedApp, ResolvedDatabase } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';
import type { PlanStep } from '../plan.ts';
import { memoryWords } from '../words.ts';
import { migrationsOf, type PlannedMigration } from './migrations-of.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** A new cluster boots within minutes. */
const ENSURE_MS = 10 * 60_000;
/** Around the migration itself: a temporary machine starts, pulls its image and is removed. */
const MACHINE_MARGIN_MS = 2 * 60_000;

/** Makes every database of the environment that is ours to make. */
export function ensureDatabaseStage({ match, observed }: StageContext, after: readonly string[]): Stage {
  const ours = match.environment.databases.filter((database) => database.provider !== 'external');
  return sideBySide(
    ours.map((database) => ({
      id: `ensure-database:${database.name}`,
      needs: after,
      title: `Database ${database.name} is there`,
      reason: ensureReason(database, match.name, observed?.databases[database.name]),
      mutates: true,
      undo: null,
      timeoutMs: ENSURE_MS,
      action: { kind: 'ensure-database', database: database.name },
    })),
  );
}

/** Every migration before any app: those of one database one after the other, databases side by side. */
export function migrateStage({ match, apps, observed }: StageContext, after: readonly string[]): Stage {
  const steps: PlanStep[] = [];
  const last: string[] = [];
  for (const database of match.environment.databases) {
    let needs = after;
    for (const migration of migrationsOf(database, apps)) {
      steps.push(migrateStep(migration, needs, [noWayBack(database), observed?.probes?.[database.name]]));
      needs = [migration.id];
    }
    if (needs !== after) last.push(...needs);
  }
  for (const app of apps) {
    if (app.migrate === null || databaseOf(app, match.environment.databases) !== null) continue;
    const id = `migrate:app.${app.name}`;
    steps.push(migrateStep({ id, migrate: app.migrate, app: app.name, database: null }, after));
    last.push(id);
  }
  return { steps, last };
}

function databaseOf(app: ResolvedApp, databases: readonly ResolvedDatabase[]): ResolvedDatabase | null {
  return databases.find((database) => database.name === app.database) ?? null;
}

function migrateStep(
  { id, migrate, app, database }: PlannedMigration,
  needs: readonly string[],
  more: readonly (string | undefined)[] = [],
): PlanStep {
  const whose = app === null ? `databases.${database}` : app;
  const where =
    migrate.runs === 'runner' ? 'where Glidepath runs' : 'on a temporary machine with the new image';
  return {
    id,
    needs,
    title: `Migrate ${database ?? app ?? ''}`,
    reason: `migrate: '${migrate.command}' of ${whose}, ${where}, once and before any app runs the release${more.map((words) => (words === undefined ? '' : `; ${words}`)).join('')}`,
    mutates: true,
    undo: null,
    timeoutMs: migrate.timeoutMs + MACHINE_MARGIN_MS,
    action: { kind: 'migrate', database, app },
  };
}

/** Said where nothing is kept before a migration, which whoever approves it should know. */
function noWayBack({ provider, restorePoints, fly }: ResolvedDatabase): string | undefined {
  if (restorePoints !== null) return undefined;
  if (provider === 'external') return 'no restore point is made before it, for the database is external';
  if (fly?.managed === true) return 'no restore point is made before it: Managed Postgres on Fly has none';
  return 'no restore point is made before it: restorePoints: false';
}

function ensureReason(database: ResolvedDatabase, environment: string, exists: boolean | undefined): string {
  const details = [
    ...sizeWords(database),
    ...(database.sleep === 'when-idle' ? ['sleeps when idle'] : []),
    ...(database.ephemeral ? ['destroyed with its environment'] : []),
  ];
  const region = database.region === null ? '' : ` in ${database.region}`;
  const name = `${providerWords(database)} ${database.platformName ?? database.name}${region}`;
  const what = [name, ...details].join(', ');
  const state = exists === undefined ? '' : exists ? '; it exists' : '; it does not exist yet and is created';
  return `databases.${database.name} of ${environment}: ${what}${state}`;
}

function sizeWords({ memoryMb, fly }: ResolvedDatabase): readonly string[] {
  const memory = memoryMb === null ? null : memoryWords(memoryMb);
  if (fly === null || fly.managed) return memory === null ? [] : [memory];
  const machine = memory === null ? 'one machine' : `one machine of ${memory}`;
  return [`${machine} with a volume of ${fly.volumeGb} GB, not managed by Fly`];
}

function providerWords(database: ResolvedDatabase): string {
  switch (database.provider) {
    case 'fly-postgres':
      return database.fly?.managed === true ? 'Managed Postgres of Fly' : 'Fly Postgres';
    case 'neon':
      return `Neon${database.project === null ? '' : ` project ${database.project},`} branch`;
    case 'external':
      return 'external Postgres';
    default:
      return unreachable(database.provider);
  }
}
