import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';
import { lostMachines } from '../drift.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { digestOf } from '../release.ts';
import { flyAppNamed, imageOf, scopeOf, type StepScope } from '../step-scope.ts';

/** A check that flaps is seen by a second look, one interval after the first; longer than this nobody waits for it. */
const SECOND_LOOK_MS_MAX = 5_000;
/** A machine that the proxy wakes or puts to sleep has come to rest by then: a boot, or a stop time-out and its kill. */
const REST_MS_MAX = 30_000;
/** Between two looks at one that has not. */
const REST_LOOK_MS = 1_000;

/**
 * Reads the platforms again: every machine of every app runs the release's digests, or the deployment failed (invariant
 * 11). Looks twice at a release that is new here, for at one look a check may have passed by luck.
 */
export function verifyStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'verify'>(deps, context);
      let { machines, problems, lost } = await lookAtRest(scope);
      const pauseMs = secondLookAfterMs(scope);
      if (problems.length === 0 && pauseMs > 0) {
        await deps.clock.sleep(pauseMs, context.signal);
        ({ machines, problems, lost } = await lookAtRest(scope));
      }
      if (problems.length === 0) {
        context.log(`${machines} ${machines === 1 ? 'machine runs' : 'machines run'} the release's digests`);
        return { machines, lost };
      }
      throw new ToolError(
        'DEPLOY_NOT_CONVERGED',
        `What runs in ${scope.input.environment.name} is not what was deployed: ${problems[0]}.`,
        {
          hint: `Look at it: glidepath status ${scope.input.environment.name}`,
          output: problems,
        },
      );
    },
  };
}

interface Found {
  /** Those that can be reached. */
  readonly machines: number;
  readonly problems: readonly string[];
  /** What is no problem yet: machines that the proxy may be waking or putting to sleep right now. */
  readonly moving: readonly string[];
  /** What is left to people, in words: machines on hosts that cannot be reached. */
  readonly lost: string[];
}

/** Looks until nothing moves any more, or something else is wrong. What has not come to rest in time is a problem. */
async function lookAtRest(scope: StepScope): Promise<Found> {
  const { clock } = scope.deps;
  const deadline = clock.now() + REST_MS_MAX;
  for (;;) {
    const found = await look(scope);
    if (found.moving.length === 0 || found.problems.length > 0) return found;
    if (clock.now() >= deadline) return { ...found, problems: found.moving };
    await clock.sleep(REST_LOOK_MS, scope.context.signal);
  }
}

async function look(scope: StepScope): Promise<Found> {
  const problems: string[] = [];
  const moving: string[] = [];
  const lost: string[] = [];
  let machines = 0;
  for (const name of deployedApps(scope)) {
    const app = flyAppNamed(scope, name);
    const observed = await scope.deps.platformOf(app).observeApp(app.platformName);
    const there = observed?.machines ?? [];
    machines += there.filter(({ reachable }) => reachable).length;
    const found = differences(app, digestOf(imageOf(scope, name)), there);
    problems.push(...found.problems);
    moving.push(...found.moving);
    lost.push(...lostMachines(there).map((machine) => lostWords(app, machine)));
  }
  return { machines, problems, moving, lost };
}

function lostWords({ name, platformName }: ResolvedFlyApp, { id, region, release }: ObservedMachine): string {
  return `${name}: machine ${id} in ${region} is left with ${release ?? 'what it ran'}, on a host that Fly cannot reach. Remove it: fly machine destroy --force ${id} -a ${platformName}`;
}

/** The longest interval of the apps' checks. What was gone back to, or only counted anew, has shown before that it runs. */
function secondLookAfterMs(scope: StepScope): number {
  const { trigger } = scope.input;
  if (trigger.kind === 'rollback' || trigger.kind === 'scale') return 0;
  const intervals = deployedApps(scope).map((name) => flyAppNamed(scope, name).health?.intervalMs ?? 0);
  return Math.min(SECOND_LOOK_MS_MAX, Math.max(0, ...intervals));
}

/** The apps this run deploys: all of the environment, or those a rollback was limited to. */
export function deployedApps(scope: StepScope): readonly string[] {
  const { trigger, environment } = scope.input;
  if (trigger.kind === 'rollback' && trigger.apps !== null) return trigger.apps;
  if (trigger.kind === 'scale') return [trigger.app];
  return environment.apps.map((app) => app.name);
}

/** On its way between sleep and work: with an app that may sleep the proxy does that at any moment, by itself. */
const MOVING: ReadonlySet<string> = new Set(['starting', 'stopping', 'suspending']);

/**
 * Every way in which what runs differs from what should, in words; `moving` where that may be over in a moment. What is
 * on a lost host does not run. Pure.
 */
export function differences(
  app: ResolvedFlyApp,
  digest: string,
  observed: readonly ObservedMachine[],
): { readonly problems: string[]; readonly moving: string[] } {
  const problems: string[] = [];
  const moving: string[] = [];
  const maySleep = app.sleep !== 'never';
  const machines = observed.filter((machine) => machine.reachable);
  for (const machine of machines) {
    const where = `${app.platformName} machine ${machine.id} in ${machine.region}`;
    if (machine.digest !== digest) problems.push(`${where} runs ${machine.digest ?? 'an unknown image'}`);
    if (machine.cordoned) problems.push(`${where} is cordoned`);
    const isAsleep = machine.state === 'stopped' || machine.state === 'suspended';
    if (machine.state !== 'started' && !(isAsleep && maySleep)) {
      (maySleep && MOVING.has(machine.state) ? moving : problems).push(`${where} is ${machine.state}`);
    } else if (machine.state === 'started' && machine.healthy === false) {
      // A request may have woken it a moment ago, and its checks have not passed yet.
      (maySleep ? moving : problems).push(`${where} is unhealthy`);
    }
  }
  for (const { region, count } of app.regions) {
    const there = machines.filter((machine) => machine.region === region).length;
    if (there !== count)
      problems.push(`${app.platformName} has ${there} machines in ${region}, not ${count}`);
  }
  return { problems, moving };
}
