import type { MiddlewareHandler } from 'hono';
import { mayUse, seesApp } from '../organizations/grant.ts';
import { bearerTokenOf } from '../organizations/organizations.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { OciError } from '../registry/oci-error.ts';
import { registryChallenge, registryTokenOf } from '../registry/registry-auth.ts';

/** Lets in who brings a token that is known; what it opens is the routes' to decide. */
export function tokenGuard(organizations: Organizations): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerTokenOf(c.req.header('authorization'));
    const grant = token === null ? null : organizations.grantOf(token);
    if (grant === null) return c.json({ error: 'Authenticate: token validation error' }, 401);
    // Queries of metrics come by POST, too.
    const isQuery = c.req.path.startsWith('/prometheus/');
    if (!isQuery && !mayUse(grant, c.req.method)) return c.json({ error: 'unauthorized' }, 403);
    c.set('grant', grant);
    return next();
  };
}

/** What the guard of the registry goes by. */
export interface RegistryGuardOptions {
  readonly organizations: Organizations;
  /** The slug of an app's organization; null when there is no such app. */
  readonly orgOf: (app: string) => string | null;
}

/** The same in front of the registry: repositories of another organization's apps are not there. */
export function registryGuard({ organizations, orgOf }: RegistryGuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const token = registryTokenOf(c.req.header('authorization'));
    const grant = token === null ? null : organizations.grantOf(token);
    if (grant === null) return registryChallenge();
    const [, , name = ''] = decodeURIComponent(c.req.path).split('/');
    const orgSlug = orgOf(name);
    if (orgSlug !== null && !seesApp(grant, { name, orgSlug }))
      return new OciError(404, 'NAME_UNKNOWN', 'app repository not found').toResponse();
    if (!mayUse(grant, c.req.method))
      return new OciError(403, 'DENIED', 'requested access to the resource is denied').toResponse();
    c.set('grant', grant);
    return next();
  };
}
