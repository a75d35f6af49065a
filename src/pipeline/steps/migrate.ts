import type { ResolvedFlyApp, ResolvedMigration } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { assert } from '../../util/assert.ts';
import { keptLines } from '../../util/kept-lines.ts';
import { cappedLog } from '../capped-log.ts';
import { appVariables, databaseNamed } from '../env-values.ts';
import { attemptsBegun, attemptWork } from '../flight/attempt-on-platform.ts';
import { migrateOnDatabase } from '../flight/migrate-on-database.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf, type StepScope } from '../step-scope.ts';
import { appDeployment } from './database.ts';

/** Runs the migrations of one app or database, once, before any app is changed (invariant 2). */
export function migrateStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'migrate'>(deps, context);
      const app = scope.action.app === null ? null : flyAppNamed(scope, scope.action.app);
      const database =
        scope.action.database === null ? null : databaseNamed(scope.input.environment, scope.action.database);
      const migration = app === null ? (database?.migrate ?? null) : app.migrate;
      if (migration === null) return { migrated: false };
      if (database === null) await migrateWithoutDatabase(scope, app, migration);
      else await migrateOnDatabase(scope, { app, database, migration });
      return { migrated: true };
    },
    async abandon(context) {
      const scope = scopeOf<'migrate'>(deps, context);
      if (scope.action.app === null) return;
      const app = flyAppNamed(scope, scope.action.app);
      if (app.migrate?.runs !== 'release-command') return;
      const platform = deps.platformOf(app);
      await platform.endReleaseCommand(app.platformName, context);
      for (const attempt of attemptsBegun(context))
        await platform.endReleaseCommand(app.platformName, attemptWork(context, attempt));
    },
  };
}

/** The app's database is none that is written in the config: only its command is known. */
async function migrateWithoutDatabase(
  scope: StepScope,
  app: ResolvedFlyApp | null,
  migration: ResolvedMigration,
): Promise<void> {
  assert(app !== null, 'a migration is of an app or of a database');
  const { deps, input, context } = scope;
  const { env, secrets } = await appVariables(deps, input.environment, app, context);
  if (migration.runs === 'release-command') {
    const platform = deps.platformOf(app);
    await platform.setSecrets(app.platformName, secrets, context);
    const deployment = appDeployment(scope, app.name, env);
    return platform.runReleaseCommand(deployment, migration.command, migration.timeoutMs, context);
  }
  const output = keptLines();
  const log = cappedLog((line) => context.log(line));
  const { exitCode, timedOut } = await deps.runCommand({
    command: migration.command,
    cwd: await deps.builder.checkout(input.commit),
    env: { ...env, ...secrets },
    timeoutMs: migration.timeoutMs,
    signal: context.signal,
    onLine: (line) => {
      output.add(line);
      log(line);
    },
  });
  if (exitCode === 0) return;
  const how = timedOut ? 'took too long' : `failed with exit code ${exitCode}`;
  throw new ToolError('MIGRATION_FAILED', `The migration ${how}: ${migration.command}`, {
    hint: 'No app was changed. Fix the migration and deploy again.',
    output: output.lines(),
  });
}
