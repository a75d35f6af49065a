import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import type { FoundDeployment } from '../../pipeline/github/unfinished.ts';
import type { LiveRelease } from '../../pipeline/history.ts';
import { differences } from '../../pipeline/steps/verify.ts';
import { planTrigger } from '../../plan/plan-trigger.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import type { CarryOutRequest } from '../runs/carry-out-request.ts';
import type { Workbench } from '../workbench.ts';
import type { GithubRun } from './github-run.ts';

/**
 * Puts back what ran before deployments that were left half done: the release of record, by the ordinary plan of a rollback
 * and with the settings that it ran with. Where nothing was live before them, what they made is taken away. Returns
 * whether it is back; does nothing where nothing was changed.
 */
export async function putBackWhatRan(run: GithubRun, left: readonly FoundDeployment[]): Promise<boolean> {
  const { context, bench, request } = run;
  // A review app is thrown away whole, and made anew by the next push.
  if (request.environment.kind === 'review') return true;
  const live = bench.history.live(request.environment.name);
  if (live === null) return takeAway(run, left);
  const environment = (await bench.deps.environmentOf(live.runId)) ?? request.environment;
  if (await isAsLive(bench, environment, live)) return true;
  context.output.error(`! Putting back ${live.release.id}, which was live in ${environment.name} before.\n`);
  const wayBack = rollbackTo(bench, environment, live);
  if (wayBack === null) return false;
  return (await run.work(wayBack, bench.newRunId(), () => undefined)) === EXIT.ok;
}

function rollbackTo(
  bench: Workbench,
  environment: ResolvedEnvironment,
  { release }: LiveRelease,
): CarryOutRequest | null {
  const trigger = {
    kind: 'rollback',
    environment: environment.name,
    release: release.id,
    apps: null,
  } as const;
  const [deployment] = planTrigger(bench.project, trigger, { environments: {} }).deployments;
  if (deployment === undefined) return null;
  return { deployment, environment, trigger, commit: release.commit, ref: release.ref, release };
}

/** By looking: every machine runs the digests of record, and there are as many as were written. */
async function isAsLive(
  { deps }: Workbench,
  environment: ResolvedEnvironment,
  { release }: LiveRelease,
): Promise<boolean> {
  for (const app of environment.apps) {
    const digest = release.digests[app.name];
    if (app.platform !== 'fly' || digest === undefined) continue;
    const observed = await deps.platformOf(app).observeApp(app.platformName);
    const { problems, moving } = differences(app, digest, observed?.machines ?? []);
    if (problems.length > 0 || moving.length > 0) return false;
  }
  return true;
}

/** Nothing was live: whatever carries the key of a dead run is its own. */
async function takeAway(
  { bench, request, context }: GithubRun,
  left: readonly FoundDeployment[],
): Promise<boolean> {
  const { environment } = request;
  for (const { payload } of left) {
    for (const app of environment.apps) {
      if (app.platform !== 'fly') continue;
      const platform = bench.deps.platformOf(app);
      if ((await platform.observeApp(app.platformName)) === null) continue;
      const work: PlatformWork = {
        idempotencyKey: `${payload.run}/deploy:${app.name}`,
        signal: context.interrupt,
        once: (_key, fn) => fn(),
        recorded: () => undefined,
        log: (line) => context.output.error(`  ${line}\n`),
      };
      const releaseId = payload.live ?? '';
      await platform.removeDeployed(
        { app, platformName: app.platformName, image: '', releaseId, commit: payload.commit, env: {} },
        work,
      );
    }
  }
  return true;
}
