import { holderOf } from '../journal-keys.ts';
import { retireMachine, type Retirement } from '../machines/machine-retire.ts';
import { atOnce } from '../rollout/rollout-waves.ts';
import type { SavedMachine } from '../rollout/rollout-plan.ts';
import { nameKeptVolume } from '../volumes/volumes.ts';
import type { Rollout } from './rollout.ts';

/** So many are taken away at once: those that stay serve alone by then, and each call is small. */
const REMOVE_WIDTH = 8;

/** Takes machines away when their successors serve; `why` ends the line that is logged for each. */
export async function removeMachines(
  rollout: Rollout,
  machines: readonly SavedMachine[],
  why: string,
): Promise<void> {
  const { fly, deployment, work } = rollout;
  const tasks = machines.map((saved) => async () => {
    await work.once(`remove/${saved.id}`, async () => {
      await retireMachine(fly, retirementOf(rollout, saved.id));
      work.log(`${saved.region}: machine ${saved.id} removed, ${why}`);
      await nameKeptVolume(fly, deployment.platformName, saved.config, work);
      return true;
    });
  });
  await atOnce(tasks, REMOVE_WIDTH, work.signal);
}

/** How this deployment takes a machine away. */
export function retirementOf(
  { deployment, work }: Pick<Rollout, 'deployment' | 'work'>,
  id: string,
): Retirement {
  return {
    ref: { app: deployment.platformName, id },
    holder: holderOf(work),
    stopTimeoutMs: deployment.app.stop.timeoutMs,
    signal: work.signal,
  };
}
