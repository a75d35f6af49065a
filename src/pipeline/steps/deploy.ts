import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { StepContext, StepExecutor } from '../../engine/graph.ts';
import type { Json } from '../../util/json.ts';
import { appGoingBack } from '../../plan/app-going-back.ts';
import type { AppDeployment } from '../../providers/app-platform.ts';
import { appVariables } from '../env-values.ts';
import { withOwnCommands } from '../own-commands.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, releaseInProgress, scopeOf, type StepScope } from '../step-scope.ts';
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
      await labelReviewApp(scope, app, context);
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

/**
 * What disappears by itself says on the platform until when it stays, so that any runner may find and remove it: the
 * records of this one are gone with it.
 */
async function labelReviewApp(
  { deps, input }: StepScope,
  app: ResolvedFlyApp,
  context: StepContext,
): Promise<void> {
  const { kind, name, expiresAfterMs } = input.environment;
  if (kind !== 'review') return;
  const expiresAt = expiresAfterMs === null ? null : deps.clock.now() + expiresAfterMs;
  await deps.platformOf(app).label(app.platformName, { environment: name, expiresAt }, context);
}
