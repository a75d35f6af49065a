import { isProvedNotNull } from '../locks/command-locks.ts';
import { sayName, strings } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import type { LintContext } from '../lint-context.ts';
import type { Found, Rule } from '../rule.ts';
import { notNullSteps } from '../safe-forms/not-null-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** From this version on a validated check spares the look at every row. */
const PROOF_VERSION = 12;

/** Every row is looked at for NULL while everybody waits. */
export const setNotNull: Rule = {
  id: 'set-not-null',
  title: 'SET NOT NULL without a proof',
  severity: 'error',
  what:
    'SET NOT NULL, or ADD CONSTRAINT … NOT NULL without NOT VALID, on a column for which no validated CHECK (… IS NOT ' +
    'NULL) proves it. With such a check Postgres 12 and later look at no row.',
  why:
    'Every row is looked at under an ACCESS EXCLUSIVE lock: nobody reads or writes meanwhile. VALIDATE CONSTRAINT looks ' +
    'at the same rows under a lock that keeps nobody out.',
  unsafe: 'ALTER TABLE orders ALTER COLUMN total SET NOT NULL;',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_SetNotNull: (set, context) => unproved(set, { column: set.command.name ?? '' }, context),
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_NOTNULL')
          return [];
        if (def.Constraint.skip_validation === true) return [];
        const [column = ''] = strings(def.Constraint.keys);
        const { conname: name, is_no_inherit: isNoInherit = false } = def.Constraint;
        return unproved(added, { column, name, isNoInherit }, context);
      },
    }),
  },
};

function unproved(
  set: TableCommand,
  {
    column,
    ...said
  }: { readonly column: string; readonly name?: string | undefined; readonly isNoInherit?: boolean },
  context: LintContext,
): readonly Found[] {
  const { postgresVersion } = context.settings;
  const isProved = isProvedNotNull(set.table, column, context) && postgresVersion >= PROOF_VERSION;
  if (isProved) return [];
  return [
    {
      message: `SET NOT NULL looks at every row of ${sayName(set.table)} for a NULL in ${column}.`,
      table: set.table,
      at: set.at,
      locks: locksOfCommand(set, context),
      safeForm: () => writeSteps(notNullSteps({ table: set.table, column, ...said }, postgresVersion)),
    },
  ];
}
