import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepContext, StepExecutor } from '../../engine/graph.ts';
import { areSameFiles } from '../../migrations/files/compare-files.ts';
import type { DatabasePlatform, RestorePoint } from '../../providers/database-platform.ts';
import { assert } from '../../util/assert.ts';
import type { Json } from '../../util/json.ts';
import { utcTime } from '../../util/utc-time.ts';
import { databaseNamed } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { migrationsInProgress, scopeOf, type StepScope } from '../step-scope.ts';

/** How those are called that deployments make, before the id of the run: no others are removed. */
const PREFIX = 'before-run-';

/**
 * Keeps the state of a database as `before-<run>`, and removes those of older runs beyond what is to be kept. Left out,
 * with the reason as its result, where there is nothing to go back to or nothing to go back from.
 */
export function restorePointStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'restore-point'>(deps, context);
      const database = databaseNamed(scope.input.environment, scope.action.database);
      const needless = needlessBecause(scope, database);
      if (needless !== null) return skipped(context, needless);
      const platform = deps.databasePlatformOf(database);
      const point = await makePoint(scope, database, platform);
      if (point === null) return skipped(context, `${database.provider} has no restore points here`);
      context.log(`${database.name}: its state of ${utcTime(point.at)} is kept as ${point.name}`);
      await prune(scope, database, platform, point.name);
      return { name: point.name, at: point.at, expiresAt: point.expiresAt };
    },
  };
}

function skipped(context: StepContext, reason: string): Json {
  context.log(`no restore point is made: ${reason}`);
  return { skipped: reason };
}

function needlessBecause(scope: StepScope, { name }: ResolvedDatabase): string | null {
  const { context, deps, input } = scope;
  const ensured = context.outputs[`ensure-database:${name}`] as { created?: boolean } | undefined;
  if (ensured?.created === true) return `${name} was made in this run and holds nothing yet`;
  const now = migrationsInProgress(scope)?.[name];
  const environment = input.environment.name;
  const [live] = deps.history.entries(environment, 1);
  // What a rollback made live says nothing of what ran.
  const ran = live?.migrations?.[name];
  if (live === undefined || !deps.history.ranOnDatabase(environment, name)(live.at)) return null;
  // Where no file was found nothing is known of what will run.
  if (now === undefined || ran === undefined || Object.keys(now).length === 0 || !areSameFiles(now, ran))
    return null;
  return `no migration file changed since ${live.release.id}, which is live`;
}

/** Null where the platform has none. */
async function makePoint(
  scope: StepScope,
  database: ResolvedDatabase,
  platform: DatabasePlatform,
): Promise<RestorePoint | null> {
  const { context, deps } = scope;
  assert(database.restorePoints !== null, 'a database without restore points has no such step');
  const { forMs, keep } = database.restorePoints;
  const name = `before-${context.runId}`;
  const expiresAt = await context.once('expires-at', () => Promise.resolve(deps.clock.now() + forMs));
  const make = async (): Promise<RestorePoint> =>
    platform.createRestorePoint(database, { name, expiresAt }, context);
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === 'PROVIDER_NOT_SUPPORTED') return null;
    if (error.code !== 'PROVIDER_QUOTA') throw error;
    const removed = await removeOld(scope, database, platform, { name, keep: keep - 1 });
    if (removed === 0) throw error;
    return make();
  }
}

/** Old ones that stay are no reason to fail: the next run removes them. */
async function prune(
  scope: StepScope,
  database: ResolvedDatabase,
  platform: DatabasePlatform,
  name: string,
): Promise<void> {
  const { context } = scope;
  try {
    await removeOld(scope, database, platform, { name, keep: (database.restorePoints?.keep ?? 1) - 1 });
  } catch (error) {
    if (context.signal.aborted || !(error instanceof ToolError)) throw error;
    context.log(`older restore points could not be removed: ${error.message}`);
  }
}

/** Removes those of earlier runs beyond `keep`, the one called `name` not counted, and says how many went. What people keep by hand stays. */
async function removeOld(
  { context, deps, input }: StepScope,
  database: ResolvedDatabase,
  platform: DatabasePlatform,
  { name, keep }: { readonly name: string; readonly keep: number },
): Promise<number> {
  const points = await platform.restorePoints(database);
  const made = points.filter((point) => point.isOurs && point.name.startsWith(PREFIX) && point.name !== name);
  const [live] = deps.history.entries(input.environment.name, 1);
  const old = inOrderOfWorth(made, live?.at ?? 0).slice(Math.max(0, keep));
  let removed = 0;
  for (const point of old) {
    const removal = await platform.deleteRestorePoint(database, point.name, context);
    if (removal.isGone) removed += 1;
    context.log(
      removal.isGone
        ? `${database.name}: ${point.name} is removed, for only ${keep + 1} are kept`
        : `${database.name}: ${point.name} stays: ${removal.because}`,
    );
  }
  return removed;
}

/**
 * The one before the first try since the last release comes first: it alone has nothing of the tries that failed
 * meanwhile, however many. Then the newest.
 */
function inOrderOfWorth(points: readonly RestorePoint[], liveAt: number): readonly RestorePoint[] {
  const newest = points.toSorted((one, other) => other.at - one.at);
  const first = newest.findLast(({ at }) => at > liveAt);
  return first === undefined ? newest : [first, ...newest.filter((point) => point !== first)];
}
