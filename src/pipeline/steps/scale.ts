import type { StepExecutor } from '../../engine/graph.ts';
import type { AppScale } from '../../providers/app-platform.ts';
import type { Json } from '../../util/json.ts';
import { withOwnCommands } from '../own-commands.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf, type StepScopeOf } from '../step-scope.ts';

/** Brings counts and size of one app to what was asked by hand; undone by putting back what was saved first. */
export function scaleStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'scale'>(deps, context);
      const scale = scaleOf(scope);
      const result = await withOwnCommands(at(scope), () => deps.platformOf(scale.app).scale(scale, context));
      return result as unknown as Json;
    },
    async undo(context) {
      const scope = scopeOf<'scale'>(deps, context);
      const scale = scaleOf(scope);
      await withOwnCommands(at(scope), () => deps.platformOf(scale.app).undoScale(scale, context));
    },
  };
}

function scaleOf(scope: StepScopeOf<'scale'>): AppScale {
  const app = flyAppNamed(scope, scope.action.app);
  return { app, platformName: app.platformName, ...scope.action.change };
}

function at(scope: StepScopeOf<'scale'>): { environment: string; app: string } {
  return { environment: scope.input.environment.name, app: scope.action.app };
}
