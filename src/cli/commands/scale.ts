import type { ResolvedEnvironment, ResolvedFlyApp, ResolvedProject } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { appDrift, settingsToWrite } from '../../pipeline/drift.ts';
import { environmentNamed } from '../../plan/environment-named.ts';
import type { Observed, ScaleChange, Trigger } from '../../plan/plan.ts';
import { scaleWords } from '../../plan/steps/scale-steps.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { readHistory } from '../github/read-history.ts';
import { requireAllowed } from '../github/require-allowed.ts';
import { writeJson } from '../output.ts';
import {
  isScaledSo,
  machinesAfter,
  parseScale,
  type ScaleArguments,
} from '../environment/scale-arguments.ts';
import { requireSight } from '../platforms/sight-problem.ts';
import { configLines } from '../views/environment/drift.ts';
import { paint } from '../views/text/paint.ts';
import type { Workbench } from '../workbench.ts';
import { requirePlace } from '../environment/require-place.ts';
import { openBench, unknownApp } from './deploy.ts';
import { planFor } from './plan.ts';

/** `glidepath scale <env> <app>`: counts and size at once, for emergencies; drift until it is written. */
export async function scale(
  context: CommandContext,
  names: { environment: string; app: string },
  typed: ScaleArguments & { readonly isConfirmed: boolean; readonly confirm: string | null },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, names.environment);
  const app = requireFlyApp(environment, names.app);
  const { confirm } = typed;
  requireAllowed(context, bench, { command: 'scale', environment, confirm });
  await readHistory(context, bench, [names.environment]);
  const machines = await readMachines(bench, environment, app);
  const change = parseScale(typed, app, machines);
  if (machinesAfter(change, machines) === 0 && !typed.isConfirmed) throw takesDown(environment, app, typed);
  const trigger: Trigger = { kind: 'scale', environment: environment.name, app: app.name, change };
  const [deployment] = planFor(bench.project, trigger, observedOf(environment, app, machines)).deployments;
  if (deployment === undefined) return EXIT.ok;
  if (isScaledSo(change, machines) && !(await isBusy(bench, deployment.lockKey)))
    return sayNothingToDo(context, app, change);
  const live = bench.history.live(environment.name);
  const code = await carryOut(context, bench, {
    deployment,
    environment,
    trigger,
    commit: live?.release.commit ?? machines[0]?.commit ?? '',
    ref: live?.release.ref ?? '',
    release: live?.release ?? null,
  });
  if (code === EXIT.ok && !context.output.json) await sayWhatToWrite(context, bench, environment, app);
  return code;
}

function requireFlyApp(environment: ResolvedEnvironment, name: string): ResolvedFlyApp {
  const app = environment.apps.find((candidate) => candidate.name === name);
  if (app === undefined) throw unknownApp(environment, name);
  if (app.platform === 'fly') return app;
  throw new ToolError('PROVIDER_NOT_SUPPORTED', `${name} runs on ${app.platform}, which scales by itself.`);
}

async function readMachines(
  bench: Workbench,
  environment: ResolvedEnvironment,
  app: ResolvedFlyApp,
): Promise<readonly ObservedMachine[]> {
  const observed = await bench.deps.platformOf(app).observeApp(app.platformName);
  if (observed !== null && observed.machines.length > 0) return observed.machines;
  if (observed === null) await requireSight(bench.deps.platformOf(app), environment.name, [app]);
  throw new ToolError('PLAN_NOTHING_DEPLOYED', `${app.name} has no machine in ${environment.name} to copy.`, {
    hint: `Deploy it first: ${deployCommand(bench.project, environment.name)}`,
  });
}

function deployCommand(project: ResolvedProject, name: string): string {
  const number = environmentNamed(project, name)?.pullRequest ?? null;
  return number === null ? `glidepath deploy ${name}` : `glidepath review open ${number}`;
}

/** While a run holds the environment, what is there is not what will be: a successor stands beside its machine, say. */
async function isBusy(bench: Workbench, lockKey: string): Promise<boolean> {
  const statuses = ['queued', 'running', 'waiting', 'interrupted'] as const;
  return (await bench.engine.list({ lockKey, statuses, limit: 1 })).length > 0;
}

function observedOf(
  environment: ResolvedEnvironment,
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
): Observed {
  const apps = { [app.name]: { machines: machines.length } };
  return { environments: { [environment.name]: { liveRelease: null, apps, databases: {} } } };
}

function takesDown(environment: ResolvedEnvironment, app: ResolvedFlyApp, typed: ScaleArguments): ToolError {
  const counts = typed.counts.map((count) => `--count ${count}`).join(' ');
  return new ToolError(
    'CLI_USAGE',
    `That leaves ${app.name} in ${environment.name} without a machine: it would be down until the next deployment.`,
    { hint: `If you mean it: glidepath scale ${environment.name} ${app.name} ${counts} --yes` },
  );
}

function sayNothingToDo(context: CommandContext, app: ResolvedFlyApp, change: ScaleChange): ExitCode {
  if (context.output.json) writeJson(context.output, { changed: false, app: app.name, ...change });
  else context.output.write(`${app.name} is already at ${scaleWords(change)}. Nothing to do.\n`);
  return EXIT.ok;
}

/** What was scaled by hand is gone with the next deployment, unless it is written. */
async function sayWhatToWrite(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  app: ResolvedFlyApp,
): Promise<void> {
  const observed = await bench.deps.platformOf(app).observeApp(app.platformName);
  const machines = observed?.machines ?? [];
  const settings = settingsToWrite(app, machines, appDrift(app, machines, null));
  if (settings.length === 0) return;
  const { cyan, dim } = paint(context.output.color);
  // Of one pull request, what is written holds for all of them.
  const { template } = environmentNamed(bench.project, environment.name) ?? { template: environment.name };
  const lines = configLines(template, app.name, settings).map((line) => `      ${line}`);
  context.output.write(
    [
      `  ${dim('Not written yet: the next deployment brings back what the config says.')}`,
      `  ${cyan('→')} To keep this, add to glidepath.config.ts:`,
      ...lines,
      '',
    ].join('\n'),
  );
}
