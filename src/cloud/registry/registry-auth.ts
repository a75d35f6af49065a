import { OciError } from './oci-error.ts';

/**
 * The token in an `Authorization` header: the Basic password with any user name (Fly's tools send `x`), or a Bearer
 * token. Null when there is none.
 */
export function registryTokenOf(header: string | undefined): string | null {
  const [scheme = '', value = ''] = (header ?? '').split(/ +/, 2);
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      const login = Buffer.from(value, 'base64').toString('utf8');
      return login.includes(':') ? login.slice(login.indexOf(':') + 1) : null;
    }
    default:
      return null;
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
