import { randomBytes, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Clock } from '../../../../util/clock.ts';
import type { OidcClaims } from './oidc-claims.ts';
import { OidcKey } from './oidc-key.ts';

/** How long an id token is good, and how far back it begins (docs, "Understanding the OIDC token"). */
const GOOD_FOR_S = 300;
const BEFORE_S = 600;
/** Where a GitHub Enterprise Server has its issuer. */
const PATH = '/_services/token';
const REQUEST = '/_services/token/request';

/** How a job asks for its id tokens. */
export interface IdTokenRequest {
  /** ACTIONS_ID_TOKEN_REQUEST_URL: clients append `&audience=…` to it. */
  readonly url: string;
  /** ACTIONS_ID_TOKEN_REQUEST_TOKEN */
  readonly token: string;
}

/**
 * OpenID Connect of the local GitHub: signs who a job is. Nobody trusts it who was not told of its issuer. State: the jobs
 * that may ask now.
 */
export class OidcService {
  readonly #key: OidcKey;
  readonly #clock: Clock;
  readonly #baseUrl: string;
  readonly #jobs = new Map<string, OidcClaims>();

  constructor(on: { readonly stateDir: string; readonly clock: Clock; readonly baseUrl: string }) {
    this.#key = new OidcKey(on.stateDir);
    this.#clock = on.clock;
    this.#baseUrl = on.baseUrl;
  }

  /** Lets a job ask, until it is over. */
  open(claims: OidcClaims): IdTokenRequest {
    const token = randomBytes(32).toString('base64url');
    this.#jobs.set(token, claims);
    return { url: `${this.#baseUrl}${REQUEST}?api-version=2.0`, token };
  }

  close({ token }: IdTokenRequest): void {
    this.#jobs.delete(token);
  }

  routes(): Hono {
    const issuer = `${this.#baseUrl}${PATH}`;
    const routes = new Hono();
    routes.get(`${PATH}/.well-known/openid-configuration`, (c) =>
      c.json({
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks`,
        subject_types_supported: ['public', 'pairwise'],
        response_types_supported: ['id_token'],
        id_token_signing_alg_values_supported: ['RS256'],
        scopes_supported: ['openid'],
      }),
    );
    routes.get(`${PATH}/.well-known/jwks`, async (c) => c.json({ keys: [await this.#key.jwk()] }));
    routes.get(REQUEST, async (c) => {
      const claims = this.#jobs.get(/^bearer (.+)$/iu.exec(c.req.header('authorization') ?? '')?.[1] ?? '');
      if (claims === undefined) return c.json({ message: 'the token is of no running job' }, 401);
      const owner = `${this.#baseUrl}/${claims['repository_owner'] ?? ''}`;
      const now = Math.floor(this.#clock.now() / 1_000);
      const value = await this.#key.sign({
        jti: randomUUID(),
        aud: c.req.query('audience') || owner,
        ...claims,
        iss: issuer,
        nbf: now - BEFORE_S,
        iat: now,
        exp: now + GOOD_FOR_S,
      });
      return c.json({ count: value.length, value });
    });
    return routes;
  }
}
