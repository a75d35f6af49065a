import { relationName, sayName } from '../parse/names.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 20: all rows of a table go. */
export const truncate: Rule = {
  id: 'truncate',
  title: 'TRUNCATE',
  severity: 'error',
  what: 'TRUNCATE of a table that is there already, without CASCADE.',
  why:
    'All rows are gone for good, in every environment that the migration runs in. Readers and writers wait for it, and ' +
    'it waits for them.',
  unsafe: 'TRUNCATE sessions;',
  checks: {
    TruncateStmt: ({ relations = [], behavior }) =>
      behavior === 'DROP_CASCADE'
        ? []
        : relations.flatMap((node): Found[] => {
            if (!('RangeVar' in node)) return [];
            const table = relationName(node.RangeVar);
            return [
              {
                message: `TRUNCATE empties ${sayName(table)} for good.`,
                table,
                why: 'The rows are gone, in production too; until the transaction ends nobody can read or write the table.',
                safeForm: `DELETE in batches by key what is to go, in a migration of its own; or say in the file why nobody needs the rows: -- glidepath-ignore truncate: <why this may be>`,
              },
            ];
          }),
  },
};
