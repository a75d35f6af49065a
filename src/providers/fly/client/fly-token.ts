import type { Secret } from '../../../diagnostics/secret.ts';

/** A token, or how to get it when it is first needed. */
export type FlyToken = Secret | (() => Promise<Secret>);

/** The token itself. */
export async function resolveToken(token: FlyToken): Promise<Secret> {
  return typeof token === 'function' ? token() : token;
}

/** The token without the scheme that `fly tokens create` prints in front of it (`FlyV1 fm2_…`). */
export function bareToken(token: Secret): string {
  return token
    .reveal()
    .trim()
    .replace(/^(?:FlyV1|Bearer)\s+/i, '');
}

/** The `Authorization` header: macaroons (`fm2_…`) have a scheme of their own, as flyctl sends them. */
export function authorizationOf(token: Secret): string {
  const bare = bareToken(token);
  return `${/^fm\d/.test(bare) ? 'FlyV1' : 'Bearer'} ${bare}`;
}
