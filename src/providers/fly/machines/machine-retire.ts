import { hasStatus } from '../client/fly-api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { isRouted } from './machine-config.ts';
import { isReachable } from './machine-state.ts';
import { heldBySomebodyElse } from './machine-lease.ts';
import type { MachineRef } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';

/** A machine that is to go, and who takes it away. */
export interface Retirement {
  readonly ref: MachineRef;
  /** How the work names itself in leases: one that an earlier try left behind is no obstacle. */
  readonly holder: string;
  /** How long it may take to stop, as its config says. */
  readonly stopTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** So much longer than its stop time-out a machine may be seen stopping before it is ended by force. */
const STOP_MARGIN_MS = 30_000;

/**
 * Takes a machine away without cutting what it still answers: cordon → a moment for what is on its way → stop, by the
 * signal and time-out of its config → destroy. One that is gone is no error. On a lost host it can only be marked: it is
 * destroyed when the host is back.
 */
export async function retireMachine(fly: FlyContext, retirement: Retirement): Promise<void> {
  const machine = await find(fly, retirement);
  if (machine === null) return;
  if (machine.state === 'started' && isReachable(machine)) {
    await cordonMachine(fly, retirement);
    if (isRouted(machine.config)) await fly.clock.sleep(fly.timing.drainMs, retirement.signal);
    await stopMachine(fly, retirement);
  }
  await destroyMachine(fly, retirement);
}

/** Takes it out of rotation. */
export async function cordonMachine(fly: FlyContext, retirement: Retirement): Promise<void> {
  await pastLeases(fly, retirement, (nonce) =>
    fly.machines.cordon(retirement.ref, { nonce, signal: retirement.signal }),
  );
}

/** Asks it to stop and waits until it has, or until its time is up: then destroying it ends it. */
export async function stopMachine(fly: FlyContext, retirement: Retirement): Promise<void> {
  const { ref, signal } = retirement;
  await pastLeases(fly, retirement, (nonce) => fly.machines.stop(ref, { nonce, signal }));
  const deadline = fly.clock.now() + retirement.stopTimeoutMs + STOP_MARGIN_MS;
  while (fly.clock.now() < deadline) {
    const { state } = await fly.watched.read(ref, signal);
    if (state !== 'started' && state !== 'stopping') return;
    await fly.clock.sleep(fly.timing.pollMs, signal);
  }
}

/** Ends and removes it. */
export async function destroyMachine(fly: FlyContext, retirement: Retirement): Promise<void> {
  const { ref, signal } = retirement;
  await pastLeases(fly, retirement, (nonce) => fly.machines.destroy(ref, { nonce, signal }));
}

async function find(fly: FlyContext, { ref, signal }: Retirement): Promise<Machine | null> {
  try {
    const machine = await fly.watched.read(ref, signal);
    return machine.state === 'destroyed' || machine.state === 'destroying' ? null : machine;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

/** Between two tries while somebody else holds the lease. */
const LEASE_RETRY_MS = 500;

/**
 * Calls without a lease of its own: nothing is read that a later call depends on. Waits for somebody else's lease to
 * end, at most `leaseWaitMs`, then throws PROVIDER_CONFLICT naming the holder.
 */
async function pastLeases(
  fly: FlyContext,
  { ref, holder, signal }: Retirement,
  call: (nonce: string | undefined) => Promise<void>,
): Promise<void> {
  const deadline = fly.clock.now() + fly.timing.leaseWaitMs;
  let nonce: string | undefined;
  for (;;) {
    try {
      return await call(nonce);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      const held = await fly.machines.findLease(ref, signal);
      const own = held?.description === holder ? held.nonce : undefined;
      const isNews = own !== undefined && own !== nonce;
      nonce = own;
      if (isNews) continue;
      if (fly.clock.now() >= deadline) throw held === null ? error : heldBySomebodyElse(ref, held, error);
      await fly.clock.sleep(LEASE_RETRY_MS, signal);
    }
  }
}
