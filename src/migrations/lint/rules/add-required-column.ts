import { describeColumn } from '../history/added-column.ts';
import { sayName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { addedColumnSteps } from '../safe-forms/added-column-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A column is added that must have a value and gets none. */
export const addRequiredColumn: Rule = {
  id: 'add-required-column',
  title: 'ADD COLUMN NOT NULL without a default',
  severity: 'error',
  what: 'A column added as NOT NULL without a default, identity or generating expression.',
  why:
    'On a table with rows it fails: they have no value for it. On an empty one it works, and then every INSERT of the ' +
    'release that still runs fails, since it does not know the column.',
  unsafe: 'ALTER TABLE orders ADD COLUMN currency text NOT NULL;',
  checks: {
    AlterTableStmt: onCommands({
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        // A primary key has a rule of its own.
        const isKey = column.constraints.some(({ contype }) => contype === 'CONSTR_PRIMARY');
        if (!column.isRequired || isKey) return [];
        return [
          {
            message: `Column ${column.name} of ${sayName(added.table)} is NOT NULL and has no default: rows that are there have no value for it.`,
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
