import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { notFound } from '../api-error.ts';
import { dnsRequirements, findRecords, proofsOf } from './certificate-dns.ts';
import type { DnsFindings } from './certificate-dns.ts';
import type { CertificateRecord } from './certificate-record.ts';
import { certificateDetail, certificateSummary, dnsRecordsView } from './certificate-view.ts';
import { readCustomCertificate } from './custom-certificate.ts';
import type { FlyContext } from '../fly-context.ts';
import { customHostname, invalid } from './hostname.ts';
import { queryInt, readBody } from '../request-body.ts';
import type { AppRecord } from '../records.ts';

const PATH = '/apps/:app/certificates';
const PAGE = { min: 1, max: 500, fallback: 100 } as const;
const NO_PROOFS = { isPointing: false, hasAcmeChallenge: false, hasOwnershipText: false } as const;

const acmeBody = z.looseObject({ hostname: z.string().default('') });
const customBody = z.looseObject({
  hostname: z.string().default(''),
  fullchain: z.string().default(''),
  private_key: z.string().default(''),
});

/** An app's own domains: `/apps/{app}/certificates`. A name routes to the app from the moment it is added. */
export function certificateRoutes(context: FlyContext): Hono {
  const { state, limiter, clock } = context;
  const routes = new Hono();
  routes.get(PATH, (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('read', `certificates ${app.name}`);
    return c.json(listPage(c, app.certificates ?? []));
  });

  routes.post(`${PATH}/acme`, async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `add certificate ${app.name}`);
    const hostname = customHostname((await readBody(c, acmeBody)).hostname);
    const record = recordFor(context, app, hostname);
    if (record.isAcmeRequested) throw invalid('Hostname already exists on app');
    record.isAcmeRequested = true;
    save(context, app, record);
    return c.json(detail(app, record), 201);
  });

  routes.post(`${PATH}/custom`, async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `add certificate ${app.name}`);
    const body = await readBody(c, customBody);
    const hostname = customHostname(body.hostname);
    const { fullchain, private_key: privateKey } = body;
    const custom = readCustomCertificate({ hostname, fullchain, privateKey }, clock.now());
    const record = recordFor(context, app, hostname);
    record.custom = custom;
    save(context, app, record);
    return c.json(detail(app, record), 201);
  });

  routes.get(`${PATH}/:hostname`, (c) => {
    const { app, record } = find(context, c, null);
    validate(context, app, record);
    return c.json(detail(app, record));
  });

  routes.post(`${PATH}/:hostname/check`, (c) => {
    const { app, record } = find(context, c, 'check certificate');
    const found = validate(context, app, record);
    return c.json({ ...detail(app, record), dns_records: dnsRecordsView(found) });
  });

  routes.route('/', removalRoutes(context));
  return routes;
}

function removalRoutes(context: FlyContext): Hono {
  const routes = new Hono();

  routes.delete(`${PATH}/:hostname`, (c) => {
    const { app, record } = find(context, c, 'delete certificate');
    app.certificates = (app.certificates ?? []).filter((each) => each !== record);
    context.state.saveApp(app);
    return c.body(null, 204);
  });

  routes.delete(`${PATH}/:hostname/acme`, (c) => {
    const { app, record } = find(context, c, 'delete acme certificate');
    record.isAcmeRequested = false;
    record.acmeIssuedAt = null;
    save(context, app, record);
    return c.json(detail(app, record));
  });

  routes.delete(`${PATH}/:hostname/custom`, (c) => {
    const { app, record } = find(context, c, 'delete custom certificate');
    if (record.custom === null) throw notFound(`${record.hostname} has no custom certificate`);
    record.custom = null;
    save(context, app, record);
    const warning = record.acmeIssuedAt === null ? `${record.hostname} has no certificate left` : '';
    return c.json({ ...detail(app, record), warning });
  });
  return routes;
}

/** Throws the API's 404. */
function find(
  { state, limiter }: FlyContext,
  c: Context,
  action: string | null,
): { app: AppRecord; record: CertificateRecord } {
  const { app: name = '', hostname = '' } = c.req.param();
  const app = state.app(name);
  limiter.take(action === null ? 'read' : 'action', `${action ?? 'certificate'} ${hostname}`);
  const record = (app.certificates ?? []).find((each) => each.hostname === hostname.toLowerCase());
  if (record === undefined) throw notFound(`certificate for hostname ${hostname} not found`);
  return { app, record };
}

function detail(app: AppRecord, record: CertificateRecord): Record<string, unknown> {
  return certificateDetail(record, dnsRequirements(app, record.hostname));
}

function listPage(c: Context, records: readonly CertificateRecord[]): object {
  const { filter = '', cursor = '' } = c.req.query();
  const matching = records
    .filter(({ hostname }) => hostname.includes(filter.toLowerCase()))
    .toSorted((a, b) => (a.hostname < b.hostname ? -1 : 1));
  const left = matching.filter(({ hostname }) => hostname > cursor);
  const page = left.slice(0, queryInt(c, 'limit', PAGE));
  const last = page.at(-1);
  return {
    certificates: page.map(certificateSummary),
    total_count: matching.length,
    ...(last !== undefined && page.length < left.length ? { next_cursor: last.hostname } : {}),
  };
}

/** The app's record of a hostname, a new one if it has none. Throws the API's 422 when another app holds it. */
function recordFor({ state, clock }: FlyContext, app: AppRecord, hostname: string): CertificateRecord {
  const own = (app.certificates ?? []).find((each) => each.hostname === hostname);
  if (own !== undefined) return own;
  const isHeld = state.apps().some((other) => other.certificates?.some((each) => each.hostname === hostname));
  if (isHeld) throw invalid(`Hostname ${hostname} is held by another app`);
  const now = clock.now();
  return {
    hostname,
    createdAt: now,
    updatedAt: now,
    proofs: NO_PROOFS,
    isAcmeRequested: false,
    acmeIssuedAt: null,
    custom: null,
  };
}

function save({ state, clock }: FlyContext, app: AppRecord, record: CertificateRecord): void {
  record.updatedAt = clock.now();
  app.certificates = [...(app.certificates ?? []).filter((each) => each !== record), record];
  state.saveApp(app);
}

/** Looks again, and issues what can be issued: for a wildcard only the challenge in the DNS counts. */
function validate(context: FlyContext, app: AppRecord, record: CertificateRecord): DnsFindings {
  const wanted = dnsRequirements(app, record.hostname);
  const found = findRecords(context.dns, record.hostname, wanted);
  const proofs = proofsOf(wanted, found);
  const isProven = proofs.hasAcmeChallenge || (proofs.isPointing && !record.hostname.startsWith('*.'));
  const isIssuedNow = record.isAcmeRequested && record.acmeIssuedAt === null && isProven;
  if (isIssuedNow) record.acmeIssuedAt = context.clock.now();
  if (isIssuedNow || JSON.stringify(proofs) !== JSON.stringify(record.proofs)) {
    record.proofs = proofs;
    save(context, app, record);
  }
  return found;
}
