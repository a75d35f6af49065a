import { relationName, type SqlName } from '../parse/names.ts';
import type { RangeVar } from 'libpg-query';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 31: which table is meant depends on a setting. */
export const unqualifiedTable: Rule = {
  id: 'unqualified-table',
  title: 'A table without its schema',
  severity: 'advice',
  what: 'CREATE TABLE, ALTER TABLE and CREATE INDEX of a table whose schema is not said. Looked for only where it is asked for.',
  why: 'Which table is meant depends on the search_path of whoever runs the migration.',
  unsafe: 'ALTER TABLE orders ADD COLUMN note text;',
  isOptIn: true,
  isForNewTables: true,
  checks: {
    CreateStmt: ({ relation }, statement) => check(relation, statement),
    AlterTableStmt: ({ relation }, statement) => check(relation, statement),
    IndexStmt: ({ relation }, statement) => check(relation, statement),
  },
};

function check(relation: RangeVar | undefined, statement: Statement): readonly Found[] {
  const table: SqlName = relationName(relation);
  if (table.schema !== null || relation?.relpersistence === 't') return [];
  const at = statement.at(relation?.location ?? 0);
  const { text } = statement;
  return [
    {
      message: `The schema of ${table.name} is not said.`,
      table,
      at,
      why: null,
      locks: [],
      safeForm: `${text.slice(0, at)}public.${text.slice(at)};`,
    },
  ];
}
