import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CustomCertificate } from './certificate-record.ts';
import { invalid } from './hostname.ts';

/** Reads a certificate that somebody brings for a hostname. Throws the API's 422 unless it fits, by all its rules. */
export function readCustomCertificate(
  { hostname, fullchain, privateKey }: { hostname: string; fullchain: string; privateKey: string },
  now: number,
): CustomCertificate {
  const certificate = parsed('Fullchain', () => new X509Certificate(fullchain));
  const key: KeyObject = parsed('Private key', () => createPrivateKey(privateKey));
  const expiresAt = Date.parse(certificate.validTo);
  if (expiresAt <= now) throw invalid('Fullchain has expired');
  if (!certificate.checkPrivateKey(key)) throw invalid('Private key does not match the certificate');
  // A wildcard certificate is asked about a name below it.
  if (certificate.checkHost(hostname.replace(/^\*/u, 'wildcard')) === undefined)
    throw invalid(`Hostname ${hostname} is not in the certificate`);
  const issuer = /(?:^|\n)(?:CN|O)=(.+)/u.exec(certificate.issuer)?.[1] ?? '';
  return { createdAt: now, expiresAt, issuer };
}

function parsed<Result>(what: string, parse: () => Result): Result {
  try {
    return parse();
  } catch {
    throw invalid(`${what} is not PEM that can be read`);
  }
}
