import type { DnsRecord, DomainState, PlatformWork } from '../app-platform.ts';
import { hasStatus } from './client/fly-api-error.ts';
import type { FlyClient, FlyRequest } from './client/fly-client.ts';
import { appPath, nullIfMissing } from './client/machines-api.ts';

/** A certificate of a hostname as the API shows it (OpenAPI, `CertificateDetail`). */
interface CertificateDetail {
  readonly hostname: string;
  /** Whether DNS leads to the app. */
  readonly configured?: boolean;
  readonly status?: string;
  readonly certificates?: readonly { readonly status?: string }[] | null;
  readonly dns_requirements?: DnsRequirements | null;
  readonly validation_errors?: readonly { readonly message?: string; readonly remediation?: string }[] | null;
  readonly rate_limited_until?: string | null;
}

interface DnsRequirements {
  readonly a?: readonly string[] | null;
  readonly aaaa?: readonly string[] | null;
  readonly cname?: string | null;
  readonly acme_challenge?: { readonly name?: string; readonly target?: string } | null;
  readonly ownership?: { readonly name?: string; readonly app_value?: string } | null;
}

/** Pages of certificates that are read; with the API's own page size thousands of domains. */
const PAGES_MAX = 100;

/**
 * Asks for a certificate of every domain that has none yet, has the DNS of each checked, and says what it waits for.
 * Domains that are not written any more are named and left: taking one away would end what its visitors see.
 */
export async function ensureCertificates(
  client: FlyClient,
  app: string,
  domains: readonly string[],
  work: PlatformWork,
): Promise<readonly DomainState[]> {
  const there = new Set(await hostnames(client, app, work.signal));
  const states: DomainState[] = [];
  for (const domain of domains) {
    if (!there.has(domain)) {
      await request(client, app, domain, work.signal);
      work.log(`${domain}: a certificate was asked for`);
    }
    const path = `/${encodeURIComponent(domain)}/check`;
    const checked = await client.send({
      ...about(app, path, 'POST', domain),
      isRepeatable: true,
      signal: work.signal,
    });
    states.push(stateOf(checked as CertificateDetail, domain));
  }
  for (const old of there) {
    if (domains.includes(old)) continue;
    work.log(
      `${old} is no longer in the config but stays; remove it by hand: fly certs remove ${old} -a ${app}`,
    );
  }
  return states;
}

/** The custom domains of an app and what they wait for; only reads, so that the DNS is as it was last checked. */
export async function readDomains(
  client: FlyClient,
  app: string,
  signal?: AbortSignal,
): Promise<readonly DomainState[]> {
  const states: DomainState[] = [];
  for (const domain of await hostnames(client, app, signal)) {
    const path = `/${encodeURIComponent(domain)}`;
    const found = await nullIfMissing(client.send({ ...about(app, path, 'GET', domain), signal }));
    if (found !== null) states.push(stateOf(found as CertificateDetail, domain));
  }
  return states;
}

/** What a certificate says, in our words. Pure. */
export function stateOf(detail: CertificateDetail, hostname: string): DomainState {
  const statuses = new Set((detail.certificates ?? []).map((certificate) => certificate.status));
  const isIssued = statuses.has('active');
  // A wildcard is proven by its challenge alone and leads nowhere by itself.
  const isWildcard = hostname.startsWith('*.');
  const isConfigured = detail.configured === true || isWildcard;
  const awaited = isWildcard ? 'awaiting-dns' : 'awaiting-certificate';
  const [error] = detail.validation_errors ?? [];
  const limited = detail.rate_limited_until ?? '';
  const state = !isConfigured ? 'awaiting-dns' : isIssued ? 'issued' : awaited;
  const mustProve = statuses.has('pending_ownership') || detail.status === 'pending_ownership';
  const records = recordsOf(hostname, detail.dns_requirements ?? {}, mustProve);
  // What to do about missing records is said by the records.
  const remediation = state === 'awaiting-dns' && records.length > 0 ? undefined : error?.remediation;
  const why = [error?.message, remediation].filter((text) => text !== undefined && text !== '');
  return {
    hostname,
    state,
    records,
    detail:
      limited !== ''
        ? `the certificate authority takes no request before ${limited}`
        : why.length === 0
          ? null
          : why.join('; '),
  };
}

/** The records that its owner has to write, exactly. A name below a domain may be a CNAME, a domain itself may not. Pure. */
function recordsOf(hostname: string, needed: DnsRequirements, mustProve: boolean): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (const value of needed.a ?? []) records.push({ type: 'A', name: hostname, value });
  for (const value of needed.aaaa ?? []) records.push({ type: 'AAAA', name: hostname, value });
  const hasAddress = records.length > 0;
  if (!hasAddress && filled(needed.cname))
    records.push({ type: 'CNAME', name: hostname, value: needed.cname });
  const { acme_challenge: challenge, ownership } = needed;
  if (filled(challenge?.name) && filled(challenge.target))
    records.push({ type: 'CNAME', name: challenge.name, value: challenge.target });
  // Asked for only where the addresses cannot prove it, as behind another proxy.
  if (mustProve && filled(ownership?.name) && filled(ownership.app_value))
    records.push({ type: 'TXT', name: ownership.name, value: ownership.app_value });
  return records;
}

function filled(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== '';
}

async function request(client: FlyClient, app: string, hostname: string, signal: AbortSignal): Promise<void> {
  try {
    await client.send({
      ...about(app, '/acme', 'POST', hostname),
      body: { hostname },
      isRepeatable: true,
      signal,
    });
  } catch (error) {
    // 422 also says that it is there already, as after a lost answer; whatever else it says, the app does not have it.
    if (!hasStatus(error, 422) || !(await hostnames(client, app, signal)).includes(hostname)) throw error;
  }
}

async function hostnames(
  client: FlyClient,
  app: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = cursor === '' ? {} : { cursor };
    const answer = (await nullIfMissing(client.send({ ...about(app, '', 'GET', null), query, signal }))) as {
      certificates?: readonly { hostname: string }[] | null;
      next_cursor?: string | null;
    } | null;
    found.push(...(answer?.certificates ?? []).map((certificate) => certificate.hostname));
    cursor = answer?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return found;
}

function about<M extends 'GET' | 'POST'>(
  app: string,
  path: string,
  method: M,
  hostname: string | null,
): Pick<FlyRequest, 'path' | 'resource' | 'subject'> & { method: M } {
  return {
    method,
    path: `${appPath(app)}/certificates${path}`,
    resource: hostname === null ? `the domains of app ${app}` : `the domain ${hostname} of app ${app}`,
    subject: app,
  };
}
