import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { digestOf } from '../release.ts';
import { flyAppNamed, imageOf, scopeOf, type StepScope } from '../step-scope.ts';

/** Reads the platforms again: every machine of every app runs the release's digests, or the deployment failed (invariant 11). */
export function verifyStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'verify'>(deps, context);
      const problems: string[] = [];
      let machines = 0;
      for (const name of deployedApps(scope)) {
        const app = flyAppNamed(scope, name);
        const observed = await deps.platformOf(app).observeApp(app.platformName);
        machines += observed?.machines.length ?? 0;
        problems.push(...differences(app, digestOf(imageOf(scope, name)), observed?.machines ?? []));
      }
      if (problems.length === 0) {
        context.log(`${machines} machines run the release's digests`);
        return { machines };
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

/** The apps this run deploys: all of the environment, or those a rollback was limited to. */
export function deployedApps(scope: StepScope): readonly string[] {
  const { trigger, environment } = scope.input;
  if (trigger.kind === 'rollback' && trigger.apps !== null) return trigger.apps;
  if (trigger.kind === 'scale') return [trigger.app];
  return environment.apps.map((app) => app.name);
}

/** Every way in which what runs differs from what should, in words. What is on a lost host does not run. Pure. */
export function differences(
  app: ResolvedFlyApp,
  digest: string,
  observed: readonly ObservedMachine[],
): string[] {
  const problems: string[] = [];
  const machines = observed.filter((machine) => machine.reachable);
  for (const machine of machines) {
    const where = `${app.platformName} machine ${machine.id} in ${machine.region}`;
    if (machine.digest !== digest) problems.push(`${where} runs ${machine.digest ?? 'an unknown image'}`);
    if (machine.cordoned) problems.push(`${where} is cordoned`);
    const isAsleep = machine.state === 'stopped' || machine.state === 'suspended';
    if (machine.state !== 'started' && !(isAsleep && app.sleep !== 'never')) {
      problems.push(`${where} is ${machine.state}`);
    } else if (machine.state === 'started' && machine.healthy === false) {
      problems.push(`${where} is unhealthy`);
    }
  }
  for (const { region, count } of app.regions) {
    const there = machines.filter((machine) => machine.region === region).length;
    if (there !== count)
      problems.push(`${app.platformName} has ${there} machines in ${region}, not ${count}`);
  }
  return problems;
}
