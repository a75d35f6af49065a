import { ToolError } from '../../diagnostics/tool-error.ts';
import type { LooseScope } from '../probe/loose-scope.ts';
import { flyAppNamed, imageOf, releaseInProgress, type StepScope } from '../step-scope.ts';
import { buildAndPush } from '../steps/build.ts';
import { appsToTry } from './trial-apps.ts';
import type { TriedRelease } from './try-release.ts';

/** The release that a run deploys: its images are there. */
export function releaseOfRun(scope: StepScope): TriedRelease {
  const { environment, commit } = scope.input;
  const images = new Map(environment.apps.map(({ name }) => [name, imageOf(scope, name)]));
  return { code: 'new', id: releaseInProgress(scope).id, commit, environment, images };
}

/** The release that a commit would be, built for the purpose; null where it cannot be built, or its apps are not there. */
export async function releaseOfCommit(scope: LooseScope, database: string): Promise<TriedRelease | null> {
  const { context, deps, input } = scope;
  const { environment, commit } = input;
  const images = new Map<string, string>();
  try {
    for (const { name } of appsToTry(environment, database)) {
      const app = flyAppNamed(scope, name);
      // To push an image makes the app: a probe leaves nothing behind.
      if ((await deps.platformOf(app).observeApp(app.platformName)) === null) return null;
      const built = context.outputs[`build:${name}`];
      images.set(name, built === undefined ? (await buildAndPush(scope, name)).image : imageOf(scope, name));
    }
  } catch (error) {
    if (context.signal.aborted || !(error instanceof ToolError)) throw error;
    context.log(`! the new release could not be built, so it is not tested: ${error.message}`);
    return null;
  }
  return { code: 'new', id: null, commit, environment, images };
}
