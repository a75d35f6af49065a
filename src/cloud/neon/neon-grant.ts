import { createHash, randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { mayUse } from '../organizations/grant.ts';
import { bearerTokenOf } from '../organizations/organizations.ts';
import { NeonApiError, notFound } from './neon-error.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonProject } from './records.ts';

/** What a key opens. */
export interface NeonGrant {
  /** The one organization it is of; null for all of them. */
  readonly org: string | null;
  /** The one project it is of. */
  readonly projectId: string | null;
  readonly isReadOnly: boolean;
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by {@link neonAuthorization}. */
    neonGrant: NeonGrant;
    /** The client's own, or a new one. */
    requestId: string;
  }
}

/** A key as it is kept. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Lets in who brings the cloud's token, an organization's, or a key that was made here. */
export function neonAuthorization(context: NeonContext): MiddlewareHandler {
  return async (c, next) => {
    c.set('requestId', c.req.header('x-request-id') ?? randomUUID());
    const token = bearerTokenOf(c.req.header('authorization'));
    const grant = token === null ? null : grantOf(context, token);
    if (grant === null) throw new NeonApiError(401, 'authentication required');
    c.set('neonGrant', grant);
    if (!mayUse({ ...grant, id: '', app: null }, c.req.method))
      throw new NeonApiError(403, 'this key may only read');
    await next();
  };
}

function grantOf({ organizations, state, clock }: NeonContext, token: string): NeonGrant | null {
  const known = organizations.grantOf(token);
  // A deploy token of Fly is of one app; no database is its.
  if (known !== null)
    return known.app === null ? { org: known.org, projectId: null, isReadOnly: known.isReadOnly } : null;
  const digest = digestOf(token);
  const key = state.all('api_keys').find((one) => one.digest === digest);
  if (key === undefined) return null;
  state.change('api_keys', String(key.id), { lastUsedAt: clock.now() });
  return { org: key.org, projectId: key.projectId, isReadOnly: false };
}

/** Whether a key has sight of a project. */
export function seesProject(grant: NeonGrant, project: NeonProject): boolean {
  if (grant.projectId !== null) return grant.projectId === project.id;
  return grant.org === null || grant.org === project.org;
}

/** The project of the path. Throws the API's 404, for one that the key has no sight of too. */
export function projectOf(c: Context, { state }: NeonContext): NeonProject {
  const project = state.find('projects', c.req.param('project') ?? '');
  if (project === null || project.deletedAt !== null || !seesProject(c.var.neonGrant, project))
    throw notFound('project');
  return project;
}

/** Throws the API's 403 for a key of one project: it changes nothing but what is in it. */
export function requireWholeAccount(c: Context): void {
  if (c.var.neonGrant.projectId !== null) throw new NeonApiError(403, 'this key is of one project only');
}
