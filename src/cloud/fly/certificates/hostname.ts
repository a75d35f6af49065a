import { FlyApiError } from '../api-error.ts';

/** A host name that may begin with a wildcard; a top-level domain of its own is none. Limits: RFC 1035. */
const HOSTNAME = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/u;
const HOSTNAME_LENGTH_MAX = 253;
/** The platform's own domains: it answers for every app below them already. */
const OWN_DOMAINS = ['fly.dev', 'fly.io', 'flycast', 'internal', 'localhost'] as const;

/** A custom domain in the form it is stored in. Throws the API's 422 for what is none. */
export function customHostname(written: string): string {
  const name = written.trim().toLowerCase().replace(/\.$/u, '');
  const isNumbers = /^[\d.]+$/u.test(name);
  if (!HOSTNAME.test(name) || name.length > HOSTNAME_LENGTH_MAX || isNumbers)
    throw invalid(`Hostname "${written}" is not a valid hostname`);
  const own = OWN_DOMAINS.find((domain) => name === domain || name.endsWith(`.${domain}`));
  if (own !== undefined) throw invalid(`Hostname "${written}" is below ${own}, which is the platform's own`);
  return name;
}

/** The API's 422 for a certificate. */
export function invalid(message: string): FlyApiError {
  return new FlyApiError(422, `Validation failed: ${message}`);
}
