import type { SavedMachine } from '../rollout/rollout-plan.ts';
import { createMachine, enterRotation } from './create-machine.ts';
import { removeMachines } from './remove-machines.ts';
import type { MachineResult, Rollout } from './rollout.ts';

/**
 * Puts a new machine beside the one that serves alone, so that nothing is out of service: made out of rotation →
 * healthy → into rotation. The old one serves on until {@link leaveTo} takes it away.
 */
export async function startBeside(rollout: Rollout, alone: SavedMachine): Promise<MachineResult> {
  const name = `beside/${alone.id}`;
  const made = await createMachine(rollout, { name, region: alone.region, isRouted: false });
  await enterRotation(rollout, made.id);
  return made;
}

/** Takes the old machine away once the proxy knows of the new one. */
export async function leaveTo(rollout: Rollout, alone: SavedMachine): Promise<void> {
  const { fly, work } = rollout;
  await fly.clock.sleep(fly.timing.drainMs, work.signal);
  await removeMachines(rollout, [alone], 'the new one beside it serves in its place');
}
