import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Release } from '../../pipeline/release.ts';
import { rollbackTarget } from '../../pipeline/rollback-target.ts';
import { crossedReleases, requireWayBack, type AskedWayBack } from '../../pipeline/verdict/way-back.ts';
import type { ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import { environmentNamed } from '../../plan/environment-named.ts';
import type { Trigger } from '../../plan/plan.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { readHistory } from '../github/read-history.ts';
import { requireAllowed } from '../github/require-allowed.ts';
import { sayDrift } from '../runs/say-drift.ts';
import type { Workbench } from '../workbench.ts';
import { openBench, requireEnvironment, requireRelease, unknownApp } from './deploy.ts';
import { planFor } from './plan.ts';

/** `glidepath rollback <env>`: back to an earlier release, by its digests and with the settings it ran with. */
export async function rollback(
  context: CommandContext,
  name: string,
  options: {
    to: string | null;
    apps: readonly string[] | null;
    across: readonly string[];
    confirm: string | null;
  },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requireEnvironment(bench.project, requireStanding(bench.project, name));
  const { confirm } = options;
  requireAllowed(context, bench, { command: 'rollback', environment, confirm });
  requireApps(environment, options.apps);
  await readHistory(context, bench, [name]);
  const release =
    options.to === null ? previousRelease(bench, name) : earlierRelease(bench, options.to, name);
  const across = options.across.map((id) => requireRelease(bench, id, name).id);
  const notes = requireWayBack(wayBackOf(bench, environment, release.id, across));
  const trigger: Trigger = {
    kind: 'rollback',
    environment: name,
    release: release.id,
    apps: options.apps,
    ...(across.length === 0 ? {} : { across }),
  };
  const { deployments } = planFor(bench.project, trigger, { environments: {} });
  const [deployment] = deployments;
  if (deployment === undefined) return 0;
  for (const note of notes) context.output.error(`! ${note}\n`);
  const before = await environmentAsItRan(bench, name, release.id);
  await sayDrift(context, bench, before ?? environment);
  return await carryOut(context, bench, {
    deployment: { ...deployment, notes: [...deployment.notes, ...notes] },
    environment: before ?? environment,
    trigger,
    commit: release.commit,
    ref: release.ref,
    release,
  });
}

/** A review app runs what its pull request has: the next push would bring back what was rolled back from. */
function requireStanding(project: ResolvedProject, name: string): string {
  const named = environmentNamed(project, name);
  const isTemplate = project.environments.some((one) => one.name === name && one.kind === 'review');
  if (!isTemplate && (named === null || named.pullRequest === null)) return name;
  const number = named?.pullRequest ?? 42;
  throw new ToolError('CLI_USAGE', `${name} follows its pull request, so it cannot be rolled back.`, {
    hint: `Revert the commit on its branch. To see an earlier one: glidepath review open ${number} --ref <commit>`,
  });
}

/** What stands between what is live and the release to go back to. */
function wayBackOf(
  bench: Workbench,
  { name, databases }: ResolvedEnvironment,
  target: string,
  across: readonly string[],
): AskedWayBack {
  return {
    environment: name,
    target,
    crossed: crossedReleases(bench.history.entries(name, 1000), target, (database, at) =>
      bench.history.ranOnDatabase(name, database)(at),
    ),
    across,
    hasOneDatabase: databases.length === 1,
    now: bench.clock.now(),
  };
}

function requireApps(environment: ResolvedEnvironment, apps: readonly string[] | null): void {
  for (const app of apps ?? []) {
    if (environment.apps.some((candidate) => candidate.name === app)) continue;
    throw unknownApp(environment, app);
  }
}

/** A rollback asks no gates, so only what was live there before may come back. */
function earlierRelease(bench: Workbench, id: string, environment: string): Release {
  const release = requireRelease(bench, id, environment);
  if (bench.history.entries(environment, 1000).some((entry) => entry.release.id === release.id))
    return release;
  throw new ToolError(
    'PLAN_UNKNOWN_RELEASE',
    `${release.id} was never live in ${environment}, so there is nothing to roll back to.`,
    {
      hint: `Deploy it through the gates: glidepath deploy ${environment} --release ${release.id}`,
    },
  );
}

/** The newest release that was live before the one that is, over those that were rolled back from. */
function previousRelease(bench: Workbench, environment: string): Release {
  const live = bench.history.live(environment)?.release.id ?? null;
  const { release, skipped } = rollbackTarget(bench.history.entries(environment, 1000), live);
  if (release !== null) return release;
  const [newest] = skipped;
  if (newest !== undefined)
    throw new ToolError(
      'PLAN_NOTHING_DEPLOYED',
      `${environment} has no release before ${live}; ${skipped.join(', ')} ${skipped.length === 1 ? 'was' : 'were'} rolled back from.`,
      { hint: `Name it to go forward again: glidepath rollback ${environment} --to ${newest}` },
    );
  throw new ToolError(
    'PLAN_NOTHING_DEPLOYED',
    live === null
      ? `Nothing was deployed to ${environment} yet.`
      : `No release was live in ${environment} before ${live}.`,
    {
      hint:
        live === null
          ? `Deploy it: glidepath deploy ${environment}`
          : `See its releases: glidepath releases ${environment}`,
    },
  );
}

/** The environment as resolved when the release last became live there: its variables and sizes come back too. */
async function environmentAsItRan(
  bench: Workbench,
  name: string,
  releaseId: string,
): Promise<ResolvedEnvironment | null> {
  const entry = bench.history.entries(name, 1000).find((candidate) => candidate.release.id === releaseId);
  if (entry === undefined) return null;
  return bench.deps.environmentOf(entry.runId);
}
