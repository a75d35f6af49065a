import { ToolError } from '../../../diagnostics/tool-error.ts';
import { listMachines } from '../machines/list-machines.ts';
import { APP_GROUP, metadataOf } from '../machines/machine-config.ts';
import { isJustAwake, isOnTheMove } from '../machines/is-on-the-move.ts';
import { digestOf, isAsleep, isGone, isHealthy, isReachable } from '../machines/machine-state.ts';
import type { Machine } from '../client/wire-types.ts';
import type { Rollout } from './rollout.ts';

/**
 * Converged means observed: every machine is read once more, none is taken on trust (invariant 11). Throws
 * DEPLOY_NOT_CONVERGED naming each machine that is not as deployed, what it runs, and the command that mends it by hand.
 */
export async function requireConverged(rollout: Rollout): Promise<void> {
  const { deployment } = rollout;
  const machines = await ownMachines(rollout);
  const faults = machines.flatMap((machine) => faultOf(rollout, machine) ?? []);
  const missing = deployment.app.regions.flatMap(({ region, count }) => {
    const there = machines.filter((machine) => machine.region === region).length;
    return there === count ? [] : [`${there} instead of ${count} machines in ${region}`];
  });
  const [first] = [...faults.map(({ what }) => what), ...missing];
  if (first === undefined) return;
  const number = faults.length + missing.length;
  const more = number > 1 ? ` (and ${number - 1} more, below)` : '';
  throw new ToolError(
    'DEPLOY_NOT_CONVERGED',
    `App ${deployment.platformName} does not run what was deployed: ${first}${more}.`,
    {
      hint:
        faults.length === 0
          ? `Look at it, then deploy again: fly machine list -a ${deployment.platformName}`
          : `Look at it, then deploy again. By hand: ${faults.map(({ command }) => command).join(' && ')}`,
      output: [...faults.map(({ what }) => what), ...missing],
    },
  );
}

/** After a failure: which machine runs what, one line each, where they differ. Never throws. */
export async function reportMixed(rollout: Rollout): Promise<void> {
  const { work, deployment } = rollout;
  const machines = await ownMachines(rollout).catch(() => null);
  if (machines === null) {
    work.log(
      `what ${deployment.platformName} runs now could not be read: fly machine list -a ${deployment.platformName}`,
    );
    return;
  }
  const digests = new Set(machines.map((machine) => digestOf(machine)));
  if (digests.size < 2) return;
  work.log(`${deployment.platformName} runs ${digests.size} versions at once until it is put back:`);
  for (const machine of machines) work.log(`  ${stateWords(machine)}`);
}

/** One machine and what it runs. */
export function stateWords(machine: Machine): string {
  const release = metadataOf(machine.config, 'release');
  const cordoned = machine.cordoned === true ? ', cordoned' : '';
  const host = isReachable(machine) ? '' : ', on a host that cannot be reached';
  return `machine ${machine.id} in ${machine.region} runs ${digestOf(machine) ?? machine.config.image} (${release === null ? 'no release of Glidepath' : `release ${release}`}, ${machine.state}${cordoned}${host})`;
}

async function ownMachines({ fly, deployment, work, before }: Rollout): Promise<Machine[]> {
  // What was on a lost host beforehand is no part of what was deployed.
  const leftAlone = new Set([...before.leftAlone, ...(before.unreachable ?? [])].map(({ id }) => id));
  const listed = await listMachines(fly, deployment.platformName, work.signal);
  return listed.filter(
    (machine) =>
      !isGone(machine) &&
      !leftAlone.has(machine.id) &&
      (metadataOf(machine.config, 'processGroup') ?? APP_GROUP) === APP_GROUP,
  );
}

function isRunning(machine: Machine): boolean {
  return machine.state === 'started' && isHealthy(machine) !== false;
}

function faultOf(rollout: Rollout, machine: Machine): { what: string; command: string } | null {
  const { deployment, digest } = rollout;
  const is = stateWords(machine);
  const { id } = machine;
  const image = deployment.image;
  if (digest !== null && digestOf(machine) !== digest) {
    return {
      what: `${is} and not ${digest}`,
      command: `fly machine update ${id} -a ${deployment.platformName} --image ${image}`,
    };
  }
  const release = metadataOf(machine.config, 'release');
  if (release !== deployment.releaseId) {
    return {
      what: `${is} and not the release ${deployment.releaseId}`,
      command: `fly machine update ${id} -a ${deployment.platformName} --image ${image}`,
    };
  }
  if (machine.cordoned === true) {
    return {
      what: `${is} is still cordoned`,
      command: `fly machine uncordon ${id} -a ${deployment.platformName}`,
    };
  }
  // Proven one by one; the first of them may have failed while the last was proven.
  if (isAsleep(machine) ? deployment.app.sleep !== 'never' : isRunning(machine)) return null;
  const { app } = deployment;
  // Whoever reads it again later sees it at rest.
  if (isOnTheMove(machine, app) || isJustAwake(machine, app, rollout.fly.clock.now())) return null;
  return {
    what: `${is} is not healthy any more`,
    command: `fly machine status ${id} -a ${deployment.platformName}`,
  };
}
