import { hasStatus, isOutcomeUnknown } from '../client/fly-api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import type { MachineChange } from './wanted-change.ts';
import type { HeldLease } from './machine-lease.ts';
import { settledMachine } from './machine-watch.ts';
import type { MachineInput } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';

/** Tries at one update: each reads the machine again first. */
const UPDATE_TRIES_MAX = 4;

/**
 * Replaces a machine's config, only from the version that was read. A lost answer or a refusal is followed by reading
 * the machine; it goes back into rotation when it could not be updated and still has the old config. Without the lease
 * nothing is tried again: the refusal names who has it now, and the next one might only say that we have not.
 */
export async function sendUpdate(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  { before, staysAsleep }: { before: Machine; staysAsleep: boolean },
): Promise<Machine> {
  let current = before;
  for (let attempt = 1; ; attempt++) {
    try {
      lease.signal.throwIfAborted();
      return await fly.machines.update(change.ref, updateBody(change, current, staysAsleep), {
        nonce: lease.nonce,
        signal: lease.signal,
      });
    } catch (error) {
      const mayTryAgain = isOutcomeUnknown(error) || hasStatus(error, 409, 412);
      if (!mayTryAgain || attempt >= UPDATE_TRIES_MAX || (await isLeaseLost(fly, change, lease, error))) {
        await backIntoRotation(fly, change, lease, before);
        throw error;
      }
      await fly.clock.sleep(fly.timing.retryBaseMs * 2 ** (attempt - 1), lease.signal);
      current = await settledMachine(fly, change.ref, lease.signal);
      // The answer was lost, not the request.
      if (change.isDone(current)) return current;
    }
  }
}

/** Whether an update was refused because the lease is not ours any more; false where that cannot be found out. */
async function isLeaseLost(
  fly: FlyContext,
  { ref }: MachineChange,
  lease: HeldLease,
  error: unknown,
): Promise<boolean> {
  if (!hasStatus(error, 409)) return false;
  try {
    return (await fly.machines.findLease(ref, lease.signal))?.nonce !== lease.nonce;
  } catch {
    return lease.signal.aborted;
  }
}

function updateBody(change: MachineChange, current: Machine, staysAsleep: boolean): MachineInput {
  return {
    config: change.config,
    current_version: current.instance_id,
    ...(staysAsleep ? { skip_launch: true } : {}),
    ...(change.secretsVersion === null ? {} : { min_secrets_version: change.secretsVersion }),
  };
}

/** The old config serves on: a machine that could not be updated must not stay out of rotation. */
async function backIntoRotation(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  before: Machine,
): Promise<void> {
  try {
    const machine = await fly.machines.get(change.ref);
    if (machine.instance_id !== before.instance_id || machine.cordoned !== true) return;
    await fly.machines.uncordon(change.ref, { nonce: lease.nonce });
  } catch {
    change.log(
      `machine ${change.ref.id} may still be cordoned: fly machine uncordon ${change.ref.id} -a ${change.ref.app}`,
    );
  }
}
