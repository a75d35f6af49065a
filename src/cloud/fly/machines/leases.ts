import { conflict, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { newNonce } from '../ids.ts';
import type { LeaseRecord, MachineRecord } from '../records.ts';
import { faultTarget } from './supervisor-deps.ts';

/** The header that carries a lease's nonce. */
export const LEASE_NONCE_HEADER = 'fly-machine-lease-nonce';

// Fly documents no default; flyctl always asks for 13 s.
const TTL_DEFAULT_S = 30;
const TTL_MAX_S = 24 * 3600;
const OWNER = 'local@glidepath.localhost';

/** The lease that holds a machine now, or null: one whose time is over holds nothing. */
export function currentLease(machine: MachineRecord, now: number): LeaseRecord | null {
  return machine.lease !== null && machine.lease.expiresAt > now ? machine.lease : null;
}

/** Takes the lease, or prolongs it for the holder of the nonce. Throws 409 while somebody else holds it. */
export function acquireLease(
  machine: MachineRecord,
  request: { ttlSeconds: number | null; description: string; nonce: string | null; now: number },
): LeaseRecord {
  const held = currentLease(machine, request.now);
  if (held !== null && held.nonce !== request.nonce) throw leaseHeld(machine, held);
  const ttlSeconds = Math.min(request.ttlSeconds ?? TTL_DEFAULT_S, TTL_MAX_S);
  const lease = {
    nonce: held?.nonce ?? newNonce(),
    expiresAt: request.now + ttlSeconds * 1000,
    owner: OWNER,
    description: held?.description ?? request.description,
    version: machine.instanceId,
  };
  machine.lease = lease;
  return lease;
}

/** Gives the lease up. Throws 404 when there is none, 409 for a nonce that is not its own. */
export function releaseLease(machine: MachineRecord, nonce: string | null, now: number): void {
  const held = currentLease(machine, now);
  if (held === null) throw notFound(`lease not found for machine ${machine.id}`);
  if (held.nonce !== nonce) throw leaseHeld(machine, held);
  machine.lease = null;
}

/** Throws 409 when a lease keeps the caller from changing the machine, also when the caller's own lease has run out. */
export function requireLease(machine: MachineRecord, nonce: string | null, now: number): void {
  const held = currentLease(machine, now);
  if (held !== null && held.nonce !== nonce) throw leaseHeld(machine, held);
  if (held === null && nonce !== null)
    throw conflict(`machine ID ${machine.id} lease of the given nonce is not held any more`);
}

/** Lets the fault `lease-stolen` strike: whoever comes with the nonce of a lease finds that another has it. */
export function letLeaseBeStolen(
  { faults, clock }: Pick<FlyContext, 'faults' | 'clock'>,
  machine: MachineRecord,
  nonce: string | null,
): void {
  const now = clock.now();
  if (nonce === null || currentLease(machine, now)?.nonce !== nonce) return;
  const heldMs = faults.stealLease?.(faultTarget(machine)) ?? null;
  if (heldMs === null) return;
  machine.lease = {
    nonce: newNonce(),
    expiresAt: now + heldMs,
    owner: 'somebody-else@glidepath.localhost',
    description: 'taken by the fault "lease-stolen"',
    version: machine.instanceId,
  };
}

function leaseHeld(machine: MachineRecord, lease: LeaseRecord): Error {
  const until = new Date(lease.expiresAt).toISOString();
  return conflict(`machine ID ${machine.id} lease currently held by ${lease.owner}, expires at ${until}`);
}
