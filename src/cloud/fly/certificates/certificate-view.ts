import type { DnsFindings, DnsRequirements } from './certificate-dns.ts';
import type { CertificateRecord } from './certificate-record.ts';
import { isoTime } from '../machines/machine-view.ts';

/** Let's Encrypt's certificates live so long. */
const ACME_LIFE_MS = 90 * 24 * 3_600_000;

type CertificateStatus = 'active' | 'pending_ownership' | 'pending_validation';

/** A hostname in a list. */
export function certificateSummary(record: CertificateRecord): Record<string, unknown> {
  const { isPointing, hasAcmeChallenge, hasOwnershipText } = record.proofs;
  return {
    hostname: record.hostname,
    status: statusOf(record),
    dns_provider: 'local',
    acme_dns_configured: hasAcmeChallenge,
    acme_alpn_configured: isPointing,
    acme_http_configured: isPointing,
    ownership_txt_configured: hasOwnershipText,
    configured: isPointing,
    acme_requested: record.isAcmeRequested,
    has_custom_certificate: record.custom !== null,
    has_fly_certificate: record.acmeIssuedAt !== null,
    created_at: isoTime(record.createdAt),
    updated_at: isoTime(record.updatedAt),
  };
}

/** A hostname with everything about it. */
export function certificateDetail(
  record: CertificateRecord,
  wanted: DnsRequirements,
): Record<string, unknown> {
  const { isPointing, hasAcmeChallenge, hasOwnershipText } = record.proofs;
  const { a, aaaa, cname, acmeChallenge, ownership } = wanted;
  return {
    hostname: record.hostname,
    configured: isPointing,
    acme_requested: record.isAcmeRequested,
    status: statusOf(record),
    dns_provider: 'local',
    certificates: [...customEntry(record), ...acmeEntry(record)],
    validation: {
      dns_configured: hasAcmeChallenge,
      alpn_configured: isPointing,
      http_configured: isPointing,
      ownership_txt_configured: hasOwnershipText,
    },
    dns_requirements: {
      a,
      aaaa,
      cname,
      acme_challenge: acmeChallenge,
      ownership: {
        name: ownership.name,
        app_value: ownership.appValue,
        org_value: ownership.orgValue,
      },
    },
    validation_errors: validationErrors(record, wanted),
  };
}

/** What the names lead to, as `check` answers it beside the detail. */
export function dnsRecordsView(found: DnsFindings): Record<string, unknown> {
  return {
    a: found.a,
    aaaa: found.aaaa,
    cname: found.cname,
    resolved_addresses: [...found.a, ...found.aaaa],
    ...(found.acmeChallengeCname === null ? {} : { acme_challenge_cname: found.acmeChallengeCname }),
    ...(found.ownershipText === null ? {} : { ownership_txt: found.ownershipText }),
  };
}

function statusOf(record: CertificateRecord): CertificateStatus {
  const isIssued = record.acmeIssuedAt !== null;
  if (isIssued || customStatus(record) === 'active') return 'active';
  return record.custom === null ? 'pending_validation' : 'pending_ownership';
}

/** Whoever brings a certificate has to prove that the name is theirs by a text in its DNS. */
function customStatus(record: CertificateRecord): CertificateStatus | null {
  if (record.custom === null) return null;
  return record.proofs.hasOwnershipText ? 'active' : 'pending_ownership';
}

function customEntry(record: CertificateRecord): object[] {
  const { custom } = record;
  if (custom === null) return [];
  return [
    {
      source: 'custom',
      status: customStatus(record),
      created_at: isoTime(custom.createdAt),
      expires_at: isoTime(custom.expiresAt),
      issuer: custom.issuer,
      issued: [],
    },
  ];
}

function acmeEntry({ acmeIssuedAt }: CertificateRecord): object[] {
  if (acmeIssuedAt === null) return [];
  const expires = { expires_at: isoTime(acmeIssuedAt + ACME_LIFE_MS), certificate_authority: 'lets_encrypt' };
  return [
    {
      source: 'fly',
      status: 'active',
      created_at: isoTime(acmeIssuedAt),
      expires_at: expires.expires_at,
      issued: [
        { type: 'ecdsa', ...expires },
        { type: 'rsa', ...expires },
      ],
    },
  ];
}

function validationErrors(record: CertificateRecord, wanted: DnsRequirements): object[] {
  const { proofs, hostname } = record;
  const timestamp = isoTime(record.updatedAt);
  const errors = [];
  if (!proofs.isPointing)
    errors.push({
      code: 'dns_not_pointing',
      message: `no A, AAAA or CNAME record of ${hostname} leads to the app`,
      remediation: `Set CNAME ${hostname} to ${wanted.cname}, or A and AAAA to the app's addresses`,
      timestamp,
    });
  if (customStatus(record) === 'pending_ownership')
    errors.push({
      code: 'ownership_not_proven',
      message: `no TXT record of ${wanted.ownership.name} proves whose ${hostname} is`,
      remediation: `Set TXT ${wanted.ownership.name} to ${wanted.ownership.appValue}`,
      timestamp,
    });
  return errors;
}
