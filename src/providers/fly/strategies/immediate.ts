import { atOnce } from '../rollout/rollout-waves.ts';
import { removeMachines } from './remove-machines.ts';
import { creations, updateSleeping } from './rolling.ts';
import type { Strategy } from './rollout.ts';
import { updateMachine } from './update-machine.ts';

/**
 * Every machine at once, without taking one out of rotation first: the quickest way, with a gap while they start. The
 * client keeps to the platform's limits; all are proven healthy before anything is taken away.
 */
export const immediate: Strategy = async (rollout) => {
  const { plan, work } = rollout;
  const awake = plan.update.filter((machine) => !plan.asleep.includes(machine.id));
  const updates = awake.map((saved) => async () => updateMachine(rollout, saved, { isTakenOut: false }));
  const tasks = [...creations(rollout), ...updates];
  work.log(`all ${tasks.length} machines at once`);
  const changed = await atOnce(tasks, Math.max(1, tasks.length), work.signal);
  const woken = await updateSleeping(rollout);
  await removeMachines(rollout, plan.remove, 'one more than is written in the config');
  return [...changed, ...woken];
};
