import { randomInt } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { seesApp } from '../../organizations/grant.ts';
import { nameHeld, requireOrganization } from './access.ts';
import { badRequest, FlyApiError } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { newMachineId } from '../ids.ts';
import { appView, isoTime } from '../machines/machine-view.ts';
import { readBody } from '../request-body.ts';
import type { AppRecord, IpRecord } from '../records.ts';

const createApp = z.looseObject({
  name: z.string().nullish(),
  app_name: z.string().nullish(),
  org_slug: z.string().nullish(),
  network: z.string().nullish(),
});

const assignIp = z.looseObject({
  type: z.string().nullish(),
  region: z.string().nullish(),
  service_name: z.string().nullish(),
});

/** Apps and their addresses: `/apps`, `/apps/{app}`, `/apps/{app}/ip_assignments`. */
export function appRoutes(context: FlyContext): Hono {
  const { state, limiter, clock, organizations } = context;
  const routes = new Hono();
  const view = (app: AppRecord): object =>
    appView(app, organizations.named(app.orgSlug), state.machinesOf(app.name));

  routes.get('/apps', (c) => {
    const slug = c.req.query('org_slug');
    if (slug === undefined || slug === '') throw badRequest('org_slug is required');
    limiter.take('read', 'list apps');
    requireOrganization(c, slug);
    const apps = state.apps().filter((app) => app.orgSlug === slug);
    return c.json({ apps: apps.map(view), total_apps: apps.length });
  });

  routes.post('/apps', async (c) => {
    const app = await newApp(context, c);
    state.saveApp(app);
    return c.json({ id: app.id, created_at: Math.round(app.createdAt) }, 201);
  });

  routes.get('/apps/:app', (c) => {
    limiter.take('read', `app ${c.req.param('app')}`);
    return c.json(view(state.app(c.req.param('app'))));
  });

  routes.delete('/apps/:app', async (c) => {
    limiter.take('appDelete', 'delete app');
    await deleteApp(context, state.app(c.req.param('app')));
    return c.body(null, 202);
  });

  routes.get('/apps/:app/ip_assignments', (c) => {
    limiter.take('read', `ips ${c.req.param('app')}`);
    return c.json({ ips: state.app(c.req.param('app')).ips.map(ipView) });
  });

  routes.post('/apps/:app/ip_assignments', async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `assign ip ${app.name}`);
    const body = await readBody(c, assignIp);
    const ip = newIp(body.type ?? '', clock.now(), body.region ?? 'global', body.service_name ?? '');
    const held = app.ips.find((other) => other.shared && ip.shared);
    if (held !== undefined) return c.json(ipView(held));
    app.ips = [...app.ips, ip];
    state.saveApp(app);
    return c.json(ipView(ip));
  });

  routes.delete('/apps/:app/ip_assignments/:ip', (c) => {
    const app = state.app(c.req.param('app'));
    const { ip } = c.req.param();
    if (!app.ips.some((held) => held.ip === ip))
      throw new FlyApiError(404, `ip assignment '${ip}' not found`);
    app.ips = app.ips.filter((held) => held.ip !== ip);
    state.saveApp(app);
    return c.body(null, 204);
  });
  return routes;
}

/** The app that a request asks for. Throws the API's refusals: of the name, or of who asks. */
async function newApp({ state, limiter, clock, organizations }: FlyContext, c: Context): Promise<AppRecord> {
  const body = await readBody(c, createApp);
  const name = body.name ?? body.app_name ?? '';
  limiter.take('action', `create app ${name}`);
  checkName(name);
  const held = state.findApp(name);
  if (held !== null && !seesApp(c.var.grant, held)) throw nameHeld(name);
  const orgSlug = body.org_slug || (c.var.grant?.org ?? 'personal');
  requireOrganization(c, orgSlug);
  if (held !== null)
    throw new FlyApiError(422, 'Validation failed: Name has already been taken', 'name_taken');
  return {
    id: newMachineId(),
    name,
    number: state.nextNumber(),
    orgSlug: organizations.named(orgSlug).slug,
    network: body.network ?? 'default',
    createdAt: clock.now(),
    secrets: {},
    secretsVersion: 0,
    ips: [],
  };
}

/** Ends and removes every machine of an app, then the app. */
export async function deleteApp(context: FlyContext, app: AppRecord): Promise<void> {
  const { state, supervisor } = context;
  const machines = state.machinesOf(app.name);
  await Promise.all(
    machines.filter((machine) => machine.state !== 'destroyed').map((machine) => supervisor.destroy(machine)),
  );
  for (const machine of state.machinesOf(app.name)) {
    supervisor.forget(machine);
    state.removeMachine(machine.id);
  }
  state.removeApp(app.name);
  await context.volumes.removeAllOf(app);
  context.organizations.forgetApp(app.name);
  context.releases.forgetApp(app.name);
}

function checkName(name: string): void {
  if (name === '') throw badRequest('name is required');
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    throw new FlyApiError(
      422,
      'Validation failed: Name may only contain numbers, lowercase letters and dashes',
    );
}

function newIp(type: string, now: number, region: string, serviceName: string): IpRecord {
  const hex = (): string => randomInt(0, 0x10000).toString(16);
  // Addresses reserved for documentation: nothing answers there, and nobody is reached by mistake.
  const ips: Record<string, { ip: string; shared: boolean }> = {
    v4: { ip: `203.0.113.${randomInt(1, 255)}`, shared: false },
    shared_v4: { ip: `198.51.100.${randomInt(1, 255)}`, shared: true },
    v6: { ip: `2001:db8:${hex()}:${hex()}::1`, shared: false },
    private_v6: { ip: `fdaa:0:${hex()}:${hex()}::1`, shared: false },
  };
  const ip = ips[type];
  if (ip === undefined) throw badRequest(`invalid type: must be one of ${Object.keys(ips).join(', ')}`);
  return { ...ip, region, serviceName, createdAt: now };
}

function ipView(ip: IpRecord): object {
  const { region, shared, serviceName } = ip;
  return { ip: ip.ip, region, shared, service_name: serviceName, created_at: isoTime(ip.createdAt) };
}
