import { Hono } from 'hono';
import { z } from 'zod';
import { failedPrecondition, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { acquireLease, currentLease, LEASE_NONCE_HEADER, letLeaseBeStolen, releaseLease } from './leases.ts';
import { leaseView } from './machine-view.ts';
import { queryInt, readBody } from '../request-body.ts';

const leaseBody = z.looseObject({ ttl: z.int().min(0).nullish(), description: z.string().nullish() });

/** The lock on one machine. Answers are wrapped in `{status, data}`, as Fly's documentation and its Go client have it. */
export function leaseRoutes(context: FlyContext): Hono {
  const { state, limiter, clock } = context;
  const routes = new Hono();
  const path = '/apps/:app/machines/:id/lease';

  routes.get(path, (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('read', `lease ${machine.id}`);
    const lease = currentLease(machine, clock.now());
    if (lease === null) throw notFound(`lease not found for machine ${machine.id}`);
    return c.json({ status: 'success', data: leaseView(lease) });
  });

  routes.post(path, async (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `lease machine ${machine.id}`);
    const body = await readBody(c, leaseBody);
    if (machine.state === 'destroyed') throw failedPrecondition('unable to lease a destroyed machine');
    letLeaseBeStolen(context, machine, c.req.header(LEASE_NONCE_HEADER) ?? null);
    const ofQuery = queryInt(c, 'ttl', { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
    const lease = acquireLease(machine, {
      ttlSeconds: body.ttl || ofQuery || null,
      description: body.description ?? '',
      nonce: c.req.header(LEASE_NONCE_HEADER) ?? null,
      now: clock.now(),
    });
    state.saveMachine(machine);
    return c.json({ status: 'success', data: leaseView(lease) }, 201);
  });

  routes.delete(path, (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `release lease of machine ${machine.id}`);
    releaseLease(machine, c.req.header(LEASE_NONCE_HEADER) ?? null, clock.now());
    state.saveMachine(machine);
    return c.json({ ok: true });
  });
  return routes;
}
