import { Hono } from 'hono';
import { badRequest } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { isoTime } from '../machines/machine-view.ts';
import { queryInt } from '../request-body.ts';

const LIMIT = { min: 1, max: 10_000, fallback: 100 } as const;

/** `/api/v1/apps/{app}/logs`: without a token the last lines, with the `next_token` of an answer those after it. */
export function logRoutes(context: FlyContext): Hono {
  const routes = new Hono();
  routes.get('/apps/:app/logs', (c) => {
    const app = context.state.app(c.req.param('app'));
    const token = c.req.query('next_token') ?? '';
    if (!/^\d*$/.test(token)) throw badRequest('invalid next_token');
    const limit = queryInt(c, 'limit', LIMIT);
    const { instance, region } = c.req.query();
    const machines = context.state
      .machinesOf(app.name)
      .filter((machine) => (!instance || machine.id === instance) && (!region || machine.region === region));
    const regionOf = new Map(machines.map((machine) => [machine.id, machine.region]));
    const lines = context.logs.linesAfter(
      Number(token),
      machines.map((machine) => machine.id),
    );
    const page = token === '' ? lines.slice(-limit) : lines.slice(0, limit);
    return c.json({
      data: page.map((line) => ({
        id: String(line.stamp),
        type: 'log',
        attributes: {
          timestamp: isoTime(Math.floor(line.stamp / 1000)),
          message: line.message,
          level: 'info',
          instance: line.machineId,
          region: regionOf.get(line.machineId) ?? '',
          meta: {},
        },
      })),
      meta: { next_token: String(page.at(-1)?.stamp ?? (token === '' ? '0' : token)) },
    });
  });
  return routes;
}
