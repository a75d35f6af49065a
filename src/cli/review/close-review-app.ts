import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { DeploymentPlan, Trigger } from '../../plan/plan.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { cancelRuns, UNFINISHED } from './review-runs.ts';
import type { Workbench } from '../workbench.ts';

/** One review app that is to go. */
export interface ClosingReviewApp {
  readonly deployment: DeploymentPlan;
  /** Of this very pull request. */
  readonly environment: ResolvedEnvironment;
  readonly number: number;
}

/**
 * Destroys the apps and the databases of one review app, with all secrets set there. Null when nothing of it is there
 * and nothing is under way: what is gone already is no mistake. What is being deployed is stopped first.
 */
export async function closeReviewApp(
  context: CommandContext,
  bench: Workbench,
  { deployment, environment, number }: ClosingReviewApp,
): Promise<ExitCode | null> {
  const stopped = await cancelRuns(bench, deployment.lockKey, UNFINISHED, context.by);
  if (stopped === 0 && !(await isAnythingThere(bench, environment))) return null;
  const trigger: Trigger = { kind: 'pull-request', number, action: 'closed' };
  // Nothing is built of it; the record names where it was asked from.
  const commit = await bench.source.resolveRef('HEAD');
  return carryOut(context, bench, { deployment, environment, trigger, commit, ref: 'HEAD', release: null });
}

/** By looking, for our records may be gone. An app without any machine counts: it was made and not got further. */
async function isAnythingThere(
  { deps }: Workbench,
  { apps, databases }: ResolvedEnvironment,
): Promise<boolean> {
  for (const app of apps) if ((await deps.platformOf(app).observeApp(app.platformName)) !== null) return true;
  for (const database of databases) {
    if (!database.ephemeral || database.platformName === null) continue;
    const names = await deps.databasePlatformOf(database).names(database);
    if (names.includes(database.platformName)) return true;
  }
  return false;
}
