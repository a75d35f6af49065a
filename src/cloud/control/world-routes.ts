import { Hono } from 'hono';
import { z } from 'zod';
import type { DnsTable } from '../dns/dns-table.ts';
import type { RegionLatency } from '../edge/region-latency.ts';
import { hostsOf } from '../fly/apps/hosts.ts';
import { REGIONS } from '../fly/apps/regions.ts';

/** As far as a packet can be away, and a little. */
const LATENCY_MS_MAX = 10_000;

const latencySchema = z.strictObject({ latencyMs: z.number().min(0).max(LATENCY_MS_MAX) });

const names = z.array(z.hostname());
const recordsSchema = z
  .strictObject({
    a: z.array(z.ipv4()).optional(),
    aaaa: z.array(z.ipv6()).optional(),
    cname: names.max(1).optional(),
    txt: z.array(z.string()).optional(),
  })
  .refine(
    ({ cname, ...others }) =>
      (cname ?? []).length === 0 || Object.values(others).every((each) => each === undefined),
    'a name with a cname has no other records',
  );

/** A host name as DNS has them: `_acme-challenge.www.example.com` and `*.example.com` too. */
const HOST = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\.?$/iu;

/** What the local cloud makes up of the world around it: names, `/dns`, and distances, `/regions`. */
export function worldRoutes({ dns, latency }: { dns: DnsTable; latency: RegionLatency }): Hono {
  const routes = new Hono();
  routes.get('/dns', (c) => c.json({ hosts: dns.list() }));
  routes.put('/dns/:host', async (c) => {
    const { host } = c.req.param();
    if (!HOST.test(host)) return c.json({ error: `"${host}" is no host name` }, 400);
    const parsed = recordsSchema.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success)
      return c.json({ error: `these are no records: ${z.prettifyError(parsed.error)}` }, 400);
    dns.set(host, parsed.data);
    return c.json({ host, records: parsed.data });
  });
  routes.delete('/dns/:host', (c) => {
    const { host } = c.req.param();
    if (!dns.remove(host)) return c.json({ error: `there are no records of ${host}` }, 404);
    return c.json({ removed: host });
  });

  routes.get('/regions', (c) =>
    c.json({
      regions: REGIONS.map(({ code, name }) => ({
        code,
        name,
        hosts: hostsOf(code),
        latencyMs: latency.of(code),
      })),
    }),
  );
  routes.put('/regions/:region', async (c) => {
    const { region } = c.req.param();
    if (!REGIONS.some(({ code }) => code === region))
      return c.json({ error: `there is no region ${region}` }, 404);
    const parsed = latencySchema.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success)
      return c.json({ error: `this is no latency: ${z.prettifyError(parsed.error)}` }, 400);
    latency.set(region, parsed.data.latencyMs);
    return c.json({ code: region, ...parsed.data });
  });
  return routes;
}
