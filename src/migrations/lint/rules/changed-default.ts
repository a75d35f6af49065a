import { sayName } from '../parse/names.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** Row 30: releases that write the default themselves go on writing the old one. */
export const changedDefault: Rule = {
  id: 'changed-default',
  title: 'Another default for a column that is there',
  severity: 'advice',
  what: 'SET DEFAULT of a column that none of the files has made.',
  why:
    'Many ORMs read the defaults when they start and send them with every INSERT: the release that runs goes on writing the ' +
    'old one until it is replaced. Rows that are there keep their value.',
  unsafe: "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'open';",
  checks: {
    AlterTableStmt: onCommands({
      AT_ColumnDefault: ({ command: { name = '', def }, table, at }, context) => {
        const isMade = (context.table(table)?.columns.get(name)?.madeIn ?? null) !== null;
        if (def === undefined || isMade) return [];
        return [
          {
            message: `The release that runs may go on writing the old default of ${sayName(table)}.${name} by itself.`,
            table,
            at,
            why: null,
            safeForm: `Let the code set ${name} first, or count on rows with the old default until the new release runs everywhere.`,
          },
        ];
      },
    }),
  },
};
