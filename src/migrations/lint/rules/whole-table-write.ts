import type { DeleteStmt, UpdateStmt } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { batchedWrite } from '../safe-forms/batched-write.ts';
import { relationName, sayName } from '../parse/names.ts';
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
    'at all, or only IS NULL, IS NOT NULL, IS DISTINCT FROM, <>.',
  why:
    'Every row it reaches stays locked until the last one is done: whoever wants to write one waits. One long transaction ' +
    'keeps VACUUM from all tables, doubles the table and floods the replicas. In batches, each a transaction, nobody ' +
    'notices.',
  unsafe: "UPDATE orders SET state = 'new' WHERE state IS NULL;",
  isBySize: true,
  checks: {
    UpdateStmt: (body, statement, context) => check(body, 'UPDATE', statement, context),
    DeleteStmt: (body, statement, context) => check(body, 'DELETE', statement, context),
  },
};

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
      why: `Whoever wants to write one of these rows of ${sayName(table)} waits until the last of them is done; VACUUM waits everywhere.`,
      safeForm: () => batchedWrite(body, statement, context),
    },
  ];
}
