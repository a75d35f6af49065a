import type { LintContext } from '../lint-context.ts';
import { guardOf } from '../safe-forms/guard-of.ts';
import type { Statement } from '../parse/statement.ts';
import { isBefore } from '../parse/is-before.ts';
import { transactionsOf } from '../parse/transactions-of.ts';
import type { FoundInFile, Rule } from '../rule.ts';

/** Row 24: half of a file is done, and the other half can never be. */
export const notRerunnable: Rule = {
  id: 'not-rerunnable',
  title: 'Statements outside a transaction that cannot be run again',
  severity: 'warning',
  what:
    'In a file that runs outside a transaction, a statement that fails when it is run a second time, with another one ' +
    'behind it that may fail. The last one of a file is left alone; so is one with IF [NOT] EXISTS or OR REPLACE, and one ' +
    'in front of which the file drops what it makes.',
  why:
    'When a later statement fails, this one is done already. The next attempt begins at the top of the file, fails here, ' +
    'and somebody has to mend the database by hand.',
  unsafe:
    'ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);',
  checks: {},
  atEnd: (context) => {
    const placed = transactionsOf(context.file.statements, context.file.inTransaction).filter(
      ({ statement }) => statement.within === null && changesSomething(statement),
    );
    return placed.slice(0, -1).flatMap(({ statement, transaction }) => {
      if (transaction !== null) return [];
      const found = judge(statement, context);
      return found === null ? [] : [found];
    });
  },
};

const ASIDE: ReadonlySet<string> = new Set([
  'VariableSetStmt',
  'SelectStmt',
  'TransactionStmt',
  'CommentStmt',
  'GrantStmt',
]);

function changesSomething({ kind }: Statement): boolean {
  return !ASIDE.has(kind);
}

function judge(statement: Statement, { file }: LintContext): FoundInFile | null {
  const guard = guardOf(statement);
  if (guard === null) return null;
  if (guard.drops !== null && isBefore(guard.drops, statement, file.statements)) return null;
  return {
    statement,
    message: `${guard.words} fails when the file is run again after a later statement failed.`,
    why: 'Outside a transaction it stays done; the next attempt begins at the top and stops here.',
    locks: [],
    safeForm:
      guard.safeForm ??
      `BEGIN;\n${statement.text};\nCOMMIT;\n-- Together with the statements that it belongs to: they happen all or not at all.`,
  };
}
