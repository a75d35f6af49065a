import type { Constraint } from 'libpg-query';
import { describeColumn, isFilled } from '../history/added-column.ts';
import type { LintContext } from '../lint-context.ts';
import { relationName, sayName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { addedColumnSteps, KEY_OF_PARTITIONED } from '../safe-forms/added-column-steps.ts';
import { constraintNames } from '../safe-forms/constraint-names.ts';
import { constraintSteps } from '../safe-forms/constraint-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** From this version on a partitioned table can have a foreign key that is not validated yet. */
const NOT_VALID_OF_PARTITIONED_VERSION = 18;

/** All rows are looked up in another table while writers of both wait. */
export const addForeignKey: Rule = {
  id: 'add-foreign-key',
  title: 'ADD FOREIGN KEY without NOT VALID',
  severity: 'error',
  what:
    'A foreign key added to a table that is there already without NOT VALID (or NOT ENFORCED), and a column added with ' +
    'REFERENCES and a default, a number or a computed value.',
  why:
    'Both tables get a SHARE ROW EXCLUSIVE lock, and under it each row is looked up in the other table: nobody writes ' +
    'into either until that is done. With NOT VALID there is nothing to look up; VALIDATE CONSTRAINT does it later under ' +
    'a lock that keeps nobody out.',
  unsafe:
    'ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customers (id);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_FOREIGN')
          return [];
        const { skip_validation: isNotValid, is_enforced: isEnforced } = def.Constraint;
        if (isNotValid === true || isEnforced !== true) return [];
        return [
          {
            message: `The foreign key of ${sayName(added.table)} looks up every row in ${sayOther(def.Constraint)} while nobody can write into either.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => notValid(added, def.Constraint, context),
          },
        ];
      },
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        const key = column.constraints.find(({ contype }) => contype === 'CONSTR_FOREIGN');
        if (key === undefined || !isFilled(column)) return [];
        return [
          {
            message: `Column ${column.name} of ${sayName(added.table)} gets a value in each row and REFERENCES ${sayOther(key)}: every row is looked up there.`,
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

function sayOther({ pktable }: Constraint): string {
  return sayName(relationName(pktable));
}

function notValid(added: TableCommand, key: Constraint, context: LintContext): string {
  const isPartitioned = context.table(added.table)?.isPartitioned === true;
  if (isPartitioned && context.settings.postgresVersion < NOT_VALID_OF_PARTITIONED_VERSION) {
    return `-- ${KEY_OF_PARTITIONED}`;
  }
  const name = constraintNames(added, context).nameOf(key, null);
  return writeSteps(constraintSteps(added, { constraint: key, name }));
}
