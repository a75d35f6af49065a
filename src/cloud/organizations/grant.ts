/** What a token opens. */
export interface Grant {
  /** Names the token without being it. */
  readonly id: string;
  /** The slug of the one organization it is of; null for the cloud's own token, which opens all of them. */
  readonly org: string | null;
  /** The one app that a deploy token is of. */
  readonly app: string | null;
  readonly isReadOnly: boolean;
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by the guard in front of the routes of a platform. */
    grant: Grant | undefined;
  }
}

/** Whether a token has sight of an organization as a whole; a deploy token has of none. */
export function seesOrganization(grant: Grant | undefined, org: string): boolean {
  return grant === undefined || grant.org === null || (grant.org === org && grant.app === null);
}

/** Whether a token has sight of an app. */
export function seesApp(
  grant: Grant | undefined,
  app: { readonly name: string; readonly orgSlug: string },
): boolean {
  if (grant === undefined || grant.org === null) return true;
  return grant.org === app.orgSlug && (grant.app === null || grant.app === app.name);
}

/** Whether a token may do more than read. What only asks by POST, such as a long query, is the caller's to except. */
export function mayUse(grant: Grant | undefined, method: string): boolean {
  return grant?.isReadOnly !== true || method === 'GET' || method === 'HEAD';
}
