import { createPublicKey, verify } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ADMIN_LOGIN } from '../github-context.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError } from '../github-error.ts';
import type { Caller } from './caller.ts';
import { Tokens } from './tokens.ts';

/** An app may sign so far ahead, and no further (GitHub's docs: "generating a JWT for a GitHub App"). */
const JWT_SECONDS_MAX = 600;
/** Clocks differ. */
const JWT_LEEWAY_SECONDS = 60;

/** Finds out who asks. A token that is not known is refused; without one one is nobody in particular. */
export function authenticate(context: GithubContext): MiddlewareHandler {
  return async (c, next) => {
    const token = tokenOf(c.req.header('authorization'));
    c.set('githubCaller', null);
    c.set('githubApp', null);
    if (token !== null) {
      const app = appOf(context, token);
      const caller = app === null ? whoHas(context, token) : null;
      if (app === null && caller === null) throw new GithubApiError(401, 'Bad credentials');
      c.set('githubApp', app);
      c.set('githubCaller', caller);
    }
    await next();
  };
}

/** Whose token this is; null for one that is unknown or has expired. */
export function whoHas(context: GithubContext, token: string): Caller | null {
  const { state, clock, isAdminToken } = context;
  if (isAdminToken(token)) {
    const account = state.account(ADMIN_LOGIN);
    return account === null ? null : { account, token: null };
  }
  const record = new Tokens(state, clock).find(token);
  const account = record === null ? null : state.account(record.login);
  return record === null || account === null ? null : { account, token: record };
}

/** The token in an `Authorization` header: as `Bearer` or `token`, or as the password of `Basic`. */
export function tokenOf(header: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)\s*$/.exec(header ?? '') ?? [];
  if (/^(?:bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return null;
  const [user = '', ...password] = Buffer.from(value, 'base64').toString().split(':');
  // Tools put the token where they can: as the password, or as the user of none.
  return password.join(':') === '' || password.join(':') === 'x-oauth-basic' ? user : password.join(':');
}

/** The app that signed this JSON web token; null for what is none. Throws the API's 401 for one that does not hold. */
function appOf({ state, clock }: GithubContext, token: string): number | null {
  const [head = '', body = '', signature] = token.split('.');
  if (signature === undefined) return null;
  const claims = parse(body) as { iss?: unknown; iat?: number; exp?: number } | null;
  if ((parse(head) as { alg?: string } | null)?.alg !== 'RS256' || claims === null) return null;
  const app = state.find('apps', String(claims.iss));
  if (app === null || app.publicKey === null)
    throw new GithubApiError(401, "'Issuer' claim ('iss') must be an Integer");
  const now = clock.now() / 1000;
  const { iat = 0, exp = 0 } = claims;
  if (exp < now - JWT_LEEWAY_SECONDS || iat > now + JWT_LEEWAY_SECONDS)
    throw new GithubApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > now + JWT_SECONDS_MAX + JWT_LEEWAY_SECONDS)
    throw new GithubApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    createPublicKey(app.publicKey),
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new GithubApiError(401, 'A JSON web token could not be decoded');
  return app.id;
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  } catch {
    return null;
  }
}
