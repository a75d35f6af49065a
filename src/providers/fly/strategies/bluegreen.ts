import { ToolError } from '../../../diagnostics/tool-error.ts';
import { nullIfMissing } from '../client/machines-api.ts';
import { cordonMachine, destroyMachine, stopMachine } from '../machines/machine-retire.ts';
import { isOnTheMove } from '../machines/is-on-the-move.ts';
import { isAsleep, isGone, isHealthy } from '../machines/machine-state.ts';
import { isServing } from '../rollout/rollout-plan.ts';
import { atOnce } from '../rollout/rollout-waves.ts';
import { nameKeptVolume } from '../volumes/volumes.ts';
import type { Machine } from '../client/wire-types.ts';
import { createMachine, enterRotation, MANY } from './create-machine.ts';
import { retirementOf } from './remove-machines.ts';
import type { MachineResult, Rollout, Strategy } from './rollout.ts';

/** Machines that are started at once; the client keeps to the platform's limits of calls by itself. */
const GREEN_WIDTH = 64;
/** Machines that are switched at once. */
const WIDTH = 64;

/**
 * A second fleet beside the first:
 *
 *     green made out of rotation ─► all healthy ─► green into rotation ─► all still healthy ─► blue out of rotation
 *       ─► what is on its way ends ─► blue stopped ─► green healthy alone ─► blue destroyed
 *
 * Until the last arrow blue is there as it was, and putting it back is starting it.
 */
export const bluegreen: Strategy = async (rollout) => {
  const { fly, before, deployment, work } = rollout;
  const green = await atOnce(greenTasks(rollout), GREEN_WIDTH, work.signal);
  const ids = green.map(({ id }) => id);
  await forEach(rollout, ids, (id) => enterRotation(rollout, id));
  await requireServing(rollout, ids, 'before the old ones left rotation');
  const blue = await present(
    rollout,
    before.machines.map(({ id }) => id),
  );
  if (blue.length === 0) return green;
  work.log(`${ids.length} new machines are in rotation, healthy; the ${blue.length} old ones leave it`);
  await fly.clock.sleep(fly.timing.drainMs, work.signal);
  await forEach(rollout, idsOf(blue), (id) => cordonMachine(fly, retirementOf(rollout, id)));
  await fly.clock.sleep(fly.timing.drainMs, work.signal);
  const running = blue.filter(({ state }) => state === 'started' || state === 'stopping');
  await forEach(rollout, idsOf(running), (id) => stopMachine(fly, retirementOf(rollout, id)));
  await requireServing(rollout, ids, 'after the old ones were stopped');
  await forEach(rollout, idsOf(blue), (id) => destroyMachine(fly, retirementOf(rollout, id)));
  for (const saved of before.machines) {
    await nameKeptVolume(fly, deployment.platformName, saved.config, work);
  }
  work.log(`${blue.length} old machines removed`);
  return green;
};

function greenTasks(rollout: Rollout): (() => Promise<MachineResult>)[] {
  const names = rollout.deployment.app.regions.flatMap(({ region, count }) =>
    Array.from({ length: count }, (_, index) => ({ region, name: `green/${region}/${index + 1}` })),
  );
  const isOneOfMany = names.length >= MANY;
  return names.map(
    (machine) => async () => createMachine(rollout, { ...machine, isRouted: false, isOneOfMany }),
  );
}

/** Those of some machines that are there: read one by one where they are few, in one list where they are many. */
async function present(rollout: Rollout, ids: readonly string[]): Promise<Machine[]> {
  const { fly, deployment, work } = rollout;
  const read = (id: string): Promise<Machine | null> =>
    nullIfMissing(fly.watched.read({ app: deployment.platformName, id }, work.signal));
  const found = await Promise.all(ids.map((id) => read(id)));
  return found.filter((machine) => machine !== null).filter((machine) => !isGone(machine));
}

function idsOf(machines: readonly Machine[]): string[] {
  return machines.map(({ id }) => id);
}

async function forEach(
  rollout: Rollout,
  ids: readonly string[],
  act: (id: string) => Promise<void>,
): Promise<void> {
  const tasks = ids.map((id) => async () => act(id));
  await atOnce(tasks, WIDTH, rollout.work.signal);
}

/** The switch is made, and made final, only while every new machine serves: never on the word of an earlier answer. */
async function requireServing(rollout: Rollout, ids: readonly string[], when: string): Promise<void> {
  const { deployment, before } = rollout;
  const now = new Map((await present(rollout, ids)).map((machine) => [machine.id, machine]));
  const broken = ids.filter((id) => !serves(rollout, now.get(id)));
  if (broken.length === 0) return;
  const old = before.machines.filter(isServing).length;
  throw new ToolError(
    'DEPLOY_UNHEALTHY',
    `${broken.length} of ${ids.length} new machines of app ${deployment.platformName} did not serve ${when}: ${broken.join(', ')}.`,
    {
      hint: `Read what it printed: fly logs -a ${deployment.platformName} --machine ${broken[0] ?? ''}`,
      output: [`${old} machines served before this deployment`],
    },
  );
}

/** One that idles may have been put to sleep by the proxy since it was healthy: a request wakes it. */
function serves({ deployment }: Rollout, machine: Machine | undefined): boolean {
  const { app } = deployment;
  if (machine === undefined || machine.cordoned === true) return false;
  if (app.sleep !== 'never' && isAsleep(machine)) return true;
  if (isOnTheMove(machine, app)) return true;
  return machine.state === 'started' && isHealthy(machine) !== false;
}
