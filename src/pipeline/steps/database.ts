import type { StepExecutor } from '../../engine/graph.ts';
import { databaseNamed } from '../env-values.ts';
import type { AppDeployment } from '../../providers/app-platform.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, imageOf, releaseInProgress, scopeOf, type StepScope } from '../step-scope.ts';

/** Makes the database where it is missing. The URL is not part of the result: it holds a password. */
export function ensureDatabaseStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'ensure-database'>(deps, context);
      const database = databaseNamed(scope.input.environment, scope.action.database);
      const { created } = await deps.databasePlatformOf(database).ensure(database, context);
      // Remembered, for a later try finds it there.
      if (created)
        await context.once('made', () => {
          const at = deps.clock.now();
          deps.history.newDatabase(scope.input.environment.name, database.name, context.runId, at);
          return Promise.resolve(true);
        });
      return { database: database.platformName, created: context.recorded('made') === true };
    },
  };
}

/** The deployment of one app as the platform is handed it. */
export function appDeployment(
  scope: StepScope,
  name: string,
  env: Readonly<Record<string, string>>,
): AppDeployment {
  const app = flyAppNamed(scope, name);
  const release = releaseInProgress(scope);
  return {
    app,
    platformName: app.platformName,
    image: imageOf(scope, name),
    releaseId: release.id,
    commit: release.commit,
    // What an app needs to say who it is, in its health answer or its error reports.
    env: {
      GLIDEPATH_ENVIRONMENT: scope.input.environment.name,
      GLIDEPATH_RELEASE: release.id,
      GLIDEPATH_COMMIT: release.commit,
      ...env,
    },
  };
}
