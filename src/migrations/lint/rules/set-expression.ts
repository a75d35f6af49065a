import { sayName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** A generated column is computed anew in every row. */
export const setExpression: Rule = {
  id: 'set-expression',
  title: 'SET EXPRESSION of a stored generated column',
  severity: 'error',
  what: 'Another expression for a generated column, unless the column is known to be virtual.',
  why:
    'Every row is written anew, and all indexes with it, under an ACCESS EXCLUSIVE lock: nobody reads or writes until that ' +
    'is done.',
  unsafe: 'ALTER TABLE orders ALTER COLUMN gross SET EXPRESSION AS (net * 1.2);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_SetExpression: (set, context) => {
        const column = set.command.name ?? '';
        if (context.table(set.table)?.columns.get(column)?.fill === 'virtual') return [];
        return [
          {
            message: `Column ${column} of ${sayName(set.table)} is computed anew: every row and every index is written anew.`,
            table: set.table,
            at: set.at,
            locks: locksOfCommand(set, context),
            safeForm:
              'Add a second column that a trigger fills, fill the rows that are there in batches, and let the next release read it; drop the generated one later.',
          },
        ];
      },
    }),
  },
};
