import { keyPrefix } from '../journal-keys.ts';
import { listMachines } from '../machines/list-machines.ts';
import { metadataOf } from '../machines/machine-config.ts';
import { savedState } from '../rollout/rollout-plan.ts';
import { removeMachines } from './remove-machines.ts';
import type { MachineResult, Rollout } from './rollout.ts';

/**
 * Takes away machines that carry a key of this deployment and are not those it counts with: a process that was killed had
 * asked for them, and the platform made them only after the next one had looked. Returns whether there were any.
 */
export async function removeStrays(rollout: Rollout, results: readonly MachineResult[]): Promise<boolean> {
  const { fly, deployment, work } = rollout;
  const counted = new Set(results.map(({ id }) => id));
  const listed = await listMachines(fly, deployment.platformName, work.signal);
  const strays = savedState(listed).machines.filter(
    ({ id, config }) => !counted.has(id) && metadataOf(config, 'key')?.startsWith(keyPrefix(work)) === true,
  );
  await removeMachines(rollout, strays, 'made once more by a call that was on its way');
  return strays.length > 0;
}
