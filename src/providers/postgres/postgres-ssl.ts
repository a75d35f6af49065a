import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { unreachable } from '../../util/assert.ts';
import type { PostgresUrl } from './postgres-url.ts';

/** How one try to connect is encrypted; `false`: not at all. */
export type SslChoice = false | ConnectionOptions;

/**
 * What libpq tries for an `sslmode`, in its order: only `verify-ca` and `verify-full` look at the certificate, and
 * `require` does so where the URL names certificates to trust (libpq, "SSL Support").
 */
export async function sslChoices(url: PostgresUrl): Promise<readonly SslChoice[]> {
  const ca =
    url.sslRootCert === null || url.sslRootCert === 'system'
      ? {}
      : { ca: await certificates(url.sslRootCert) };
  const unverified: SslChoice = { rejectUnauthorized: false };
  const chain: SslChoice = { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  switch (url.sslMode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'require':
      return [url.sslRootCert === null ? unverified : chain];
    case 'verify-ca':
      return [chain];
    case 'verify-full':
      return [{ ...ca, rejectUnauthorized: true }];
    default:
      return unreachable(url.sslMode);
  }
}

async function certificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new ToolError(
      'DATABASE_URL_INVALID',
      `The URL of the database names sslrootcert=${file}, which cannot be read.`,
      {
        hint: 'Name a file with certificates in PEM form, or write sslrootcert=system.',
      },
    );
  }
}
