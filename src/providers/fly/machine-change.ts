import { hasStatus, isOutcomeUnknown } from './fly-api-error.ts';
import type { FlyContext } from './fly-context.ts';
import { notConvergedError } from './deploy-errors.ts';
import { isRouted, METADATA } from './machine-config.ts';
import { digestOf, isAsleep, isGone } from './machine-state.ts';
import { withLease, type HeldLease } from './machine-lease.ts';
import { settledMachine, watchUntilHealthy } from './machine-watch.ts';
import type { MachineInput, MachineRef } from './machines-api.ts';
import type { Machine, MachineConfig } from './wire-types.ts';

/** One machine and what it is to become. The same for a deployment and for its undoing. */
export interface MachineChange {
  readonly ref: MachineRef;
  readonly config: MachineConfig;
  /** What it must run afterwards; null when the old machine's image has no known digest. */
  readonly digest: string | null;
  readonly secretsVersion: number | null;
  /** It slept before: then it gets the config without being started. */
  readonly wasAsleep: boolean;
  /** False for a machine that was not healthy before either, when it is put back. */
  readonly mustBeHealthy: boolean;
  /** Whether it is to be left cordoned, as it was found. */
  readonly leaveCordoned: boolean;
  readonly withinMs: number;
  /** Whether it has the config already: then it is only proven healthy and uncordoned. */
  isDone(machine: Machine): boolean;
  /** Written into the lease. */
  readonly holder: string;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** What became of the machine. */
export interface MachineChanged {
  readonly durationMs: number;
  /** False when it sleeps: nobody has seen the new release run there. */
  readonly isProven: boolean;
}

/**
 * Gives one machine its config: lease → cordon → update, only from the version that was read → started and healthy →
 * runs what was sent → uncordon → release the lease. Called again after a crash it goes on where it was.
 *
 * On failure the machine stays cordoned if it already has the new config (the proxy must not use it), and is
 * uncordoned if it still has the old one.
 */
export async function changeMachine(fly: FlyContext, change: MachineChange): Promise<MachineChanged> {
  const startedAt = fly.clock.now();
  const { ref, signal } = change;
  return withLease(fly, { ref, description: change.holder, signal }, async (lease) => {
    const found = await settledMachine(fly, ref, lease.signal);
    const { isProven, isCordoned } = await apply(fly, change, lease, found);
    if (isCordoned && !change.leaveCordoned) {
      await fly.machines.uncordon(ref, { nonce: lease.nonce, signal: lease.signal });
    }
    return { durationMs: fly.clock.now() - startedAt, isProven };
  });
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
  const { ref } = change;
  if (isGone(found)) throw notConvergedError(ref, 'was destroyed by somebody else');
  const canStay =
    change.isDone(found) && (found.state === 'started' || (change.wasAsleep && isAsleep(found)));
  if (canStay) {
    const isProven = found.state === 'started' && change.mustBeHealthy;
    const before = { ...found, checks: [] };
    if (isProven) await prove(fly, change, lease, { instanceId: found.instance_id, before });
    return { isProven, isCordoned: found.cordoned === true };
  }
  const before = await cordoned(fly, change, lease, found);
  const staysAsleep = change.wasAsleep && isAsleep(before);
  const sent = await sendUpdate(fly, change, lease, before, staysAsleep);
  if (!staysAsleep && change.mustBeHealthy) {
    await prove(fly, change, lease, { instanceId: sent.instance_id, before });
  } else {
    requireDigest(change, await settledMachine(fly, ref, lease.signal), sent.instance_id);
  }
  return { isProven: !staysAsleep && change.mustBeHealthy, isCordoned: before.cordoned === true };
}

/** Takes it out of the proxy's rotation, then reads it again: nothing wakes a cordoned machine behind our back. */
async function cordoned(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  found: Machine,
): Promise<Machine> {
  if (found.cordoned === true || !isRouted(found.config)) return found;
  await fly.machines.cordon(change.ref, { nonce: lease.nonce, signal: lease.signal });
  return settledMachine(fly, change.ref, lease.signal);
}

/** Tries at one update: each reads the machine again first. */
const UPDATE_TRIES_MAX = 4;

async function sendUpdate(
  fly: FlyContext,
  change: MachineChange,
  lease: HeldLease,
  before: Machine,
  staysAsleep: boolean,
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
      if (!mayTryAgain || attempt >= UPDATE_TRIES_MAX) {
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
