import { atOnce, inWaves } from '../rollout/rollout-waves.ts';
import { startBeside, leaveTo } from './beside.ts';
import { createMachine, MANY } from './create-machine.ts';
import { removeMachines } from './remove-machines.ts';
import type { MachineResult, Rollout, Strategy } from './rollout.ts';
import { updateMachine } from './update-machine.ts';

/**
 * New machines take nothing out of service, so that many may start at once: the platform lets one be made a second,
 * and each takes some seconds to become healthy. Bounded, for what is wrong with a region shows on the first of them.
 */
const CREATE_WIDTH = 32;

/**
 * Missing machines are made → one machine is changed in its place → the others, at most `maxUnavailable` at once → what
 * is too many goes. A machine that serves alone gets its successor beside it first.
 */
export const rolling: Strategy = async (rollout) => {
  const { plan, deployment, work } = rollout;
  const { signal } = work;
  sayGap(rollout);
  const created = await inWaves(creations(rollout), CREATE_WIDTH, signal);
  const beside: MachineResult[] = [];
  if (plan.alone !== null) {
    beside.push(await startBeside(rollout, plan.alone));
    await leaveTo(rollout, plan.alone);
  }
  const width = Math.max(1, deployment.app.maxUnavailable);
  const awake = plan.update.filter((machine) => !plan.asleep.includes(machine.id));
  const updates = awake.map((machine) => async () => updateMachine(rollout, machine));
  // A new machine that is healthy has shown already what the first one is to show.
  const isProven = beside.length > 0;
  const updated = isProven ? await atOnce(updates, width, signal) : await inWaves(updates, width, signal);
  const woken = await updateSleeping(rollout);
  await removeMachines(rollout, plan.remove, 'one more than is written in the config');
  return [...created, ...beside, ...updated, ...woken];
};

/** One task for each machine that is missing; each ends with a healthy machine in rotation. */
export function creations(rollout: Rollout): (() => Promise<MachineResult>)[] {
  const { create } = rollout.plan;
  return create.map(({ region, number }, index) => async () => {
    const name = `create/${region}/${number}`;
    // The others wait for the first.
    const isOneOfMany = create.length >= MANY && index > 0;
    return createMachine(rollout, { name, region, isRouted: true, isOneOfMany });
  });
}

/** Sleeping machines serve nothing: those that are woken to be proven first, then all others at once. */
export async function updateSleeping(rollout: Rollout): Promise<MachineResult[]> {
  const { plan, work } = rollout;
  const asleep = plan.update.filter((machine) => plan.asleep.includes(machine.id));
  const tasks = (isProbe: boolean): (() => Promise<MachineResult>)[] =>
    asleep
      .filter((machine) => plan.probes.includes(machine.id) === isProbe)
      .map((machine) => async () => updateMachine(rollout, machine));
  const probed = await atOnce(tasks(true), CREATE_WIDTH, work.signal);
  return [...probed, ...(await atOnce(tasks(false), CREATE_WIDTH, work.signal))];
}

/** Says beforehand when nothing can serve in the meantime, and why. */
function sayGap({ plan, deployment, work }: Rollout): void {
  const { app } = deployment;
  const [only, ...more] = plan.update.filter((machine) => !plan.asleep.includes(machine.id));
  if (only === undefined || more.length > 0 || plan.create.length > 0 || app.port === null) return;
  if (app.volume === null || only.state !== 'started') return;
  work.log(
    `${only.region}: machine ${only.id} serves alone, and its volume cannot be at two machines: ${app.name} does not answer while it is replaced`,
  );
}
