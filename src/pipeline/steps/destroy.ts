import type { StepExecutor } from '../../engine/graph.ts';
import { databaseNamed } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf } from '../step-scope.ts';

/** Removes an app of a review environment with all its machines. */
export function destroyAppStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'destroy-app'>(deps, context);
      const app = flyAppNamed(scope, scope.action.app);
      await deps
        .platformOf(app)
        .destroyApp(app.platformName, { isEphemeral: scope.input.environment.kind === 'review' }, context);
      return { destroyed: app.platformName };
    },
  };
}

/** Removes an ephemeral database. */
export function destroyDatabaseStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'destroy-database'>(deps, context);
      const database = databaseNamed(scope.input.environment, scope.action.database);
      await deps.databasePlatformOf(database).destroy(database, context);
      deps.history.newDatabase(scope.input.environment.name, database.name, context.runId, deps.clock.now());
      return { destroyed: database.platformName };
    },
  };
}
