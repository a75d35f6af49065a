import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { hasStatus, isOutcomeUnknown } from '../client/fly-api-error.ts';
import { nameOf, type MachineRef } from '../client/machines-api.ts';
import type { Lease } from '../client/wire-types.ts';

/** A machine that nobody else changes meanwhile. */
export interface HeldLease {
  readonly nonce: string;
  /** Aborts with the step's signal, or when the lease is lost. */
  readonly signal: AbortSignal;
}

/** Who takes a lease, written into it. The same text on every try, so that a try that died is recognized. */
export interface LeaseHolder {
  readonly ref: MachineRef;
  readonly description: string;
  readonly signal: AbortSignal;
}

/**
 * Runs with an exclusive lease on a machine: taken, refreshed at a third of its life, and released however `run` ends.
 *
 * Waits for another holder's lease to end, at most `leaseWaitMs`, then throws PROVIDER_CONFLICT naming the holder. A
 * lease that an earlier try of the same work left behind (same description) is taken over at once: the journal's fence
 * has made sure that this try is dead.
 */
export async function withLease<T>(
  fly: FlyContext,
  holder: LeaseHolder,
  run: (lease: HeldLease) => Promise<T>,
): Promise<T> {
  const { nonce } = await acquire(fly, holder);
  const lost = new AbortController();
  const done = new AbortController();
  const refreshing = keepAlive(fly, holder, nonce, { done: done.signal, lost });
  try {
    return await run({ nonce, signal: AbortSignal.any([holder.signal, lost.signal]) });
  } finally {
    done.abort();
    await refreshing;
    // Not under the step's signal: an aborted step must free the machine all the same. A failure frees it by its ttl.
    await fly.machines.releaseLease(holder.ref, { nonce }).catch(() => undefined);
  }
}

/** Releases a lease that an earlier try of the same work left behind; one of somebody else is left alone. */
export async function releaseOwnLease(fly: FlyContext, holder: LeaseHolder): Promise<void> {
  const held = await fly.machines.findLease(holder.ref, holder.signal);
  if (held === null || held.description !== holder.description) return;
  await fly.machines.releaseLease(holder.ref, { nonce: held.nonce, signal: holder.signal });
}

async function acquire(fly: FlyContext, holder: LeaseHolder): Promise<Lease> {
  const { ref, description, signal } = holder;
  const terms = { ttlSeconds: fly.timing.leaseTtlSeconds, description };
  const deadline = fly.clock.now() + fly.timing.leaseWaitMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await fly.machines.lease(ref, terms, { signal });
    } catch (error) {
      // A lost answer may have left us holding it.
      if (!hasStatus(error, 409) && !isOutcomeUnknown(error)) throw error;
      const held = await fly.machines.findLease(ref, signal);
      if (held?.description === description) {
        const own = await takeOver(fly, holder, held);
        if (own !== null) return own;
      }
      if (fly.clock.now() >= deadline)
        throw hasStatus(error, 409) ? heldBySomebodyElse(ref, held, error) : error;
      const delay = Math.min(LEASE_RETRY_MS_MAX, LEASE_RETRY_MS * 2 ** attempt);
      await fly.clock.sleep(Math.min(delay, Math.max(deadline - fly.clock.now(), 1)), signal);
    }
  }
}

/** Between two tries at a lease: quick at first, because most are released within seconds. */
const LEASE_RETRY_MS = 250;
const LEASE_RETRY_MS_MAX = 2_000;

async function takeOver(fly: FlyContext, holder: LeaseHolder, held: Lease): Promise<Lease | null> {
  const terms = { ttlSeconds: fly.timing.leaseTtlSeconds, description: holder.description };
  try {
    await fly.machines.lease(holder.ref, terms, { nonce: held.nonce, signal: holder.signal });
    return held;
  } catch (error) {
    if (hasStatus(error, 404, 409, 412)) return null;
    throw error;
  }
}

async function keepAlive(
  fly: FlyContext,
  holder: LeaseHolder,
  nonce: string,
  state: { done: AbortSignal; lost: AbortController },
): Promise<void> {
  const terms = { ttlSeconds: fly.timing.leaseTtlSeconds, description: holder.description };
  const everyMs = (fly.timing.leaseTtlSeconds * 1000) / 3;
  while (!state.done.aborted) {
    try {
      await fly.clock.sleep(everyMs, state.done);
      await fly.machines.lease(holder.ref, terms, { nonce, signal: state.done });
    } catch (error) {
      if (state.done.aborted) return;
      // Only an answer says that it is lost. After a blip of the network the next refresh is still in time.
      if (hasStatus(error, 404, 409, 412)) return state.lost.abort(leaseLost(holder.ref, error));
    }
  }
}

function leaseLost(ref: MachineRef, cause: unknown): ToolError {
  return new ToolError('PROVIDER_CONFLICT', `The lease on ${nameOf(ref)} was lost while working on it.`, {
    hint: `See who took it: fly machine leases view ${ref.id} -a ${ref.app}`,
    cause,
  });
}

/** The error for a machine on which somebody else holds the lease. */
export function heldBySomebodyElse(ref: MachineRef, held: Lease | null, cause: unknown): ToolError {
  const owner = held?.owner === undefined || held.owner === '' ? 'somebody else' : held.owner;
  const purpose = held?.description === undefined || held.description === '' ? '' : ` (${held.description})`;
  return new ToolError('PROVIDER_CONFLICT', `${owner}${purpose} holds the lease on ${nameOf(ref)}.`, {
    hint: `Wait for it, or end it: fly machine leases clear ${ref.id} -a ${ref.app}`,
    retry: 'safe',
    cause,
  });
}
