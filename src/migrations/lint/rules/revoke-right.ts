import type { GrantStmt, Node } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { objectName, relationName, sayName } from '../parse/names.ts';
import type { SqlName } from '../parse/names.ts';
import { keyOf } from '../history/schema-history.ts';
import type { Rule } from '../rule.ts';

/** The release that runs is refused what it could do a moment before. */
export const revokeRight: Rule = {
  id: 'revoke-right',
  title: 'REVOKE of a right or a role',
  severity: 'warning',
  what:
    'A right on a table, schema, sequence, function, type or database that is revoked, and a role that another one is no ' +
    'longer a member of. Not of something that the same file has made, and not the right to grant it on.',
  why:
    'If the role is the one that the app logs in as, or one that it is a member of, its queries are refused at once: ' +
    'permission denied. Which role that is stands in no migration.',
  unsafe: 'REVOKE SELECT ON orders FROM app;',
  checks: {
    GrantStmt: (revoke, _, context) => {
      if (revoke.is_grant === true || revoke.grant_option === true) return [];
      if (revoke.targtype !== 'ACL_TARGET_OBJECT' && revoke.targtype !== 'ACL_TARGET_ALL_IN_SCHEMA')
        return [];
      const objects = (revoke.objects ?? []).filter((object) => !isMadeHere(object, revoke, context));
      if (objects.length === 0) return [];
      const from = saysRoles(revoke.grantees);
      const what = saysRights(revoke);
      const on = `${revoke.targtype === 'ACL_TARGET_ALL_IN_SCHEMA' ? 'everything in ' : ''}${objects.map(saysObject).join(', ')}`;
      return [
        {
          message: `REVOKE takes ${what} on ${on} away from ${from}: if the release that runs uses it, its queries are refused.`,
          why: 'They fail with "permission denied" from the moment the migration commits, also in sessions that are open.',
          safeForm: `Revoke it in a migration after a release that does without: look first whether ${from} is what an app logs in as, or a role of it (\\du in psql).`,
        },
      ];
    },
    GrantRoleStmt: (revoke) => {
      if (revoke.is_grant === true || (revoke.opt ?? []).length > 0) return [];
      const roles = (revoke.granted_roles ?? []).flatMap((role) =>
        'AccessPriv' in role ? [role.AccessPriv.priv_name ?? ''] : [],
      );
      const from = saysRoles(revoke.grantee_roles);
      return [
        {
          message: `REVOKE takes the role ${roles.join(', ')} away from ${from}, with all its rights.`,
          why: 'If an app logs in as it, its queries fail with "permission denied" from then on.',
          safeForm: `Grant ${from} by itself what its releases need, then revoke the role in a later migration.`,
        },
      ];
    },
  },
};

function isMadeHere(object: Node, { objtype }: GrantStmt, context: LintContext): boolean {
  if ('RangeVar' in object) return context.isNew(relationName(object.RangeVar));
  if (!('ObjectWithArgs' in object) || objtype === undefined) return false;
  const { history, file } = context;
  const made = history.functions.get(keyOf(history, objectName(object)))?.statement;
  return made !== undefined && file.statements.includes(made);
}

function saysObject(object: Node): string {
  const name: SqlName = 'RangeVar' in object ? relationName(object.RangeVar) : objectName(object);
  return sayName(name);
}

function saysRights({ privileges }: GrantStmt): string {
  const said = (privileges ?? []).flatMap((one) =>
    'AccessPriv' in one ? [(one.AccessPriv.priv_name ?? '').toUpperCase()] : [],
  );
  return said.length === 0 ? 'all rights' : said.join(', ');
}

function saysRoles(roles: readonly Node[] | undefined): string {
  const said = (roles ?? []).flatMap((role) =>
    'RoleSpec' in role
      ? [role.RoleSpec.roletype === 'ROLESPEC_PUBLIC' ? 'PUBLIC' : (role.RoleSpec.rolename ?? 'the role')]
      : [],
  );
  return said.join(', ');
}
