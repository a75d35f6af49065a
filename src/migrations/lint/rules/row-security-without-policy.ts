import { objectNameOf, quoteName, relationName, sayName, sqlName, strings } from '../parse/names.ts';
import type { SqlName } from '../parse/names.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import type { LintContext } from '../lint-context.ts';
import { createPendingFindings } from '../pending-findings.ts';
import type { Found, Rule } from '../rule.ts';

/** Every row is hidden from the release that runs, and no query fails. */
export const rowSecurityWithoutPolicy: Rule = {
  id: 'row-security-without-policy',
  title: 'ENABLE or FORCE ROW LEVEL SECURITY without a policy',
  severity: 'warning',
  what:
    'Row level security that is switched on for a table that is there already, where neither the files before nor the same ' +
    'transaction make a permissive policy for it; and DROP POLICY of the last one that is known.',
  why:
    'Without a policy that lets rows through, every role but the owner of the table (with FORCE, the owner, too) reads no ' +
    'row and can write none. Queries do not fail: they find nothing.',
  unsafe: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY;',
  checks: {
    AlterTableStmt: onCommands({
      AT_EnableRowSecurity: (command, context) => switchedOn(command, 'ENABLE', context),
      AT_ForceRowSecurity: (command, context) => switchedOn(command, 'FORCE', context),
    }),
    DropStmt: ({ removeType, objects = [] }, statement, context) => {
      if (removeType !== 'OBJECT_POLICY') return [];
      return objects.flatMap((object) => {
        const words = 'List' in object ? strings(object.List.items) : [];
        const table: SqlName = { schema: words.at(-3) ?? null, name: words.at(-2) ?? '' };
        const known = context.table(table);
        const policy = words.at(-1) ?? '';
        if (known?.isRowSecured !== true || !known.policies.has(policy) || known.policies.size > 1) return [];
        const found: Found = {
          message: `DROP POLICY ${policy} leaves ${sayName(table)} without a policy: all its rows are hidden from every role but the owner.`,
          table,
          why: HIDDEN,
          safeForm: `Make the policy that takes its place first, or in the same transaction.`,
        };
        return pending.add(found, statement, context, (later) => makesPolicy(later, table, context));
      });
    },
  },
  atEnd: (context) => pending.left(context),
};

const pending = createPendingFindings();
const HIDDEN =
  'The release that runs finds no row from then on, and every INSERT and UPDATE of it is refused.';

function switchedOn(command: TableCommand, verb: 'ENABLE' | 'FORCE', context: LintContext): readonly Found[] {
  const { table, statement } = command;
  if ((context.table(table)?.policies.size ?? 0) > 0) return [];
  const who = verb === 'ENABLE' ? 'every role but the owner' : 'every role, the owner among them';
  const found: Found = {
    message: `${verb} ROW LEVEL SECURITY on ${sayName(table)} without a policy hides all its rows from ${who}.`,
    table,
    at: command.at,
    why: HIDDEN,
    safeForm: withPolicy(command, context),
  };
  return pending.add(found, statement, context, (later) => makesPolicy(later, table, context));
}

function withPolicy({ table, head, text }: TableCommand, { transaction }: LintContext): string {
  const policy = quoteName(objectNameOf([table.name, 'all'], 'rows'));
  const lines = [
    '-- Lets through what the release that runs needs, which is everything. Narrow it in a later migration.',
    `CREATE POLICY ${policy} ON ${sqlName(table)} USING (true) WITH CHECK (true);`,
    `${head} ${text};`,
  ];
  return (transaction === null ? ['BEGIN;', ...lines, 'COMMIT;'] : lines).join('\n');
}

function makesPolicy({ node }: TableCommand['statement'], table: SqlName, { history }: LintContext): boolean {
  if (!('CreatePolicyStmt' in node) || node.CreatePolicyStmt.permissive !== true) return false;
  const made = relationName(node.CreatePolicyStmt.table);
  return made.name === table.name && (made.schema ?? history.schema) === (table.schema ?? history.schema);
}
