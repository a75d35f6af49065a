import { isServing, type SavedMachine } from '../rollout/rollout-plan.ts';
import { bake } from './bake.ts';
import { startBeside } from './beside.ts';
import { creations, rolling } from './rolling.ts';
import type { MachineResult, Rollout, Strategy } from './rollout.ts';
import { updateMachine } from './update-machine.ts';

/**
 * One machine takes traffic with the new release and is watched for the bake time, against those that still run the
 * release before; then the others follow as with `rolling`. What the canary did is journaled under the same keys, so
 * that rolling finds it done.
 */
export const canary: Strategy = async (rollout) => {
  const old = rollout.before.machines.filter(isServing);
  const first = old.length === 0 ? null : firstChange(rollout);
  if (first === null) {
    rollout.work.log('no machine of an earlier release serves: there is nothing to compare a canary with');
    return rolling(rollout);
  }
  const result = await first.change();
  const others = old.filter((machine) => machine !== first.replaced);
  await bake(rollout, { id: result.id, region: result.region, hasOthers: others.length > 0 });
  return rolling(rollout);
};

interface FirstChange {
  /** The old machine that is gone once the canary runs; null when it is an additional one. */
  readonly replaced: SavedMachine | null;
  change(): Promise<MachineResult>;
}

/** Beside the one that serves alone, else the first of those that are missing, which takes nobody out, else in place. */
function firstChange(rollout: Rollout): FirstChange | null {
  const { plan } = rollout;
  const { alone } = plan;
  if (alone !== null) return { replaced: null, change: () => startBeside(rollout, alone) };
  const [create] = creations(rollout);
  if (create !== undefined) return { replaced: null, change: create };
  const awake = plan.update.find((machine) => !plan.asleep.includes(machine.id));
  return awake === undefined ? null : { replaced: awake, change: () => updateMachine(rollout, awake) };
}
