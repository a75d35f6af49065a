import type {
  PermissionLevel,
  PermissionScope,
  PermissionsAsked,
  TokenPermissions,
} from '../model/permissions.ts';
import { PERMISSION_SCOPES } from '../model/permissions.ts';

/** What a repository gives when no `permissions` are written. docs: automatic-token-authentication. */
const RESTRICTED: TokenPermissions = { contents: 'read', packages: 'read' };
/** Not given by write-all, read-all or a permissive default: they must be named. */
const NAMED_ONLY: readonly PermissionScope[] = ['id-token', 'copilot-requests'];
const RANK: Readonly<Record<PermissionLevel, number>> = { none: 0, read: 1, write: 2 };

/** A scope that a called workflow asks for and its caller does not have. */
export interface ExceededPermission {
  readonly scope: PermissionScope;
  readonly asked: PermissionLevel;
  readonly allowed: PermissionLevel;
}

/** What a repository gives by default. */
export function defaultPermissions(setting: 'read' | 'write'): TokenPermissions {
  return setting === 'read' ? RESTRICTED : everything('write');
}

/** What was asked for, as what a token may do; `otherwise` where nothing was. */
export function permissionsOf(
  asked: PermissionsAsked | undefined,
  otherwise: TokenPermissions,
): TokenPermissions {
  if (asked === undefined) return otherwise;
  if (asked === 'read-all') return everything('read');
  if (asked === 'write-all') return everything('write');
  const named = PERMISSION_SCOPES.flatMap((scope) => {
    const level = asked[scope] ?? 'none';
    return level === 'none' ? [] : [[scope, level] as const];
  });
  return Object.fromEntries(named);
}

/** The first scope that goes beyond what the caller has. Permissions only shrink on the way down. */
export function exceeds(asked: TokenPermissions, limit: TokenPermissions): ExceededPermission | undefined {
  for (const scope of PERMISSION_SCOPES) {
    const wanted: PermissionLevel = asked[scope] ?? 'none';
    const allowed: PermissionLevel = limit[scope] ?? 'none';
    if (RANK[wanted] > RANK[allowed]) return { scope, asked: wanted, allowed };
  }
  return undefined;
}

/** For pull requests of forks and Dependabot: what could be written can be read. */
export function onlyRead(permissions: TokenPermissions): TokenPermissions {
  return Object.fromEntries(
    Object.keys(permissions)
      .filter((scope) => !NAMED_ONLY.includes(scope as PermissionScope))
      .map((scope) => [scope, 'read'] as const),
  );
}

/** All that a token can be given. */
export function everything(level: 'read' | 'write'): TokenPermissions {
  const scopes = PERMISSION_SCOPES.filter((scope) => !NAMED_ONLY.includes(scope));
  return Object.fromEntries(
    scopes.map((scope) => [scope, scope === 'models' || scope === 'vulnerability-alerts' ? 'read' : level]),
  );
}
