import type { Constraint } from 'libpg-query';
import { describeColumn } from '../history/added-column.ts';
import type { LintContext } from '../lint-context.ts';
import { attributesOf } from '../parse/column-without.ts';
import { sayName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { addedColumnSteps } from '../safe-forms/added-column-steps.ts';
import { constraintNames } from '../safe-forms/constraint-names.ts';
import { constraintSteps } from '../safe-forms/constraint-steps.ts';
import type { SafeStep } from '../safe-forms/write-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

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
          : [found(added, 'The CHECK', context, () => steps(added, def.Constraint, context))];
      },
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        const checks = column.constraints.filter(
          (one) => one.contype === 'CONSTR_CHECK' && attributesOf(column.constraints, one).isEnforced,
        );
        return checks.map(() =>
          found(added, `The CHECK in column ${column.name}`, context, () =>
            addedColumnSteps(added, def.ColumnDef, column, context),
          ),
        );
      },
    }),
  },
};

function found(
  added: TableCommand,
  what: string,
  context: LintContext,
  safeForm: () => readonly SafeStep[],
): Found {
  return {
    message: `${what} looks at every row of ${sayName(added.table)} while nobody can read or write.`,
    table: added.table,
    at: added.at,
    locks: locksOfCommand(added, context),
    safeForm: () => writeSteps(safeForm()),
  };
}

function steps(added: TableCommand, constraint: Constraint, context: LintContext): readonly SafeStep[] {
  return constraintSteps(added, {
    constraint,
    name: constraintNames(added, context).nameOf(constraint, null),
  });
}
