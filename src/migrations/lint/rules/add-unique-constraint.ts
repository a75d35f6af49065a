import type { Constraint } from 'libpg-query';
import { describeColumn } from '../history/added-column.ts';
import type { LintContext } from '../lint-context.ts';
import { sayName, strings } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { addedColumnSteps } from '../safe-forms/added-column-steps.ts';
import { constraintNames } from '../safe-forms/constraint-names.ts';
import { uniqueIndexSteps } from '../safe-forms/unique-index-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** The index of a constraint is built while everybody waits. */
export const addUniqueConstraint: Rule = {
  id: 'add-unique-constraint',
  title: 'ADD UNIQUE without USING INDEX',
  severity: 'error',
  what: 'A UNIQUE constraint added to a table that is there already without USING INDEX, and a column added as UNIQUE.',
  why:
    'Its index is built under an ACCESS EXCLUSIVE lock: nobody reads or writes until it is complete. An index that was ' +
    'built CONCURRENTLY becomes the constraint in a moment.',
  unsafe: 'ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_UNIQUE')
          return [];
        if (def.Constraint.indexname !== undefined) return [];
        return [
          {
            message: `ADD UNIQUE builds an index over ${sayName(added.table)} while nobody can read or write.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => constraintForm(added, def.Constraint, context),
          },
        ];
      },
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        const unique = column.constraints.find(({ contype }) => contype === 'CONSTR_UNIQUE');
        if (unique === undefined) return [];
        return [
          {
            message: `Column ${column.name} of ${sayName(added.table)} is UNIQUE: its index is built while nobody can read or write.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => writeSteps(addedColumnSteps(added, def.ColumnDef, column, context)),
          },
        ];
      },
    }),
  },
};

function constraintForm(added: TableCommand, unique: Constraint, context: LintContext): string {
  if (unique.without_overlaps === true) {
    return '-- WITHOUT OVERLAPS cannot use an index that is there: add it in a quiet window, with a lock_timeout.';
  }
  const columns = strings(unique.keys);
  const name = constraintNames(added, context).nameOf(unique, null);
  return writeSteps(uniqueIndexSteps({ added, constraint: unique, columns, name, kind: 'UNIQUE' }, context));
}
