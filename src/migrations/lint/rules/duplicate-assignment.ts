import type { Node } from 'libpg-query';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 31: one column, two values. */
export const duplicateAssignment: Rule = {
  id: 'duplicate-assignment',
  title: 'A column that is set twice',
  severity: 'error',
  what: 'UPDATE, INSERT and ON CONFLICT DO UPDATE that name a column twice.',
  why: 'Postgres refuses it: "multiple assignments to same column" (SQLSTATE 42601). The migration fails.',
  unsafe: "UPDATE orders SET state = 'open', total = 0, state = 'new' WHERE id = 7;",
  isForNewTables: true,
  checks: {
    UpdateStmt: ({ targetList }, statement) => twice(targetList, statement),
    InsertStmt: ({ cols, onConflictClause }, statement) => [
      ...twice(cols, statement),
      ...twice(onConflictClause?.targetList, statement),
    ],
  },
};

function twice(targets: readonly Node[] = [], statement: Statement): readonly Found[] {
  const seen = new Set<string>();
  return targets.flatMap((node): Found[] => {
    if (!('ResTarget' in node)) return [];
    const { name = '', location = 0, indirection } = node.ResTarget;
    // Two elements of one array, or two fields of one row, may be set.
    if (indirection !== undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        message: `${name} is set twice: Postgres refuses that.`,
        at: statement.at(location),
        why: 'The migration fails with "multiple assignments to same column".',
        locks: [],
        safeForm: `Name ${name} once, with the value that is meant.`,
      },
    ];
  });
}
