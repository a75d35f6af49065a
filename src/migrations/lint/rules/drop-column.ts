import { quoteName, sayName, sqlName } from '../parse/names.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** Row 17: a column goes while the release that runs may still use it. */
export const dropColumn: Rule = {
  id: 'drop-column',
  title: 'DROP COLUMN',
  severity: 'error',
  what: 'A column that is dropped from a table that is there already.',
  why:
    'The release that runs while the migration does still names the column, and ORMs name all that they saw when they ' +
    'started: its queries fail. What was in it is gone for good. First deploy a release that does not use it; drop it in ' +
    'a later one.',
  unsafe: 'ALTER TABLE customers DROP COLUMN fax;',
  checks: {
    AlterTableStmt: onCommands({
      AT_DropColumn: ({ command: { name = '', behavior }, table, at }, context) => {
        if (context.table(table)?.columns.get(name)?.madeIn?.file === context.file.number) return [];
        const column = `${sayName(table)}.${name}`;
        const isCascade = behavior === 'DROP_CASCADE';
        return [
          {
            message: `DROP COLUMN takes ${column} away from the release that runs, and what is in it for good.`,
            table,
            at,
            why: `Queries that name ${name} fail from then on${isCascade ? ', and CASCADE takes along views and keys that do' : ''}; going back to the release before is no way out.`,
            safeForm: [
              `-- Once no release that runs names ${column}, in a migration of its own:`,
              `-- glidepath-ignore drop-column: no release that runs uses ${column} any more`,
              `ALTER TABLE ${sqlName(table)} DROP COLUMN IF EXISTS ${quoteName(name)};`,
            ].join('\n'),
          },
        ];
      },
    }),
  },
};
