import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { LiveRelease } from '../../pipeline/history.ts';
import type { ReviewedPlan } from '../../pipeline/approval/reviewed-plan.ts';
import type { Release } from '../../pipeline/release.ts';
import type { Trigger } from '../../plan/plan.ts';
import type { PlanOptions } from '../../plan/plan-trigger.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { readHistory } from '../github/read-history.ts';
import { requireAllowed, requireCommitAllowed, triggerHere } from '../github/require-allowed.ts';
import { sayDrift } from '../runs/say-drift.ts';
import type { Workbench } from '../workbench.ts';
import { openWorkbench, type WorkbenchOptions } from '../wiring.ts';
import { planFor } from './plan.ts';

/** As much of the history as is searched: years of it. */
const HISTORY_LIMIT = 1_000;

/** `glidepath deploy <env>`: one deployment of a commit, or of a release that exists already. */
export async function deploy(
  context: CommandContext,
  environment: string,
  options: {
    ref: string | null;
    release: string | null;
    confirm: string | null;
    reviewed: ReviewedPlan | null;
  },
): Promise<ExitCode> {
  if (options.ref !== null && options.release !== null) {
    throw new ToolError('CLI_USAGE', '--ref and --release cannot be combined.', {
      hint: 'See how it is used: glidepath deploy --help',
    });
  }
  await using bench = await openBench(context);
  const { confirm, reviewed } = options;
  const target = requireEnvironment(bench.project, environment);
  const allowed = requireAllowed(context, bench, { command: 'deploy', environment: target, confirm });
  if (options.release !== null) {
    await readHistory(context, bench, standingNames(bench.project));
    return await deployRelease(context, bench, { id: options.release, environment, reviewed });
  }
  await readHistory(context, bench, [environment]);
  const ref = options.ref ?? 'HEAD';
  await warnAboutUncommitted(context, bench, ref);
  const commit = await bench.source.resolveRef(ref);
  await requireCommitAllowed(context, bench, allowed, { environment: target, commit });
  const trigger = triggerHere(context, target);
  // In a record a name says more than HEAD, which is another commit tomorrow, and than the commit itself.
  const isStartedAt = allowed !== null && (ref === 'HEAD' || ref === allowed.github.sha);
  const named = isStartedAt ? allowed.github.refName : ref;
  const deployed = { ref: named, commit, only: environment, reviewed };
  return await deployTrigger(context, bench, trigger, null, deployed);
}

function standingNames({ environments }: ResolvedProject): readonly string[] {
  return environments.filter(({ kind }) => kind === 'standing').map(({ name }) => name);
}

/** A release that exists is promoted from where it was live: its images are taken as they are, its gates asked. */
async function deployRelease(
  context: CommandContext,
  bench: Workbench,
  { id, environment, reviewed }: { id: string; environment: string; reviewed: ReviewedPlan | null },
): Promise<ExitCode> {
  const release = requireRelease(bench, id, environment);
  const from = bench.history
    .entries(null, HISTORY_LIMIT)
    .find((entry) => entry.release.id === release.id && entry.environment !== environment);
  if (from === undefined) {
    throw new ToolError('PLAN_UNKNOWN_RELEASE', `${release.id} was never live outside ${environment}.`, {
      hint: `Go back to it: glidepath rollback ${environment} --to ${release.id}`,
    });
  }
  const trigger: Trigger = { kind: 'promote', from: from.environment, to: environment };
  return await deployTrigger(context, bench, trigger, release, { ...release, reviewed });
}

/** `glidepath promote <from> <to>`: the very release that is live in one environment, to another. */
export async function promote(
  context: CommandContext,
  from: string,
  to: string,
  { confirm, reviewed }: { confirm: string | null; reviewed: ReviewedPlan | null },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  requireEnvironment(bench.project, from);
  const environment = requireEnvironment(bench.project, to);
  requireAllowed(context, bench, { command: 'promote', environment, confirm });
  await readHistory(context, bench, [from, to]);
  const { release } = requireLive(bench, from);
  return await deployTrigger(context, bench, { kind: 'promote', from, to }, release, {
    ...release,
    reviewed,
  });
}

/** What is live in an environment; throws PLAN_NOTHING_DEPLOYED. */
export function requireLive({ history }: Pick<Workbench, 'history'>, environment: string): LiveRelease {
  const live = history.live(environment);
  if (live !== null) return live;
  throw new ToolError('PLAN_NOTHING_DEPLOYED', `Nothing has been deployed to ${environment} yet.`, {
    hint: `Deploy there first: glidepath deploy ${environment}`,
  });
}

/** What is deployed, and where of all that the trigger would start; everywhere if nothing is said. */
interface Deployed {
  readonly ref: string;
  readonly commit: string;
  readonly only?: string;
  /** What reviewers of GitHub agreed to, as the jobs before say; null where they say nothing. */
  readonly reviewed?: ReviewedPlan | null;
}

/** Plans one trigger and carries its deployments out, one environment after the other. `deployed`: or only what it is named by. */
export async function deployTrigger(
  context: CommandContext,
  bench: Workbench,
  trigger: Trigger,
  release: Release | null,
  deployed: Deployed | string,
  options: PlanOptions = {},
): Promise<ExitCode> {
  // Not observed: what is there only changes the words of a plan, and every step looks for itself before it acts.
  const { deployments } = planFor(bench.project, trigger, { environments: {} }, options);
  const { ref, commit, only, reviewed }: Deployed =
    typeof deployed === 'string'
      ? { ref: deployed, commit: await bench.source.resolveRef(deployed) }
      : deployed;
  const told = reviewed === undefined || reviewed === null ? {} : { reviewed };
  for (const deployment of deployments) {
    if (only !== undefined && deployment.environment !== only) continue;
    const environment = await environmentOf(bench.project, deployment.environment, deployment.pullRequest);
    await sayDrift(context, bench, environment);
    const request = { deployment, environment, trigger, commit, ref, release, ...told };
    const code = await carryOut(context, bench, request);
    if (code !== 0) return code;
  }
  return 0;
}

async function environmentOf(
  project: ResolvedProject,
  name: string,
  pullRequest: number | null,
): Promise<ResolvedEnvironment> {
  const environment = requireEnvironment(project, name);
  if (pullRequest === null) return environment;
  const { forPullRequest } = await import('../../plan/for-pull-request.ts');
  return forPullRequest(environment, pullRequest);
}

/** A workbench that closes itself at the end of its scope. */
export async function openBench(
  context: CommandContext,
  options: WorkbenchOptions = {},
): Promise<Workbench & AsyncDisposable> {
  const bench = await openWorkbench(context, options);
  return { ...bench, [Symbol.asyncDispose]: () => bench.close() };
}

/** What to say of an app that an environment does not have. */
export function unknownApp(environment: ResolvedEnvironment, name: string): ToolError {
  const names = environment.apps.map((app) => app.name);
  return new ToolError('PLAN_UNKNOWN_APP', `There is no app "${name}" in ${environment.name}.`, {
    hint: nameHint(name, names, 'apps'),
  });
}

/** The environment of that name; throws PLAN_UNKNOWN_ENVIRONMENT with those there are. */
export function requireEnvironment(project: ResolvedProject, name: string): ResolvedEnvironment {
  const found = project.environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  const names = project.environments.map((environment) => environment.name);
  throw new ToolError('PLAN_UNKNOWN_ENVIRONMENT', `There is no environment "${name}" in ${project.name}.`, {
    hint: nameHint(name, names, 'environments'),
  });
}

/** The release of that id, a unique beginning of it, or of its commit; throws PLAN_UNKNOWN_RELEASE. */
export function requireRelease(bench: Workbench, id: string, environment: string): Release {
  const all = bench.history.releases(HISTORY_LIMIT).map((entry) => entry.release);
  const matches = all.filter(
    (release) =>
      release.id === id || release.id.startsWith(id) || (id.length >= 7 && release.commit.startsWith(id)),
  );
  const [found] = matches;
  if (found !== undefined && (matches.length === 1 || found.id === id)) return found;
  const why =
    matches.length > 1
      ? `"${id}" matches several releases: ${matches.map((release) => release.id).join(', ')}.`
      : `There is no release "${id}".`;
  throw new ToolError('PLAN_UNKNOWN_RELEASE', why, { hint: `See them: glidepath releases ${environment}` });
}

async function warnAboutUncommitted(context: CommandContext, bench: Workbench, ref: string): Promise<void> {
  if (ref !== 'HEAD' || !(await bench.source.isDirty())) return;
  context.output.error('! The working copy has uncommitted changes; they are not part of this deployment.\n');
}
