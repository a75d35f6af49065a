import { relationName, objectName, sayName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Rule } from '../rule.ts';

/** Row 29: a table is thrown away to be made again. */
export const recreateTable: Rule = {
  id: 'recreate-table',
  title: 'DROP TABLE, then CREATE TABLE of the same name',
  severity: 'error',
  what: 'A table that a file drops and makes again.',
  why:
    'However often the migration runs, the rows that came in between are gone. Whoever reads the file sees a table that is ' +
    'made, and not one that is emptied.',
  unsafe: 'DROP TABLE IF EXISTS settings;\nCREATE TABLE settings (name text PRIMARY KEY, value text);',
  isForNewTables: true,
  checks: {
    CreateStmt: ({ relation }, _statement, { file }) => {
      const name = sayName(relationName(relation));
      const dropped = file.statements.find((before) => drops(before, name));
      if (dropped === undefined || file.statements.some((before) => makes(before, name, dropped))) return [];
      return [
        {
          message: `${name} is dropped in line ${dropped.place.line} to be made again: all its rows are gone whenever this runs.`,
          why: 'In every environment, production among them.',
          safeForm: `Change ${name} by ALTER TABLE; or make the new one under another name, copy the rows, and let the names change places in one transaction.`,
        },
      ];
    },
  },
};

function drops({ node }: Statement, name: string): boolean {
  if (!('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_TABLE') return false;
  return (node.DropStmt.objects ?? []).some((object) => sayName(objectName(object)) === name);
}

/** Whether the same file had made what it dropped. */
function makes({ node, start }: Statement, name: string, dropped: Statement): boolean {
  return (
    start < dropped.start && 'CreateStmt' in node && sayName(relationName(node.CreateStmt.relation)) === name
  );
}
