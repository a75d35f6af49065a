import { toConstraintState } from '../history/constraint-state.ts';
import { sayName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { LintContext } from '../lint-context.ts';
import type { Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A constraint is added unproved, and proved while the lock of adding it is still held. */
export const validateInSameTransaction: Rule = {
  id: 'validate-in-same-transaction',
  title: 'VALIDATE CONSTRAINT in the transaction of its NOT VALID',
  severity: 'warning',
  what: 'A constraint added NOT VALID and validated in one transaction, or in one statement.',
  why:
    'A transaction keeps its locks until it ends. So every row is looked at under the strong lock that adding the ' +
    'constraint took, and NOT VALID has gained nothing.',
  unsafe:
    'BEGIN;\nALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n' +
    'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\nCOMMIT;',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_ValidateConstraint: (validated, context) => {
        const { name = '' } = validated.command;
        const known = context.table(validated.table)?.constraints.get(name);
        const isOfTransaction =
          known?.madeIn?.transaction === context.transactionId && context.transaction !== null;
        if (!isOfTransaction && !isOfStatement(validated, name)) return [];
        return [
          {
            message: `Constraint ${name} of ${sayName(validated.table)} is validated under the lock that adding it has taken.`,
            table: validated.table,
            at: validated.at,
            locks: heldLocks(validated, context),
            safeForm: writeSteps([
              {
                note: 'In another file, which runs when the transaction that adds the constraint has ended:',
                sql: [`${validated.head} ${validated.text}`],
              },
            ]),
          },
        ];
      },
    }),
  },
};

function isOfStatement({ before, table }: TableCommand, name: string): boolean {
  return before.some(({ subtype, def }) => {
    if (subtype !== 'AT_AddConstraint' || def === undefined || !('Constraint' in def)) return false;
    return toConstraintState(def.Constraint, { table: table.name, column: null }, null)?.name === name;
  });
}

/** What adding it has locked, with the work of validating it. */
function heldLocks(validated: TableCommand, context: LintContext): ReturnType<typeof locksOfCommand> {
  const own = locksOfCommand(validated, context);
  return own.map((lock) => {
    const held = [...(context.transaction?.locks ?? []), ...context.locks].find(
      ({ table, lock: mode }) =>
        table.name === lock.table.name && table.schema === lock.table.schema && mode !== 'RowShare',
    );
    return held === undefined ? lock : { ...lock, lock: held.lock };
  });
}
