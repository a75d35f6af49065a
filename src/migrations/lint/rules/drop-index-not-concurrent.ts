import { objectName, sayName, sqlName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';
import { OUTSIDE_TRANSACTION, writeSteps } from '../safe-forms/write-steps.ts';
import { keyOf } from '../history/schema-history.ts';

/** An index goes while readers and writers of its table wait. */
export const dropIndexNotConcurrent: Rule = {
  id: 'drop-index-not-concurrent',
  title: 'DROP INDEX without CONCURRENTLY',
  severity: 'warning',
  what: 'An index dropped without CONCURRENTLY. Not one of a table that the same file makes.',
  why:
    'DROP INDEX takes an ACCESS EXCLUSIVE lock on the table. It is over in a moment once it has the lock, but it must ' +
    'wait for every query that runs, and all later ones wait behind it.',
  unsafe: 'DROP INDEX IF EXISTS orders_total_idx;',
  isBySize: true,
  checks: {
    DropStmt: (drop, _statement, context) => {
      if (drop.removeType !== 'OBJECT_INDEX' || drop.concurrent === true) return [];
      const guard = drop.missing_ok === true ? 'IF EXISTS ' : '';
      // What depends on an index is a constraint, and that must be dropped itself.
      const note =
        drop.behavior === 'DROP_CASCADE'
          ? `${OUTSIDE_TRANSACTION}\nCONCURRENTLY knows no CASCADE: drop the constraints that need the index first.`
          : OUTSIDE_TRANSACTION;
      return (drop.objects ?? []).map((object) => {
        const index = objectName(object);
        const table = context.history.indexes.get(keyOf(context.history, index))?.table ?? null;
        return {
          message: `DROP INDEX ${sayName(index)} locks ${table === null ? 'its table' : sayName(table)} against readers and writers.`,
          table,
          safeForm: writeSteps([{ note, sql: [`DROP INDEX CONCURRENTLY ${guard}${sqlName(index)}`] }]),
          locks: [{ table: table ?? index, lock: 'AccessExclusive', work: 'none' }],
        };
      });
    },
  },
};
