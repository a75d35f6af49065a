import type { StepExecutor } from '../../engine/graph.ts';
import type { Json } from '../../util/json.ts';
import { appGoingBack } from '../../plan/app-going-back.ts';
import type { AppDeployment } from '../../providers/app-platform.ts';
import { appVariables } from '../env-values.ts';
import { withOwnCommands } from '../own-commands.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, releaseInProgress, scopeOf } from '../step-scope.ts';
import { requireNotBackwards } from './ancestry.ts';
import { appDeployment } from './database.ts';

/** Puts the release on the machines of one app, by its strategy; undone by putting back what was saved first. */
export function deployStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'deploy'>(deps, context);
      const app = flyAppNamed(scope, scope.action.app);
      deps.history.saveRelease(releaseInProgress(scope), deps.clock.now());
      const platform = deps.platformOf(app);
      const { env, secrets } = await appVariables(deps, scope.input.environment, app, context);
      await platform.setSecrets(app.platformName, secrets, context);
      const deployment: AppDeployment = {
        ...appDeployment(scope, app.name, env),
        app: scope.input.action === 'rollback' ? appGoingBack(app) : app,
        guard: (commits) => requireNotBackwards(scope, commits),
      };
      const at = { environment: scope.input.environment.name, app: app.name };
      const result = await withOwnCommands(at, () => platform.deploy(deployment, context));
      return result as unknown as Json;
    },
    async undo(context) {
      const scope = scopeOf<'deploy'>(deps, context);
      const app = flyAppNamed(scope, scope.action.app);
      const at = { environment: scope.input.environment.name, app: app.name };
      const deployment = appDeployment(scope, app.name, {});
      await withOwnCommands(at, () => deps.platformOf(app).undoDeploy(deployment, context));
    },
  };
}
