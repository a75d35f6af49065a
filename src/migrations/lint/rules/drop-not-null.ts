import { quoteName, sayName, sqlName } from '../parse/names.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** Row 19: NULL can come where the release that runs never saw one. */
export const dropNotNull: Rule = {
  id: 'drop-not-null',
  title: 'DROP NOT NULL',
  severity: 'warning',
  what: 'A column of a table that is there already, from which NOT NULL is taken.',
  why:
    'As soon as the new release writes a NULL, the old one, which runs beside it during the deployment and after a ' +
    'rollback, reads a value that it never had to expect. To take it back later, every NULL must be filled first.',
  unsafe: 'ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;',
  checks: {
    AlterTableStmt: onCommands({
      AT_DropNotNull: ({ command: { name = '' }, table, at }, context) => {
        if (context.table(table)?.columns.get(name)?.madeIn?.file === context.file.number) return [];
        const column = `${sayName(table)}.${name}`;
        return [
          {
            message: `DROP NOT NULL lets NULL into ${column}, which the release that runs never had to read.`,
            table,
            at,
            why: 'What reads the column must bear NULL before anything writes one, in every release that can come back.',
            safeForm: [
              `-- Once every release that runs reads NULL in ${column} without harm, in a migration of its own:`,
              `-- glidepath-ignore drop-not-null: every release that runs bears NULL in ${column}`,
              `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${quoteName(name)} DROP NOT NULL;`,
            ].join('\n'),
          },
        ];
      },
    }),
  },
};
