import type { Client } from 'pg';
import type { ResolvedDatabase, ResolvedFlyApp, ResolvedMigration } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabaseAddress } from '../../providers/database-platform.ts';
import { withPostgres } from '../../providers/postgres/connect-postgres.ts';
import { endSessions } from '../../providers/postgres/end-sessions.ts';
import { sessionsNamed, takeMigrationLock } from '../../providers/postgres/migration-lock.ts';
import { cappedLog } from '../capped-log.ts';
import { appVariables, ownVariables } from '../env-values.ts';
import { migrationsInProgress, type StepScope } from '../step-scope.ts';
import { appDeployment } from '../steps/database.ts';
import type { Craft } from './attempt.ts';
import { craftHere } from './attempt-here.ts';
import { attemptWork, craftOnPlatform } from './attempt-on-platform.ts';
import { flyMigration } from './fly-migration.ts';
import { lockedError } from './flight-error.ts';
import { statementPlace } from './statement-place.ts';
import { filesOfMigration, tablesOfMigration, type CommitFile } from './tables-of-migration.ts';

/** A migration of a database that is written in the config. */
export interface DatabaseMigration {
  readonly app: ResolvedFlyApp | null;
  readonly database: ResolvedDatabase;
  readonly migration: ResolvedMigration;
}

/** A server that is asleep starts for the first connection. */
const CONNECT_MS = 30_000;

/** Of the session that holds the lock: a server notices within half a minute that its machine is gone. */
const KEEP_ALIVE = { tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '3' };

/** As much of a name as Postgres keeps. */
const NAME_MAX = 63;

/** Runs one migration on its database, past any pooler, as a flight. Throws MIGRATION_LOCKED when another one is under way. */
export async function migrateOnDatabase(scope: StepScope, of: DatabaseMigration): Promise<void> {
  const { deps, context } = scope;
  const { database, migration } = of;
  const address = await deps
    .databasePlatformOf(database)
    .address(database, { use: 'direct' }, context.signal);
  const isHere = migration.runs === 'runner';
  const url = isHere ? (address.outsideUrl ?? address.url) : address.outsideUrl;
  if (url === null) return unwatched(scope, of, address, 'only its own network leads to it');
  let isOpen = false;
  const applicationName = `glidepath ${context.idempotencyKey}`.slice(0, NAME_MAX);
  try {
    // Not under the step's signal: a run that is stopped still has locks to give back.
    await withPostgres(url, { applicationName, connectTimeoutMs: CONNECT_MS }, async (client) => {
      isOpen = true;
      await keepAlive(client);
      await takeLock(scope, of, client, applicationName);
      await fly(scope, of, address, client);
    });
  } catch (error) {
    if (isOpen || isHere || !(error instanceof ToolError) || error.code === 'DATABASE_URL_INVALID')
      throw error;
    await unwatched(scope, of, address, error.message);
  }
}

async function unwatched(
  scope: StepScope,
  of: DatabaseMigration,
  address: DatabaseAddress,
  why: string,
): Promise<void> {
  scope.context.log(
    `! ${of.database.name} cannot be reached from here (${why.replace(/\.$/, '')}): only the lock of the environment keeps two migrations apart, and what blocks this one cannot be seen`,
  );
  await fly(scope, of, address, null);
}

async function keepAlive(client: Client): Promise<void> {
  for (const [name, value] of Object.entries(KEEP_ALIVE))
    // Not every system can, and nothing depends on it.
    await client.query('select set_config($1, $2, false)', [name, value]).catch(() => undefined);
}

async function takeLock(
  { deps, context }: StepScope,
  { database }: DatabaseMigration,
  client: Client,
  applicationName: string,
): Promise<void> {
  const holder = await takeMigrationLock(client, deps.clock, applicationName);
  if (holder !== null) throw lockedError(database.name, holder);
  context.signal.throwIfAborted();
  const left = await sessionsNamed(client, [applicationName, nameOf(context.idempotencyKey)]);
  if (left.length === 0) return;
  context.log('an earlier process of this step left sessions behind: they are terminated');
  await endSessions(client, deps.clock, left);
}

/** As the migration itself is seen by others. */
function nameOf(key: string): string {
  return `glidepath-migration ${key}`.slice(0, NAME_MAX);
}

async function fly(
  scope: StepScope,
  of: DatabaseMigration,
  address: DatabaseAddress,
  client: Client | null,
): Promise<void> {
  const { deps, context } = scope;
  const { attempts, lockTimeoutMs, blocksAtMostMs, timeoutMs } = of.migration;
  const { craft, finish } =
    of.migration.runs === 'runner'
      ? await here(scope, of, address.outsideUrl ?? address.url)
      : await onPlatform(scope, of, address.url);
  try {
    await flyMigration(
      {
        database: of.database.name,
        attempts,
        lockTimeoutMs,
        blocksAtMostMs,
        timeoutMs,
        tables: await tablesOfMigration(scope, of.database.name),
        clock: deps.clock,
        random: deps.random,
        log: (line) => context.log(line),
        signal: context.signal,
        client,
      },
      craft,
      async (statement) => statementPlace(statement, await filesOf(scope, of.database.name)),
    );
  } finally {
    await finish();
  }
}

interface Ready {
  readonly craft: Craft;
  /** Puts back what only the migration needed. */
  readonly finish: () => Promise<void>;
}

async function here(
  scope: StepScope,
  { app, database, migration }: DatabaseMigration,
  url: string,
): Promise<Ready> {
  const { deps, context, input } = scope;
  const variables = app === null ? null : await appVariables(deps, input.environment, app, context);
  const names = app === null ? [database.secret] : namesOfUrl(app, database.name);
  const craft = craftHere({
    command: migration.command,
    cwd: await deps.builder.checkout(input.commit),
    url,
    env: (tapUrl) => ({
      ...ownVariables(input),
      ...variables?.env,
      ...variables?.secrets,
      ...Object.fromEntries(names.map((name) => [name, tapUrl])),
    }),
    applicationName: nameOf(context.idempotencyKey),
    clock: deps.clock,
    runCommand: deps.runCommand,
    hide: (value) => deps.hide(value),
    signal: context.signal,
    log: cappedLog((line) => context.log(line)),
  });
  return { craft, finish: () => Promise.resolve() };
}

async function onPlatform(
  scope: StepScope,
  { app, database, migration }: DatabaseMigration,
  url: string,
): Promise<Ready> {
  const { deps, context, input } = scope;
  if (app === null) return here(scope, { app, database, migration }, url);
  const { env, secrets } = await appVariables(deps, input.environment, app, context);
  const direct = { ...secrets };
  for (const name of namesOfUrl(app, database.name)) direct[name] = url;
  const platform = deps.platformOf(app);
  const craft = craftOnPlatform({
    command: migration.command,
    platform,
    deployment: appDeployment(scope, app.name, env),
    secrets: direct,
    applicationName: nameOf(context.idempotencyKey),
    takesOptions: database.provider !== 'external' || database.directSecret !== null,
    clock: deps.clock,
    work: context,
  });
  const isOther = Object.keys(secrets).some((name) => secrets[name] !== direct[name]);
  return {
    craft,
    // A machine that starts meanwhile must not go past the pooler for good.
    async finish() {
      if (isOther && !context.signal.aborted)
        await platform.setSecrets(app.platformName, secrets, attemptWork(context, 0));
    },
  };
}

/** The variables through which an app gets the URL of a database. */
function namesOfUrl(app: ResolvedFlyApp, database: string): readonly string[] {
  return Object.entries(app.env)
    .filter(([, value]) => value.kind === 'database-url' && value.database === database)
    .map(([name]) => name);
}

async function filesOf(scope: StepScope, database: string): Promise<readonly CommitFile[]> {
  return filesOfMigration(scope, Object.keys(migrationsInProgress(scope)?.[database] ?? {}));
}
