import type { ResolvedMigration } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { cappedLog } from '../capped-log.ts';
import { appVariables, databaseNamed, urlFromHere } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf, type StepScope } from '../step-scope.ts';
import { appDeployment } from './database.ts';

/** Runs the migrations of one app or database, once, before any app is changed (invariant 2). */
export function migrateStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'migrate'>(deps, context);
      const { app, database } = scope.action;
      if (app !== null) await migrateApp(scope, app);
      else if (database !== null) await migrateDatabase(scope, database);
      return { migrated: true };
    },
    async abandon(context) {
      const scope = scopeOf<'migrate'>(deps, context);
      if (scope.action.app === null) return;
      const app = flyAppNamed(scope, scope.action.app);
      if (app.migrate?.runs === 'release-command')
        await deps.platformOf(app).endReleaseCommand(app.platformName, context);
    },
  };
}

async function migrateApp(scope: StepScope, name: string): Promise<void> {
  const app = flyAppNamed(scope, name);
  const migration = app.migrate;
  if (migration === null) return;
  const { env, secrets } = await appVariables(scope.deps, scope.input.environment, app, scope.context);
  if (migration.runs === 'runner') return migrateHere(scope, migration, { ...env, ...secrets });
  const platform = scope.deps.platformOf(app);
  await platform.setSecrets(app.platformName, secrets, scope.context);
  const deployment = appDeployment(scope, name, env);
  await platform.runReleaseCommand(deployment, migration.command, migration.timeoutMs, scope.context);
}

async function migrateDatabase(scope: StepScope, name: string): Promise<void> {
  const database = databaseNamed(scope.input.environment, name);
  if (database.migrate === null) return;
  const url = await urlFromHere(scope.deps, database, scope.context.signal);
  await migrateHere(scope, database.migrate, { [database.secret]: url });
}

/** Lines of a failing migration that go into the error. */
const OUTPUT_LINES = 20;

async function migrateHere(
  scope: StepScope,
  migration: ResolvedMigration,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const output: string[] = [];
  const log = cappedLog((line) => scope.context.log(line));
  const { exitCode, timedOut } = await scope.deps.runCommand({
    command: migration.command,
    cwd: await scope.deps.builder.checkout(scope.input.commit),
    env,
    timeoutMs: migration.timeoutMs,
    signal: scope.context.signal,
    onLine: (line) => {
      output.push(line);
      if (output.length > OUTPUT_LINES) output.shift();
      log(line);
    },
  });
  if (exitCode === 0) return;
  throw new ToolError(
    'MIGRATION_FAILED',
    `The migration ${timedOut ? 'took too long' : `failed with exit code ${exitCode}`}: ${migration.command}`,
    {
      hint: 'No app was changed. Mend the migration and deploy again.',
      output,
    },
  );
}
