import type { DeleteStmt, UpdateStmt, WithClause } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { batchedWrite } from '../safe-forms/batched-write.ts';
import { relationName, sayName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { isUnbounded } from '../parse/unbounded-write.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 27: as many rows as there are, in one transaction. */
export const wholeTableWrite: Rule = {
  id: 'whole-table-write',
  title: 'UPDATE or DELETE of a whole table',
  severity: 'warning',
  what:
    'UPDATE and DELETE on a table that is there already, without a condition that bounds how many rows there can be: none ' +
    'at all, or only IS NULL, IS NOT NULL, IS DISTINCT FROM, <>, a join, id > 0. Within a WITH, too; and MERGE from a table.',
  why:
    'Every row it reaches stays locked until the last one is done: whoever wants to write one waits. One long transaction ' +
    'keeps VACUUM from all tables, doubles the table and floods the replicas. In batches, each a transaction, nobody ' +
    'notices.',
  unsafe: "UPDATE orders SET state = 'new' WHERE state IS NULL;",
  isBySize: true,
  checks: {
    UpdateStmt: (body, statement, context) => check(body, 'UPDATE', statement, context),
    DeleteStmt: (body, statement, context) => check(body, 'DELETE', statement, context),
    SelectStmt: ({ withClause }) => checkParts(withClause),
    InsertStmt: ({ withClause }) => checkParts(withClause),
    MergeStmt: ({ relation, mergeWhenClauses = [], sourceRelation }) => {
      const writes = mergeWhenClauses.some(
        (node) =>
          'MergeWhenClause' in node &&
          (node.MergeWhenClause.commandType === 'CMD_UPDATE' ||
            node.MergeWhenClause.commandType === 'CMD_DELETE'),
      );
      // A sub-select or a list of values may be as short as one likes.
      const isTable = sourceRelation !== undefined && 'RangeVar' in sourceRelation;
      return writes && isTable ? [partOf('MERGE', relationName(relation))] : [];
    },
  },
};

/** An UPDATE or DELETE within a WITH. */
function checkParts(withClause: WithClause | undefined): readonly Found[] {
  return (withClause?.ctes ?? []).flatMap((node): readonly Found[] => {
    const query = 'CommonTableExpr' in node ? node.CommonTableExpr.ctequery : undefined;
    if (query === undefined) return [];
    if ('UpdateStmt' in query && isUnbounded(query.UpdateStmt.whereClause))
      return [partOf('UPDATE', relationName(query.UpdateStmt.relation))];
    if ('DeleteStmt' in query && isUnbounded(query.DeleteStmt.whereClause))
      return [partOf('DELETE', relationName(query.DeleteStmt.relation))];
    return [];
  });
}

function partOf(words: string, table: SqlName): Found {
  return {
    message: `This ${words} may reach every row of ${sayName(table)}, in one transaction.`,
    table,
    why: whoWaits(table),
    safeForm: 'Write it in batches by the key of the table, a transaction for each.',
  };
}

function whoWaits(table: SqlName): string {
  return `Whoever wants to write one of these rows of ${sayName(table)} waits until the last of them is done; VACUUM waits everywhere.`;
}

function check(
  body: UpdateStmt | DeleteStmt,
  words: string,
  statement: Statement,
  context: LintContext,
): readonly Found[] {
  if (!isUnbounded(body.whereClause)) return [];
  const table = relationName(body.relation);
  return [
    {
      message: `This ${words} reaches every row of ${sayName(table)}${body.whereClause === undefined ? '' : ' that its condition fits'}, in one transaction.`,
      table,
      why: whoWaits(table),
      safeForm: () => batchedWrite(body, statement, context),
    },
  ];
}
