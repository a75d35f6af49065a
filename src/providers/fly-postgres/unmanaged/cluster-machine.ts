import { ToolError } from '../../../diagnostics/tool-error.ts';
import {
  eventId,
  isAsleep,
  isGone,
  isHealthy,
  isReachable,
  unexpectedExit,
} from '../../fly/machines/machine-state.ts';
import type { MachineRef } from '../../fly/client/machines-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import type { ClusterContext } from './cluster-context.ts';
import { RETIRED_KEY } from './cluster-notes.ts';

/** How long a machine may take to start: the image is pulled to its host first. */
const START_WITHIN_MS = 300_000;
/** Longer than a server needs that was stopped in order; one with a log to replay is asked again and again anyway. */
const CHECKS_WITHIN_MS = 5_000;

/** The machine of a cluster; null where there is no app, or none in it yet. One that a restore puts aside is not it. */
export async function findMachine(
  context: Pick<ClusterContext, 'machines'>,
  app: string,
  signal?: AbortSignal,
): Promise<Machine | null> {
  const all = ((await context.machines.list(app, signal)) ?? []).filter((machine) => !isGone(machine));
  return all.find(({ config }) => config.metadata?.[RETIRED_KEY] === undefined) ?? all[0] ?? null;
}

/** The same, or PROVIDER_NOT_FOUND; PROVIDER_HOST_UNREACHABLE where it is on a host with which nothing can be done. */
export async function requireMachine(
  context: Pick<ClusterContext, 'machines'>,
  app: string,
  signal?: AbortSignal,
): Promise<Machine> {
  const machine = await findMachine(context, app, signal);
  if (machine !== null && isReachable(machine)) return machine;
  if (machine !== null) {
    const { message, hint } = hostLost(machine, app);
    throw new ToolError('PROVIDER_HOST_UNREACHABLE', message, { hint });
  }
  throw new ToolError('PROVIDER_NOT_FOUND', `There is no Postgres cluster ${app} on Fly.`, {
    hint: 'Deploy to create it: glidepath deploy <environment>',
  });
}

/** Said of a cluster whose host the platform cannot reach: its data are there as well. */
export function hostLost(
  { id, region }: Pick<Machine, 'id' | 'region'>,
  app: string,
): { readonly message: string; readonly hint: string } {
  return {
    message: `The cluster ${app} is on a host in ${region} that Fly cannot reach, and its volume with it.`,
    hint: `Wait until the host is back: fly machine status ${id} -a ${app}. Where that takes too long, its snapshots are elsewhere: fly volumes list -a ${app}, fly volumes snapshots list`,
  };
}

/** Waits until the machine runs, and starts it where it sleeps. Throws DATABASE_UNREACHABLE when it does not come up. */
export async function startMachine(
  context: ClusterContext,
  ref: MachineRef,
  signal?: AbortSignal,
): Promise<Machine> {
  const deadline = context.clock.now() + START_WITHIN_MS;
  let known: ReadonlySet<string> | null = null;
  for (;;) {
    const machine = await context.machines.get(ref, signal);
    if (machine.state === 'started') return machine;
    if (isAsleep(machine) && known === null) {
      // How it ended before is no news.
      known = new Set((machine.events ?? []).map(eventId));
      await context.machines.start(ref, { signal });
      continue;
    }
    const exit = unexpectedExit(machine, known ?? new Set());
    const isBroken = machine.state === 'failed' || (isAsleep(machine) && exit !== null);
    if (isBroken || context.clock.now() >= deadline) throw notStarted(ref, machine);
    await context.clock.sleep(context.timing.pollMs, signal);
  }
}

/**
 * Waits a moment for the checks of a machine that has just started: the server takes a moment until it lets anybody in.
 * Only commands tell for sure, and Fly allows one of them a second.
 */
export async function awaitChecks(
  context: ClusterContext,
  ref: MachineRef,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = context.clock.now() + CHECKS_WITHIN_MS;
  while (context.clock.now() < deadline) {
    const machine = await context.machines.get(ref, signal);
    if (machine.state !== 'started' || isHealthy(machine) !== false) return;
    await context.clock.sleep(context.timing.pollMs, signal);
  }
}

/** Waits until the machine has stopped. */
export async function stopMachine(
  context: ClusterContext,
  ref: MachineRef,
  signal: AbortSignal,
): Promise<void> {
  const deadline = context.clock.now() + START_WITHIN_MS;
  for (let isAsked = false; ;) {
    const machine = await context.machines.get(ref, signal);
    if (isAsleep(machine) || machine.state === 'failed') return;
    if (!isAsked && machine.state === 'started') {
      await context.machines.stop(ref, { signal });
      isAsked = true;
    }
    if (context.clock.now() >= deadline)
      throw new ToolError('DATABASE_UNREACHABLE', `The machine ${ref.id} of ${ref.app} does not stop.`, {
        hint: `See what it does: fly machine status ${ref.id} -a ${ref.app}`,
        retry: 'safe',
      });
    await context.clock.sleep(context.timing.pollMs, signal);
  }
}

function notStarted(ref: MachineRef, machine: Machine): ToolError {
  return new ToolError(
    'DATABASE_UNREACHABLE',
    `The machine ${ref.id} of the cluster ${ref.app} did not start; it is ${machine.state}.`,
    { hint: `See what it says: fly logs -a ${ref.app}`, retry: 'safe' },
  );
}
