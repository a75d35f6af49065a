import type { StepExecutor } from '../../engine/graph.ts';
import type { RestoreTarget } from '../../providers/database-platform.ts';
import type { RestoreMoment } from '../../plan/plan.ts';
import { utcTime } from '../../util/utc-time.ts';
import { databaseNamed } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf } from '../step-scope.ts';

/** Brings the data of a database back; what was there is kept as `before-restore-<run>` where the platform can. */
export function restoreDatabaseStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'restore-database'>(deps, context);
      const { environment } = scope.input;
      const database = databaseNamed(environment, scope.action.database);
      const { target } = scope.action;
      const result = await deps
        .databasePlatformOf(database)
        .restore(
          database,
          { target: forPlatform(target), preserveAs: `before-restore-${context.runId}` },
          context,
        );
      const at = await context.once('restored-at', () => Promise.resolve(deps.clock.now()));
      deps.history.restoredDatabase(environment.name, database.name, target.at, at);
      context.log(`${database.name}: now has its data of ${utcTime(result.at)}`);
      if (result.preservedAs !== null) context.log(`what was there before is kept as ${result.preservedAs}`);
      return { at: result.at, preservedAs: result.preservedAs };
    },
  };
}

function forPlatform(target: RestoreMoment): RestoreTarget {
  return target.kind === 'time' ? target : { kind: target.kind, name: target.name };
}
