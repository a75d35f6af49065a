import type { PermissionLevel, PermissionScope, PermissionsAsked } from '../model/permissions.ts';
import { PERMISSION_SCOPES } from '../model/permissions.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';
import { knownEntries, scalarOf, shapeOf } from './yaml-walk.ts';

/** Scopes that cannot be given every level. actions/workflow-parser, workflow-v1.0: permissions-mapping. */
const LEVELS: { readonly [Scope in PermissionScope]?: readonly string[] } = {
  'copilot-requests': ['write', 'none'],
  'id-token': ['write', 'none'],
  models: ['read', 'none'],
  'vulnerability-alerts': ['read', 'none'],
};
const ALL_LEVELS = ['read', 'write', 'none'];

/** Reads `permissions`. What a mapping does not name is `none`. */
export function readPermissions(at: At | undefined): PermissionsAsked | undefined {
  if (at === undefined) return undefined;
  if (shapeOf(at) === 'scalar') {
    const value = scalarOf(at);
    if (value === 'read-all' || value === 'write-all') return value;
    invalid(at, `Unexpected value '${value ?? ''}'`, 'Write a mapping of scopes, {} for none, or read-all.');
    return undefined;
  }
  const asked: Record<string, PermissionLevel> = {};
  for (const [scope, { at: value }] of knownEntries(at, PERMISSION_SCOPES) ?? []) {
    const level = scalarOf(value);
    const levels = LEVELS[scope as PermissionScope] ?? ALL_LEVELS;
    if (typeof level === 'string' && levels.includes(level)) asked[scope] = level as PermissionLevel;
    else invalid(value, `Unexpected value '${level ?? ''}'`);
  }
  return asked;
}
