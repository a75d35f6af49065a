import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { TrialCell } from '../../migrations/verdict/rollback-verdict.ts';
import { databaseNamed } from '../env-values.ts';
import type { LiveRelease } from '../history.ts';
import { withProbeBranch, type ProbeBranch } from '../probe/probe-branch.ts';
import { asFlyApp, type StepScope } from '../step-scope.ts';
import { appsToTry, databasesOf } from './trial-apps.ts';
import { tryRelease, type TriedRelease } from './try-release.ts';

/** Both releases, with the branches that they are tried on. */
export interface TrialPair {
  readonly database: ResolvedDatabase;
  /** Migrated; its twin is not. */
  readonly branch: ProbeBranch;
  readonly before: TriedRelease;
  /** Null where there are no images of it. */
  readonly after: TriedRelease | null;
}

/**
 * Tries {old code, new code} × {old schema, new schema}. On each schema the new release runs while the old one is up, as in
 * a deployment, and the old one is asked again afterwards. What cannot be tried at all is said in each cell.
 */
export async function tryReleases(scope: StepScope, pair: TrialPair): Promise<readonly TrialCell[]> {
  const { database, before, after } = pair;
  const used = databasesOf([
    ...appsToTry(before.environment, database.name),
    ...(after === null ? [] : appsToTry(after.environment, database.name)),
  ]);
  try {
    return await withBranchesOf(
      scope,
      used.filter((name) => name !== database.name),
      new Map(),
      (others) => tryOnBoth(scope, pair, others),
    );
  } catch (error) {
    if (scope.context.signal.aborted || !(error instanceof ToolError)) throw error;
    scope.context.log(`! the releases could not be tested: ${error.message}`);
    return [notTried('old', 'old', error.message), notTried('old', 'new', error.message)];
  }
}

/** Databases that the apps use besides: nothing that is tried may write to a real one. */
async function withBranchesOf<T>(
  scope: StepScope,
  databases: readonly string[],
  made: ReadonlyMap<string, string>,
  use: (branches: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = databases;
  if (first === undefined) return use(made);
  const { deps, input, context } = scope;
  const database = databaseNamed(input.environment, first);
  const options = { environment: input.environment.name, database, keep: false };
  return withProbeBranch(deps, options, context, ({ name }) =>
    withBranchesOf(scope, rest, new Map([...made, [first, name]]), use),
  );
}

async function tryOnBoth(
  scope: StepScope,
  { database, branch, before, after }: TrialPair,
  others: ReadonlyMap<string, string>,
): Promise<readonly TrialCell[]> {
  const twin = await branch.twin();
  const tryOn = async (schema: TrialCell['schema'], name: string): Promise<readonly TrialCell[]> => {
    const ground = { schema, database: database.name, branches: new Map([...others, [database.name, name]]) };
    const cells: TrialCell[] = [];
    const tryNew = async (): Promise<void> => {
      if (after !== null && cells.length === 0) cells.push(await tryRelease(scope, after, ground));
    };
    const old = await tryRelease(scope, before, { ...ground, meanwhile: tryNew });
    // Where the old one failed at once the new one was not tried yet.
    await tryNew();
    return [old, ...cells];
  };
  const ended = await Promise.allSettled([tryOn('old', twin.name), tryOn('new', branch.name)]);
  return ended.flatMap((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

/** The release that is live, as it ran. */
export async function releaseBefore(
  { deps, input }: StepScope,
  { release, runId }: LiveRelease,
): Promise<TriedRelease> {
  const environment = (await deps.environmentOf(runId)) ?? input.environment;
  const images = new Map<string, string>();
  for (const app of environment.apps) {
    const digest = release.digests[app.name];
    if (digest === undefined) continue;
    images.set(app.name, deps.platformOf(app).imageReference(asFlyApp(app).platformName, digest));
  }
  return { code: 'old', id: release.id, commit: release.commit, environment, images };
}

function notTried(code: TrialCell['code'], schema: TrialCell['schema'], message: string): TrialCell {
  return { code, schema, result: 'not-tried', app: null, failed: null, message, output: [] };
}
