import type { Constraint } from 'libpg-query';
import { defaultConstraintName } from '../history/constraint-state.ts';
import type { LintContext } from '../lint-context.ts';
import { columnWithout, constraintText } from '../parse/column-without.ts';
import { columnsIn } from '../parse/expressions.ts';
import { quoteName, sayName, sqlName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { constraintSteps } from '../safe-forms/constraint-steps.ts';
import { THEN_ANOTHER_FILE, writeSteps } from '../safe-forms/write-steps.ts';

/** Every row is checked while everybody waits. */
export const addCheckConstraint: Rule = {
  id: 'add-check-constraint',
  title: 'ADD CHECK without NOT VALID',
  severity: 'error',
  what: 'A CHECK added to a table that is there already without NOT VALID (or NOT ENFORCED), and a column added with one.',
  why:
    'Every row is checked under an ACCESS EXCLUSIVE lock: nobody reads or writes meanwhile. With NOT VALID the check ' +
    'holds for what is written from then on, and VALIDATE CONSTRAINT checks the rest under a lock that keeps nobody out.',
  unsafe: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_CHECK')
          return [];
        const { skip_validation: isNotValid, is_enforced: isEnforced } = def.Constraint;
        return isNotValid === true || isEnforced !== true
          ? []
          : [found(added, def.Constraint, null, context)];
      },
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { colname: column = '', constraints = [] } = def.ColumnDef;
        return constraints.flatMap((node) =>
          'Constraint' in node && node.Constraint.contype === 'CONSTR_CHECK'
            ? [found(added, node.Constraint, column, context)]
            : [],
        );
      },
    }),
  },
};

function found(
  added: TableCommand,
  constraint: Constraint,
  column: string | null,
  context: LintContext,
): Found {
  const what = column === null ? 'The CHECK' : `The CHECK in column ${column}`;
  return {
    message: `${what} looks at every row of ${sayName(added.table)} while nobody can read or write.`,
    table: added.table,
    at: added.at,
    locks: locksOfCommand(added, context),
    safeForm: () => safeForm(added, constraint, column),
  };
}

function safeForm(added: TableCommand, constraint: Constraint, column: string | null): string {
  const columns = columnsIn(constraint.raw_expr);
  const name =
    constraint.conname ??
    defaultConstraintName('check', added.table.name, column === null ? columns : [column]);
  if (column === null) return writeSteps(constraintSteps(added, { constraint, name }));
  const alter = `ALTER TABLE ${sqlName(added.table)}`;
  return writeSteps([
    { sql: [`${added.head} ${columnWithout(added, constraint)}`] },
    { sql: [`${alter} ADD CONSTRAINT ${quoteName(name)} ${textOf(added, constraint)} NOT VALID`] },
    { note: THEN_ANOTHER_FILE, sql: [`${alter} VALIDATE CONSTRAINT ${quoteName(name)}`] },
  ]);
}

/** Of a CHECK in a column's definition: up to the parenthesis that closes it. */
function textOf(added: TableCommand, constraint: Constraint): string {
  const text = constraintText(added, constraint);
  const from = added.end - text.length;
  let depth = 0;
  for (const token of added.statement.tokens()) {
    if (token.start < from) continue;
    if (token.text === '(') depth += 1;
    if (token.text === ')') {
      depth -= 1;
      if (depth === 0) return added.statement.text.slice(from, token.end);
    }
  }
  return text;
}
