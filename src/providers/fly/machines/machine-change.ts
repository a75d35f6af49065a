import type { MachineChange } from './wanted-change.ts';
import { hasStatus } from '../client/fly-api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { hostUnreachableError, notConvergedError } from '../client/deploy-errors.ts';
import { isRouted, METADATA } from './machine-config.ts';
import { digestOf, isAsleep, isGone, isReachable } from './machine-state.ts';
import { withLease, type HeldLease } from './machine-lease.ts';
import { sendUpdate } from './machine-update.ts';
import { settledMachine, watchUntilHealthy } from './machine-watch.ts';
import type { Machine } from '../client/wire-types.ts';

/** What became of the machine. */
export interface MachineChanged {
  readonly durationMs: number;
  /** False when it sleeps and was not woken: nobody has seen the new release run there. */
  readonly isProven: boolean;
}

/**
 * Gives one machine its config: lease → cordon, and a moment for what is on its way → update, only from the version
 * that was read → started and healthy → runs what was sent → uncordon → release the lease. Called again after a crash
 * it goes on where it was.
 *
 * On failure the machine stays cordoned if it already has the new config (the proxy must not use it), and is
 * uncordoned if it still has the old one.
 */
export async function changeMachine(fly: FlyContext, change: MachineChange): Promise<MachineChanged> {
  try {
    return await changeUnderLease(fly, change);
  } catch (error) {
    throw (await lostHost(fly, change, error)) ?? error;
  }
}

async function changeUnderLease(fly: FlyContext, change: MachineChange): Promise<MachineChanged> {
  const startedAt = fly.clock.now();
  const { ref, signal } = change;
  return withLease(fly, { ref, description: change.holder, signal }, async (lease) => {
    const found = change.seen ?? (await settledMachine(fly, ref, lease.signal));
    const { isProven, isCordoned } = await apply(fly, change, lease, found);
    if (isCordoned && !change.leaveCordoned) {
      await fly.machines.uncordon(ref, { nonce: lease.nonce, signal: lease.signal });
    }
    return { durationMs: fly.clock.now() - startedAt, isProven };
  });
}

/** What a 503 comes from, where the platform says so of the machine: its host was lost meanwhile. */
async function lostHost(
  fly: FlyContext,
  { ref, signal }: MachineChange,
  error: unknown,
): Promise<Error | null> {
  if (!hasStatus(error, 503)) return null;
  const machine = await fly.machines.get(ref, signal).catch(() => null);
  return machine === null || isReachable(machine) ? null : hostUnreachableError(ref, machine, error);
}

interface Applied {
  readonly isProven: boolean;
  readonly isCordoned: boolean;
}

async function apply(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  found: Machine,
): Promise<Applied> {
  if (isGone(found)) throw notConvergedError(change.ref, 'was destroyed by somebody else');
  if (canStay(change, found)) return keep(fly, change, lease, found);
  const before = await ended(fly, change, lease, await outOfRotation(fly, change, lease, found));
  const slept = change.wasAsleep && isAsleep(before);
  const staysAsleep = slept && change.isProbe !== true;
  const sent = await sendUpdate(fly, change, lease, { before, staysAsleep });
  const isProven = !staysAsleep && (change.mustBeHealthy || slept);
  if (isProven) await prove(fly, change, lease, { instanceId: sent.instance_id, before });
  else requireDigest(change, await settledMachine(fly, change.ref, lease.signal), sent.instance_id);
  if (slept && !staysAsleep) await putToSleep(fly, change, lease);
  return { isProven, isCordoned: before.cordoned === true };
}

/** It has the config already, and is in the state it should be in. A probe that sleeps may have been killed unproven. */
function canStay(change: MachineChange, found: Machine): boolean {
  if (!change.isDone(found)) return false;
  return found.state === 'started' || (change.wasAsleep && change.isProbe !== true && isAsleep(found));
}

async function keep(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  found: Machine,
): Promise<Applied> {
  const isCordoned = found.cordoned === true;
  const isWokenProbe = change.isProbe === true && isCordoned;
  const isProven = found.state === 'started' && (change.mustBeHealthy || isWokenProbe);
  const before = { ...found, checks: [] };
  if (isProven) await prove(fly, change, lease, { instanceId: found.instance_id, before });
  // Out of rotation nobody but an earlier try of this work has woken it.
  if (isProven && isWokenProbe) await putToSleep(fly, change, lease);
  return { isProven, isCordoned };
}

/** Takes it out of the proxy's rotation. A machine that the proxy may wake is read again: cordoned, nothing wakes it. */
async function outOfRotation(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  found: Machine,
): Promise<Machine> {
  if (found.cordoned === true || change.isTakenOut === false || !isRouted(found.config)) return found;
  await fly.machines.cordon(change.ref, { nonce: lease.nonce, signal: lease.signal });
  if (found.state === 'started') await fly.clock.sleep(fly.timing.drainMs, lease.signal);
  return change.seen === undefined
    ? settledMachine(fly, change.ref, lease.signal)
    : { ...found, cordoned: true };
}

/** A release that does not run may not heed its stop signal either: nobody waits for it. */
async function ended(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  found: Machine,
): Promise<Machine> {
  if (change.isIdle !== true || found.state !== 'started') return found;
  try {
    await fly.machines.kill(change.ref, { nonce: lease.nonce, signal: lease.signal });
  } catch (error) {
    // It ended by itself in between, or is just being started again.
    if (!hasStatus(error, 412)) throw error;
  }
  return settledMachine(fly, change.ref, lease.signal);
}

/** Ends a machine that was woken only to be proven. */
async function putToSleep(fly: FlyContext, change: MachineChange, lease: HeldLease): Promise<void> {
  await fly.machines.stop(change.ref, { nonce: lease.nonce, signal: lease.signal });
  const { state } = await settledMachine(fly, change.ref, lease.signal);
  if (state === 'stopped') return;
  throw notConvergedError(change.ref, `was woken to be proven and did not stop again; it is ${state}`);
}

async function prove(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  sent: { instanceId: string; before: Machine | null },
): Promise<void> {
  const { ref, withinMs } = change;
  const machine = await watchUntilHealthy(fly, { ref, ...sent, withinMs, signal: lease.signal });
  requireDigest(change, machine, sent.instanceId);
}

/** Compares what runs with what was sent: the platform may put an old version back by itself and answer success. */
function requireDigest(change: MachineChange, machine: Machine, instanceId: string): void {
  if (machine.instance_id !== instanceId) {
    throw notConvergedError(
      change.ref,
      `is at version ${machine.instance_id} and not at ${instanceId}, which was sent`,
    );
  }
  const digest = digestOf(machine);
  if (change.digest !== null && digest !== change.digest) {
    throw notConvergedError(change.ref, `runs ${digest ?? 'an unknown image'} and not ${change.digest}`);
  }
  const sentHash = change.config.metadata?.[METADATA.config];
  const hash = machine.config.metadata?.[METADATA.config];
  if (hash !== sentHash) throw notConvergedError(change.ref, 'has another config than was sent');
}
