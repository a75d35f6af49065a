import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { AppDeployment, PlatformWork } from '../../app-platform.ts';
import { listMachines } from '../machines/list-machines.ts';
import { isGone, isReachable } from '../machines/machine-state.ts';
import { savedState, type SavedState } from '../rollout/rollout-plan.ts';
import { removeMachines } from './remove-machines.ts';
import type { Rollout } from './rollout.ts';

/**
 * Says which machines are on hosts that cannot be reached, before anything is changed: each counts as missing, so that
 * another is made in its region. Throws PROVIDER_HOST_UNREACHABLE for an app with a volume, whose data are on that host.
 */
export function requireReplaceable(
  { app, platformName }: AppDeployment,
  { unreachable = [] }: SavedState,
  work: PlatformWork,
): void {
  const [first] = unreachable;
  if (first === undefined) return;
  if (app.volume === null) {
    for (const { id, region } of unreachable)
      work.log(`${region}: the host of machine ${id} cannot be reached; another machine takes its place`);
    return;
  }
  throw new ToolError(
    'PROVIDER_HOST_UNREACHABLE',
    `Machine ${first.id} of app ${platformName} in ${first.region} is on a host that Fly cannot reach, and its volume with it: another machine would start without its data.`,
    {
      hint: `Wait until the host is back; or, where the data may be lost or are elsewhere too: fly machine destroy --force ${first.id} -a ${platformName}, and deploy again`,
    },
  );
}

/**
 * When the release serves: a machine whose host is back by now goes, for its successor serves. One whose host is still
 * lost cannot be changed; it stays with what it ran, and whoever reads the platform is told of it.
 */
export async function settleLostMachines(rollout: Rollout): Promise<void> {
  const { fly, deployment, work, before } = rollout;
  const lost = new Set((before.unreachable ?? []).map(({ id }) => id));
  if (lost.size === 0) return;
  const app = deployment.platformName;
  const there = (await listMachines(fly, app, work.signal)).filter(
    (machine) => lost.has(machine.id) && !isGone(machine),
  );
  for (const { id, region } of there.filter((machine) => !isReachable(machine)))
    work.log(
      `${region}: machine ${id} stays as it was on a host that cannot be reached; take it away: fly machine destroy --force ${id} -a ${app}`,
    );
  const back = savedState(there.filter(isReachable)).machines;
  await removeMachines(rollout, back, 'its host is back, and another serves in its place');
}
