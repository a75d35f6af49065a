import type { ControlContext } from './control-context.ts';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { isRouteFault } from '../faults/fault.ts';
import type { ActiveFault, Fault } from '../faults/fault.ts';
import { TokenTakenError } from '../organizations/organizations.ts';
import type { CloudServices } from '../server/cloud-services.ts';
import { readStatus } from './read-status.ts';
import { actionsControlRoutes } from './actions-control-routes.ts';
import { githubControlRoutes } from './github-control-routes.ts';
import { neonControlRoutes } from './neon-control-routes.ts';
import { worldRoutes } from './world-routes.ts';

const MINUTE_MS = 60_000;
const times = z.int().positive().nullable().default(null);
const delayMs = z
  .int()
  .nonnegative()
  .max(MINUTE_MS * 60)
  .default(0);
const status = z.int().min(400).max(599).default(503);
const route = z.string().regex(/^(?:\S+ )?\/\S*$/u, 'a method and a path');
const target = z.string().min(1);

const faultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('error'), route, status, delayMs, times }),
  z.object({ kind: z.literal('delay'), route, status, delayMs, times }),
  z.object({ kind: z.literal('lost-answer'), route, status, delayMs, times }),
  z.object({ kind: z.literal('rate-limit'), route, status, delayMs, times }),
  z.object({
    kind: z.enum(['crash', 'boot-failure', 'slow-boot', 'lease-stolen', 'no-capacity']),
    target,
    delayMs,
    times,
  }),
  z.object({
    kind: z.enum(['unhealthy', 'flapping', 'image-gone', 'host-unreachable']),
    target,
    delayMs,
    times: z.null().default(null),
  }),
]);

/** Short enough for a header, long enough to be none that is guessed; without white space. */
const tokenSchema = z.object({
  org: z.string().regex(/^[a-z0-9-]{1,63}$/u, 'the slug of an organization'),
  token: z
    .string()
    .regex(/^\S{16,4000}$/u, 'at least 16 characters without white space')
    .optional(),
  read_only: z.boolean().optional(),
});

/** The control API, below `/_glidepath`: status, addresses, tokens, faults, reset and shutdown. */
export function controlRoutes(context: ControlContext): Hono {
  const { services } = context;
  const { faults, edge } = services;
  const routes = new Hono().basePath('/_glidepath');
  routes.get('/status', async (c) => c.json(await readStatus(context)));
  routes.get('/routes', (c) => c.json({ routes: edge.routes() }));
  routes.get('/metrics', (c) => c.json({ metrics: edge.metrics() }));
  routes.put('/tokens', async (c) => {
    const parsed = tokenSchema.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: `this is no token: ${z.prettifyError(parsed.error)}` }, 400);
    return tokenOf(context, parsed.data, c);
  });
  routes.get('/faults', (c) => c.json({ faults: faults.list() }));
  routes.post('/faults', async (c) => {
    const parsed = faultSchema.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: `this is no fault: ${z.prettifyError(parsed.error)}` }, 400);
    return c.json(switchOn(services, parsed.data), 201);
  });
  routes.delete('/faults', (c) => c.json({ cleared: switchOff(services) }));
  routes.delete('/faults/:id', (c) => {
    const cleared = switchOff(services, c.req.param('id'));
    if (cleared.length === 0) return c.json({ error: `there is no fault ${c.req.param('id')}` }, 404);
    return c.json({ cleared });
  });
  routes.route('/', worldRoutes(services));
  routes.route('/', neonControlRoutes(services.neon));
  routes.route('/', actionsControlRoutes(services.actions));
  routes.route('/', githubControlRoutes(services.github));
  routes.post('/reset', async (c) => {
    await reset(services);
    return c.json({ reset: true });
  });
  routes.post('/shutdown', (c) => {
    context.shutDown();
    // This very connection must not be what the shutdown waits for.
    return c.json({ stopping: true }, 202, { connection: 'close' });
  });
  routes.all('/*', (c) => c.json({ error: `the control API has no ${c.req.method} ${c.req.path}` }, 404));
  return routes;
}

/** The token of an organization, which is made if it is new. */
function tokenOf({ services }: ControlContext, order: z.infer<typeof tokenSchema>, c: Context): Response {
  const { org, token, read_only: isReadOnly = false } = order;
  try {
    const options = { isReadOnly, ...(token === undefined ? {} : { token }) };
    return c.json({ org, token: services.organizations.organizationToken(org, options) });
  } catch (error) {
    if (error instanceof TokenTakenError) return c.json({ error: error.message }, 409);
    throw error;
  }
}

/** A crash strikes at once what runs already; every other fault waits for its occasion. */
function switchOn({ faults, fly }: CloudServices, fault: Fault): ActiveFault {
  const active = faults.add(fault);
  fly.faultsChanged();
  if (isRouteFault(fault) || fault.kind !== 'crash') return active;
  for (const { app, machineId } of fly.processes()) {
    if (faults.strikeCrash(active.id, { app, id: machineId })) fly.crashMachine(app, machineId);
  }
  return active;
}

function switchOff({ faults, fly }: CloudServices, id?: string): ActiveFault[] {
  const cleared = faults.clear(id);
  fly.faultsChanged();
  return cleared;
}

async function reset(services: CloudServices): Promise<void> {
  const { actions, fly, dns, github, managedPostgres, neon, postgres, registry } = services;
  switchOff(services);
  dns.clear();
  await fly.reset();
  await managedPostgres.reset();
  await neon.reset();
  await actions.reset();
  await github.reset();
  for (const { id } of await postgres.list()) await postgres.destroy(id);
  for (const { repository, digest } of await registry.list()) await registry.deleteImage(repository, digest);
}
