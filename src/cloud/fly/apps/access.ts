import type { Context, MiddlewareHandler } from 'hono';
import { mayUse, seesApp, seesOrganization } from '../../organizations/grant.ts';
import { bearerTokenOf } from '../../organizations/organizations.ts';
import { FlyApiError, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';

/** Lets in who brings a token that is known, and remembers what it opens. */
export function authorization({ organizations }: FlyContext): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerTokenOf(c.req.header('authorization'));
    const grant = token === null ? null : organizations.grantOf(token);
    if (grant === null) throw new FlyApiError(401, 'Authenticate: token validation error');
    c.set('grant', grant);
    // GraphQL is asked by POST, and answers queries only.
    if (c.req.path !== '/graphql' && !mayUse(grant, c.req.method)) throw unauthorized();
    await next();
  };
}

/**
 * For paths with `:app` in them. An app of another organization is not there for a token, whatever is asked of it; only
 * the app's own path says that its name is taken.
 */
export function appAccess({ state }: FlyContext): MiddlewareHandler {
  return async (c, next) => {
    const name = c.req.param('app') ?? '';
    const app = state.findApp(name);
    if (app !== null && !seesApp(c.var.grant, app)) {
      const isOwnPath = /^\/v1\/apps\/[^/]+$/u.test(c.req.path);
      if (isOwnPath && c.req.method === 'GET') throw nameHeld(name);
      throw notFound(`app '${name}' not found`);
    }
    await next();
  };
}

/** Throws the API's 403 unless the token has sight of the whole organization. */
export function requireOrganization(c: Context, slug: string): void {
  if (!seesOrganization(c.var.grant, slug)) throw unauthorized();
}

/** 403 for a name of another organization, as it has been observed on Fly. */
export function nameHeld(name: string): FlyApiError {
  return new FlyApiError(403, `app name '${name}' is held by another organization`);
}

/** 403: the token is good, but not for this. */
export function unauthorized(): FlyApiError {
  return new FlyApiError(403, 'unauthorized');
}
