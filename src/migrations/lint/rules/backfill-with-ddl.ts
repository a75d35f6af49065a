import type { LintContext } from '../lint-context.ts';
import { isAtLeastLock } from '../locks/table-lock.ts';
import { batchedWrite } from '../safe-forms/batched-write.ts';
import { relationName, sayName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { isUnbounded } from '../parse/unbounded-write.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 27: rows are written while the lock of an ALTER TABLE is held. */
export const backfillWithDdl: Rule = {
  id: 'backfill-with-ddl',
  title: 'Rows written while a table is locked',
  severity: 'error',
  what:
    'UPDATE or DELETE of a whole table, or INSERT … SELECT, in a transaction that has locked a table against readers or ' +
    'writers before.',
  why:
    'A transaction keeps its locks until it ends. The lock of an ALTER TABLE, otherwise over in a millisecond, is held ' +
    'until the last row is written: the app stands still for as long.',
  unsafe:
    "BEGIN;\nSET LOCAL lock_timeout = '1s';\nALTER TABLE orders ADD COLUMN state text;\nUPDATE orders SET state = 'new';\nCOMMIT;",
  isBySize: true,
  checks: {
    UpdateStmt: (body, statement, context) =>
      isUnbounded(body.whereClause)
        ? check('UPDATE', statement, context, () => batchedWrite(body, statement, context))
        : [],
    DeleteStmt: (body, statement, context) =>
      isUnbounded(body.whereClause)
        ? check('DELETE', statement, context, () => batchedWrite(body, statement, context))
        : [],
    InsertStmt: ({ selectStmt, relation }, statement, context) => {
      const select = selectStmt !== undefined && 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : null;
      const isCopy = select !== null && select.fromClause !== undefined && select.limitCount === undefined;
      if (!isCopy) return [];
      return check(
        `INSERT into ${sayName(relationName(relation))}`,
        statement,
        context,
        () => `-- In a migration of its own, after this one:\n${statement.text};`,
      );
    },
  },
};

function check(
  words: string,
  statement: Statement,
  context: LintContext,
  safeForm: () => string,
): readonly Found[] {
  const held = context.transaction?.locks.find(
    ({ lock, table }) => isAtLeastLock(lock, 'Share') && !context.isNew(table),
  );
  if (held === undefined) return [];
  const table = sayName(held.table);
  const who = held.lock === 'AccessExclusive' ? 'Readers and writers' : 'Writers';
  return [
    {
      message: `The lock on ${table} of line ${held.statement.place.line} is held until this ${words} is done.`,
      table: held.table,
      why: `${who} of ${table} wait for every row that is written here.`,
      locks: [{ table: held.table, lock: held.lock, work: 'rows' }],
      safeForm,
    },
  ];
}
