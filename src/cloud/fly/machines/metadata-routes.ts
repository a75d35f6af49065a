import { Hono } from 'hono';
import { z } from 'zod';
import { failedPrecondition, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { metadataOf } from './machine-config.ts';
import { readBody } from '../request-body.ts';
import type { MachineRecord } from '../records.ts';

const metadataBody = z.looseObject({
  metadata: z.record(z.string(), z.string().nullable()),
  machine_version: z.string().nullish(),
});
const valueBody = z.looseObject({ value: z.string().nullable() });

/** The labels of a machine. Changing them makes no new version, and needs no lease. `null` or an empty value removes one. */
export function metadataRoutes(context: FlyContext): Hono {
  const { state, limiter } = context;
  const routes = new Hono();
  const path = '/apps/:app/machines/:id/metadata';

  const write = (machine: MachineRecord, values: Readonly<Record<string, string | null>>): void => {
    if (machine.state === 'destroyed') throw failedPrecondition('unable to change a destroyed machine');
    const kept = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
    machine.config = { ...machine.config, metadata: Object.fromEntries(kept) };
    state.transition(machine, machine.state);
  };

  routes.get(path, (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('read', `metadata ${machine.id}`);
    return c.json(metadataOf(machine.config));
  });

  routes.on(['PUT', 'PATCH'], path, async (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `metadata ${machine.id}`);
    const body = await readBody(c, metadataBody);
    if (body.machine_version && body.machine_version !== machine.instanceId)
      throw failedPrecondition(
        `machine_version ${body.machine_version} is not the current ${machine.instanceId}`,
      );
    write(
      machine,
      c.req.method === 'PATCH' ? { ...metadataOf(machine.config), ...body.metadata } : body.metadata,
    );
    return c.body(null, 204);
  });

  routes.get(`${path}/:key`, (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('read', `metadata ${machine.id}`);
    const value = metadataOf(machine.config)[c.req.param('key')];
    if (value === undefined) throw notFound(`metadata key '${c.req.param('key')}' not found`);
    return c.json({ value });
  });

  routes.post(`${path}/:key`, async (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `metadata ${machine.id} ${c.req.param('key')}`);
    const { value } = await readBody(c, valueBody);
    write(machine, { ...metadataOf(machine.config), [c.req.param('key')]: value });
    return c.body(null, 204);
  });

  routes.delete(`${path}/:key`, (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `metadata ${machine.id} ${c.req.param('key')}`);
    write(machine, { ...metadataOf(machine.config), [c.req.param('key')]: null });
    return c.body(null, 204);
  });
  return routes;
}
