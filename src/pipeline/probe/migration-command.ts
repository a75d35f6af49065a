import type { ResolvedApp, ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlannedMigration } from '../../plan/steps/migrations-of.ts';
import { keptLines } from '../../util/kept-lines.ts';
import { shellWords } from '../../util/shell-words.ts';
import { cappedLog } from '../capped-log.ts';
import { appVariables, ownVariables } from '../env-values.ts';
import { flyAppNamed, type StepScope } from '../step-scope.ts';
import { appDeployment } from '../steps/database.ts';

/** One migration, led to a database that is not the environment's own. */
export interface LedMigration {
  readonly database: ResolvedDatabase;
  readonly migration: PlannedMigration;
  /** Where it is to work. A secret. */
  readonly url: string;
}

/** Runs a project's own migrate command, where it would run for real, on another database. Throws MIGRATION_FAILED. */
export async function runMigrationCommand(scope: StepScope, led: LedMigration): Promise<void> {
  if (led.migration.migrate.runs === 'runner') await runHere(scope, led);
  else await runOnMachine(scope, led);
}

async function runHere(scope: StepScope, { database, migration, url }: LedMigration): Promise<void> {
  const { context, deps, input } = scope;
  const { migrate } = migration;
  const app = migration.app === null ? null : flyAppNamed(scope, migration.app);
  const variables = app === null ? null : await appVariables(deps, input.environment, app, context);
  const names = app === null ? [database.secret] : namesOfUrl(app, database.name);
  const output = keptLines();
  const log = cappedLog((line) => context.log(line));
  context.log(`$ ${migrate.command}`);
  const { exitCode, timedOut } = await deps.runCommand({
    command: migrate.command,
    cwd: await deps.builder.checkout(input.commit),
    env: {
      ...ownVariables(input),
      ...variables?.env,
      ...variables?.secrets,
      ...Object.fromEntries(names.map((name) => [name, url])),
    },
    timeoutMs: migrate.timeoutMs,
    signal: context.signal,
    onLine: (line) => {
      output.add(line);
      log(line);
    },
  });
  if (exitCode === 0) return;
  const how = timedOut ? 'took too long and was stopped' : `failed with exit code ${exitCode}`;
  throw failed(database, `${how}: ${migrate.command}`, output.lines());
}

/** The URL's name in the settings of the temporary machine; there no secret of the app stands before it. */
const URL_VARIABLE = 'GLIDEPATH_PROBE_URL';

async function runOnMachine(scope: StepScope, { database, migration, url }: LedMigration): Promise<void> {
  const app = flyAppNamed(scope, migration.app ?? '');
  const { migrate } = migration;
  const { env } = await appVariables(scope.deps, scope.input.environment, app, scope.context);
  const deployment = appDeployment(scope, app.name, { ...env, [URL_VARIABLE]: url });
  const command = leadingCommand(migrate.command, namesOfUrl(app, database.name));
  const platform = scope.deps.platformOf(app);
  try {
    await platform.runReleaseCommand(deployment, command, migrate.timeoutMs, scope.context);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'MIGRATION_FAILED') throw error;
    throw failed(database, `failed. ${error.message}`, error.output);
  }
}

/**
 * The same command, with the URL under the names that the app reads. Secrets of an app win over the settings of a
 * machine, and to set another secret would lead machines that start meanwhile to a database that is thrown away.
 */
export function leadingCommand(command: string, names: readonly string[]): string {
  const [program = ''] = shellWords(command) ?? [];
  // An absolute path is started without the image's entrypoint, and so is this.
  const shell = program.startsWith('/') ? '/bin/sh' : 'sh';
  const assigned = names.map((name) => `${name}="$${URL_VARIABLE}"`).join(' ');
  return `${shell} -c '${assigned} exec "$0" "$@"' ${command}`;
}

function failed(database: ResolvedDatabase, how: string, output: readonly string[]): ToolError {
  return new ToolError('MIGRATION_FAILED', `On a throwaway branch of ${database.name} the migration ${how}`, {
    hint: `Nothing was changed: ${database.name} itself was not touched. Fix the migration first.`,
    output,
  });
}

/** The variables through which an app gets the URL of a database. */
function namesOfUrl(app: ResolvedApp, database: string): readonly string[] {
  return Object.entries(app.env)
    .filter(([, value]) => value.kind === 'database-url' && value.database === database)
    .map(([name]) => name);
}
