import { relationName, sayName, sqlName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Row 20: tables are emptied that nobody named. */
export const truncateCascade: Rule = {
  id: 'truncate-cascade',
  title: 'TRUNCATE … CASCADE',
  severity: 'error',
  what: 'TRUNCATE with CASCADE.',
  why:
    'It empties every table that refers to the named one, and those that refer to them: which ones depends on the foreign ' +
    'keys that are there when it runs. Each is locked against everybody.',
  unsafe: 'TRUNCATE sessions CASCADE;',
  isForNewTables: true,
  checks: {
    TruncateStmt: ({ relations = [], behavior }) => {
      if (behavior !== 'DROP_CASCADE') return [];
      const tables = relations.flatMap((node) => ('RangeVar' in node ? [relationName(node.RangeVar)] : []));
      const names = tables.map(sayName).join(', ');
      return [
        {
          message: `TRUNCATE ${names} CASCADE empties every table that refers to ${tables.length === 1 ? 'it' : 'them'}, whichever these are.`,
          table: tables[0] ?? null,
          why: 'Readers and writers of all of them wait, and their rows are gone for good.',
          safeForm: [
            '-- Name every table that is to be emptied; Postgres refuses when one is missing.',
            `-- glidepath-ignore truncate: nobody needs the rows of ${names} any more`,
            `TRUNCATE ${tables.map(sqlName).join(', ')};`,
          ].join('\n'),
        },
      ];
    },
  },
};
