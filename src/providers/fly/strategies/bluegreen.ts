import { ToolError } from '../../../diagnostics/tool-error.ts';
import { listMachines } from '../list-machines.ts';
import { cordonMachine, destroyMachine, stopMachine } from '../machine-retire.ts';
import { isAsleep, isHealthy } from '../machine-state.ts';
import { isServing, type SavedMachine } from '../rollout-plan.ts';
import { atOnce } from '../rollout-waves.ts';
import { nameKeptVolume } from '../volumes.ts';
import type { Machine } from '../wire-types.ts';
import { createMachine, enterRotation } from './create-machine.ts';
import { retirementOf } from './remove-machines.ts';
import type { MachineResult, Rollout, Strategy } from './rollout.ts';

/** Machines that are started at once; the client keeps to the platform's limits of calls by itself. */
const GREEN_WIDTH = 64;
/** Calls on old machines at once. */
const BLUE_WIDTH = 8;

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
  const { signal } = work;
  const blue = before.machines;
  const green = await atOnce(greenTasks(rollout), GREEN_WIDTH, signal);
  const ids = green.map(({ id }) => id);
  await atOnce(
    ids.map((id) => async () => enterRotation(rollout, id)),
    BLUE_WIDTH,
    signal,
  );
  await requireServing(rollout, ids, 'before the old ones were taken out of rotation');
  work.log(`${ids.length} new machines are in rotation, healthy; the old ones leave it`);
  const there = await stillThere(rollout, blue);
  await fly.clock.sleep(there.length === 0 ? 0 : fly.timing.drainMs, signal);
  await forEach(rollout, there, (id) => cordonMachine(fly, retirementOf(rollout, id)));
  await fly.clock.sleep(there.length === 0 ? 0 : fly.timing.drainMs, signal);
  const running = there.filter(({ state }) => state === 'started' || state === 'stopping');
  await forEach(rollout, running, (id) => stopMachine(fly, retirementOf(rollout, id)));
  if (there.length > 0) await requireServing(rollout, ids, 'after the old ones were stopped');
  await forEach(rollout, there, (id) => destroyMachine(fly, retirementOf(rollout, id)));
  for (const saved of blue) await nameKeptVolume(fly, deployment.platformName, saved.config, work);
  if (there.length > 0) work.log(`${there.length} old machines removed`);
  return green;
};

function greenTasks(rollout: Rollout): (() => Promise<MachineResult>)[] {
  return rollout.deployment.app.regions.flatMap(({ region, count }) =>
    Array.from({ length: count }, (_, index) => async () => {
      return createMachine(rollout, { name: `green/${region}/${index + 1}`, region, isRouted: false });
    }),
  );
}

async function stillThere(rollout: Rollout, blue: readonly SavedMachine[]): Promise<Machine[]> {
  const { fly, deployment, work } = rollout;
  const known = new Set(blue.map(({ id }) => id));
  const listed = await listMachines(fly, deployment.platformName, work.signal);
  return listed.filter((machine) => known.has(machine.id) && !machine.state.startsWith('destroy'));
}

async function forEach(
  rollout: Rollout,
  machines: readonly Machine[],
  act: (id: string) => Promise<void>,
): Promise<void> {
  const tasks = machines.map(
    ({ id }) =>
      async () =>
        act(id),
  );
  await atOnce(tasks, BLUE_WIDTH, rollout.work.signal);
}

/** The switch is made, and made final, only while every new machine serves: never on the word of an earlier answer. */
async function requireServing(rollout: Rollout, ids: readonly string[], when: string): Promise<void> {
  const { fly, deployment, work, before } = rollout;
  const now = new Map(
    (await listMachines(fly, deployment.platformName, work.signal)).map((machine) => [machine.id, machine]),
  );
  const maySleep = deployment.app.sleep !== 'never';
  const broken = ids.filter((id) => !serves(now.get(id), maySleep));
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
function serves(machine: Machine | undefined, maySleep: boolean): boolean {
  if (machine === undefined || machine.cordoned === true) return false;
  if (maySleep && isAsleep(machine)) return true;
  return machine.state === 'started' && isHealthy(machine) !== false;
}
