import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { TableFacts } from '../../migrations/lint/finding.ts';
import { loadSqlParser } from '../../migrations/lint/parse/sql-parser.ts';
import { loadNormalizer } from '../../migrations/probe/load-normalizer.ts';
import type { KnownRelation, ObservedStatement } from '../../migrations/probe/observed-statement.ts';
import { probeStatements } from '../../migrations/probe/probe-statements.ts';
import { migrationsOf, type PlannedMigration } from '../../plan/steps/migrations-of.ts';
import type { DatabaseAddress } from '../../providers/database-platform.ts';
import { withPostgres } from '../../providers/postgres/connect-postgres.ts';
import { openTap } from '../../providers/postgres/tap/open-tap.ts';
import { createStatementLog } from '../flight/statement-log.ts';
import { migrationFilesOf } from '../migration-files.ts';
import { migrationsInProgress, type StepScope } from '../step-scope.ts';
import { lintProbed, withoutValues } from './lint-probed.ts';
import { runMigrationCommand } from './migration-command.ts';
import { watchFromOutside } from './outside-watch.ts';
import type { ProbeBranch } from './probe-branch.ts';
import { readTableFacts } from './probe-catalog.ts';
import type { ProbeOutcome, ProbeRecord } from './probe-record.ts';
import { watchStatements } from './watch-statements.ts';
import { withStatement } from './with-statement.ts';

/** What others see of the session that looks on. */
const OBSERVER = 'glidepath probe';

/** What was seen while the migrations of a database ran on its branch. */
interface Sight {
  readonly seenBy: ProbeRecord['seenBy'];
  readonly observed: readonly ObservedStatement[];
  readonly relations: ReadonlyMap<number, KnownRelation>;
  readonly postgresVersion: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Runs every migration of a database on a branch of it, and says what each statement locked, did, and whom it would have
 * kept out for how long. Throws MIGRATION_FAILED when it fails there.
 */
export async function probeDatabase(
  scope: StepScope,
  database: ResolvedDatabase,
  branch: ProbeBranch,
): Promise<ProbeOutcome> {
  const { deps, input } = scope;
  const target = await targetFacts(scope, database);
  const migrations = migrationsOf(database, input.environment.apps);
  const sight = await runOnBranch(scope, database, migrations, branch.address);
  const [parser, normalize] = await Promise.all([loadSqlParser(), loadNormalizer()]);
  const { observed, relations, postgresVersion } = sight;
  const tables = { ...factsOf(relations), ...target };
  const findings = await lintProbed(observed, { postgresVersion, tables });
  const texts = new Map(observed.map(({ number, sql }) => [number, { sql, normalized: normalize(sql) }]));
  const record: ProbeRecord = {
    version: 1,
    environment: input.environment.name,
    database: database.name,
    commit: input.commit,
    files: await filesChecksum(scope, database),
    at: deps.clock.now(),
    tookMs: sight.endedAt - sight.startedAt,
    seenBy: sight.seenBy,
    statements: probeStatements(observed, { parser, normalize, relations, target }),
    findings: findings.map((finding) => withoutValues(finding, texts)),
  };
  return { record, findings, sql: new Map(observed.map(({ number, sql }) => [number, sql])) };
}

/** The checksum of all migration files of a database; empty where none were found. */
export async function filesChecksum(
  { context, deps, input }: StepScope,
  database: ResolvedDatabase,
): Promise<string> {
  const known = migrationsInProgress({ context, deps, input });
  const all = known ?? (await migrationFilesOf(deps.source, input.environment, input.commit));
  const files = Object.entries(all[database.name] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return files.length === 0 ? '' : createHash('sha256').update(JSON.stringify(files)).digest('hex');
}

async function runOnBranch(
  scope: StepScope,
  database: ResolvedDatabase,
  migrations: readonly PlannedMigration[],
  address: DatabaseAddress,
): Promise<Sight> {
  const { context } = scope;
  const isTapped = migrations.every(({ migrate }) => migrate.runs === 'runner') || isThisMachine(address.url);
  const url = address.outsideUrl ?? address.url;
  if (!isTapped)
    context.log(
      `! ${database.name}: its migration runs where no tap can stand between it and the server, so its locks are read from outside`,
    );
  // A branch that was made this moment starts for its first connection.
  return withPostgres(url, { applicationName: OBSERVER, signal: context.signal }, async (client) =>
    isTapped
      ? throughTap(scope, database, migrations, url, client)
      : fromOutside(scope, database, migrations, address, client),
  );
}

async function throughTap(
  scope: StepScope,
  database: ResolvedDatabase,
  migrations: readonly PlannedMigration[],
  url: string,
  client: Client,
): Promise<Sight> {
  const { deps } = scope;
  const watch = await watchStatements(client, deps.clock);
  const log = createStatementLog();
  const lockTimeoutMs = Math.max(0, ...migrations.map(({ migrate }) => migrate.lockTimeoutMs));
  const tap = await openTap({
    target: url,
    settings: { lock_timeout: `${lockTimeoutMs}ms` },
    clock: deps.clock,
    ...watch.hooks,
    onStatement(over) {
      watch.hooks.onStatement(over);
      log.onStatement(over);
    },
    onError: ({ message }) => scope.context.log(`! ${message}`),
  });
  const startedAt = deps.clock.now();
  try {
    deps.hide(tap.url);
    deps.hide(new URL(tap.url).password);
    for (const migration of migrations)
      await runMigrationCommand(scope, { database, migration, url: tap.url });
  } catch (error) {
    throw await withStatement(scope, database, error, log.failed);
  } finally {
    await tap.close();
  }
  return sightOf(
    { seenBy: 'tap', client, startedAt, endedAt: deps.clock.now() },
    watch.relations,
    await watch.finish(),
  );
}

async function fromOutside(
  scope: StepScope,
  database: ResolvedDatabase,
  migrations: readonly PlannedMigration[],
  address: DatabaseAddress,
  client: Client,
): Promise<Sight> {
  const { deps } = scope;
  const watch = await watchFromOutside(client, deps.clock);
  const startedAt = deps.clock.now();
  let observed: readonly ObservedStatement[] = [];
  try {
    for (const migration of migrations) {
      const url = migration.migrate.runs === 'runner' ? (address.outsideUrl ?? address.url) : address.url;
      await runMigrationCommand(scope, { database, migration, url });
    }
  } finally {
    observed = await watch.finish();
  }
  return sightOf(
    { seenBy: 'outside', client, startedAt, endedAt: deps.clock.now() },
    watch.relations,
    observed,
  );
}

async function sightOf(
  { client, ...times }: Pick<Sight, 'seenBy' | 'startedAt' | 'endedAt'> & { readonly client: Client },
  relations: Sight['relations'],
  observed: Sight['observed'],
): Promise<Sight> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  );
  return { ...times, relations, observed, postgresVersion: rows[0]?.version ?? 0 };
}

/** Machines that reach a database by loopback are processes of this machine, and reach a tap here, too. */
function isThisMachine(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** How large the real tables are: a branch may have been made without rows. */
async function targetFacts(
  { deps, context }: StepScope,
  database: ResolvedDatabase,
): Promise<Readonly<Record<string, TableFacts>>> {
  const platform = deps.databasePlatformOf(database);
  const { url, outsideUrl } = await platform.address(database, { use: 'direct' }, context.signal);
  const settings = { default_transaction_read_only: 'on' };
  return withPostgres(
    outsideUrl ?? url,
    { applicationName: OBSERVER, signal: context.signal, settings },
    readTableFacts,
  );
}

function factsOf(relations: ReadonlyMap<number, KnownRelation>): Record<string, TableFacts> {
  const tables = [...relations.values()].filter(({ kind }) => kind === 'table');
  return Object.fromEntries(
    tables.map(({ schema, name, rows, bytes }) => [
      `${schema}.${name}`,
      { exists: true, rows, bytes, accessesPerSecond: null },
    ]),
  );
}
