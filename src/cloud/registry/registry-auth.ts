import { createHash, timingSafeEqual } from 'node:crypto';
import { OciError } from './oci-error.ts';

/**
 * Whether an `Authorization` header holds the token: as a Basic password with any user name (Fly's tools send `x`), or
 * as a Bearer token.
 */
export function isRegistryAuthorized(header: string | undefined, token: string): boolean {
  const [scheme = '', value = ''] = (header ?? '').split(/ +/, 2);
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return isEqual(value, token);
    case 'basic': {
      const login = Buffer.from(value, 'base64').toString('utf8');
      return login.includes(':') && isEqual(login.slice(login.indexOf(':') + 1), token);
    }
    default:
      return false;
  }
}

/** The answer to a request without a valid token; the header is what makes clients send their login. */
export function registryChallenge(): Response {
  const headers = {
    'www-authenticate': 'Basic realm="registry"',
    'docker-distribution-api-version': 'registry/2.0',
  };
  return new OciError(401, 'UNAUTHORIZED', 'authentication required', headers).toResponse();
}

/** Hashed first, so that the time it takes says nothing about where, or how long, they differ. */
function isEqual(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
