import type { AlterEnumStmt } from 'libpg-query';
import { nodesIn } from '../parse/expressions.ts';
import { listName, sayName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { transactionsOf } from '../parse/transactions-of.ts';
import type { Rule } from '../rule.ts';

/** Row 22: a new value is used before it is committed. */
export const enumValueInTransaction: Rule = {
  id: 'enum-value-in-transaction',
  title: 'A new enum value used in the transaction that adds it',
  severity: 'error',
  what:
    'ALTER TYPE … ADD VALUE, with a later statement of the same transaction that has the value in it; unless the same ' +
    'transaction has made the type.',
  why:
    'Postgres refuses it: "unsafe use of new value" (SQLSTATE 55P04). The migration fails, and all of it is rolled back. ' +
    'Add the value in a migration of its own, before the one that uses it.',
  unsafe:
    "BEGIN;\nALTER TYPE order_state ADD VALUE 'returned' AFTER 'sent';\nUPDATE orders SET state = 'returned' WHERE id = 7;\nCOMMIT;",
  checks: {},
  atEnd: ({ file }) => {
    const placed = transactionsOf(file.statements, file.inTransaction);
    return placed.flatMap(({ statement, transaction }, at) => {
      if (transaction === null || !('AlterEnumStmt' in statement.node)) return [];
      const { typeName, newVal = '', oldVal } = statement.node.AlterEnumStmt;
      const together = placed
        .filter((other) => other.transaction === transaction)
        .map((other) => other.statement);
      if (oldVal !== undefined || together.some((other) => makes(other, statement.node))) return [];
      const user = placed
        .slice(at + 1)
        .find((other) => other.transaction === transaction && uses(other.statement, newVal));
      if (user === undefined) return [];
      return [
        {
          statement,
          message: `'${newVal}' of ${sayName(listName(typeName))} is used in line ${user.statement.place.line}, before the transaction that adds it ends: Postgres refuses that.`,
          why: 'The migration fails with "unsafe use of new value", and all of it is rolled back.',
          locks: [],
          safeForm: `-- In a migration of its own, before the one that uses the value:\n${statement.text};`,
        },
      ];
    });
  },
};

function makes({ node }: Statement, added: unknown): boolean {
  const name = sayName(listName((added as { AlterEnumStmt: AlterEnumStmt }).AlterEnumStmt.typeName));
  return 'CreateEnumStmt' in node && sayName(listName(node.CreateEnumStmt.typeName)) === name;
}

/** Whether the value stands in a statement that is no definition of values itself. */
function uses({ node }: Statement, value: string): boolean {
  if ('AlterEnumStmt' in node) return false;
  for (const one of nodesIn(node)) if ('A_Const' in one && one.A_Const.sval?.sval === value) return true;
  return false;
}
