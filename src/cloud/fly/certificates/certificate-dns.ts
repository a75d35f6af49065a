import { createHash } from 'node:crypto';
import type { DnsTable } from '../../dns/dns-table.ts';
import type { CertificateProofs } from './certificate-record.ts';
import type { AppRecord } from '../records.ts';

/** The records that whoever owns a name has to set, one of the first three to be reached. */
export interface DnsRequirements {
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly cname: string;
  readonly acmeChallenge: { readonly name: string; readonly target: string };
  readonly ownership: { readonly name: string; readonly appValue: string; readonly orgValue: string };
}

/** What the names of a certificate lead to now. */
export interface DnsFindings {
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly cname: readonly string[];
  readonly acmeChallengeCname: string | null;
  readonly ownershipText: string | null;
}

/** What has to be set for a hostname to lead to an app. */
export function dnsRequirements(app: AppRecord, hostname: string): DnsRequirements {
  const isV6 = (ip: string): boolean => ip.includes(':');
  const addresses = app.ips.filter(({ ip }) => !ip.startsWith('fd')).map(({ ip }) => ip);
  // A wildcard is proven for the name that it is below.
  const base = hostname.replace(/^\*\./u, '');
  const mark = (of: string): string => createHash('sha256').update(of).digest('hex').slice(0, 10);
  return {
    a: addresses.filter((ip) => !isV6(ip)),
    aaaa: addresses.filter(isV6),
    cname: `${app.name}.fly.dev`,
    acmeChallenge: {
      name: `_acme-challenge.${base}`,
      target: `${base}.${mark(app.id).slice(0, 5)}.flydns.net`,
    },
    ownership: {
      name: `_fly-ownership.${base}`,
      appValue: `app-${mark(app.id)}`,
      orgValue: `org-${mark(app.orgSlug)}`,
    },
  };
}

/** Looks the names of a certificate up. */
export function findRecords(dns: DnsTable, hostname: string, wanted: DnsRequirements): DnsFindings {
  const { a, aaaa, aliases } = dns.resolve(hostname);
  return {
    a,
    aaaa,
    cname: aliases,
    acmeChallengeCname: dns.resolve(wanted.acmeChallenge.name).aliases[0] ?? null,
    ownershipText: dns.resolve(wanted.ownership.name).txt.join(' ') || null,
  };
}

/** What the records found prove. An alias that passes through the app's name is enough, whatever it leads to. */
export function proofsOf(wanted: DnsRequirements, found: DnsFindings): CertificateProofs {
  const texts = found.ownershipText?.split(' ') ?? [];
  return {
    isPointing:
      found.cname.includes(wanted.cname) ||
      found.a.some((ip) => wanted.a.includes(ip)) ||
      found.aaaa.some((ip) => wanted.aaaa.includes(ip)),
    hasAcmeChallenge: found.acmeChallengeCname === wanted.acmeChallenge.target,
    hasOwnershipText: [wanted.ownership.appValue, wanted.ownership.orgValue].some((text) =>
      texts.includes(text),
    ),
  };
}
