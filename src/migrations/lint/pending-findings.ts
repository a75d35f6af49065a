import type { LintContext, LintedFile } from './lint-context.ts';
import { transactionsOf } from './parse/transactions-of.ts';
import type { Statement } from './parse/statement.ts';
import type { Found, FoundInFile } from './rule.ts';

/** One that is none if a later statement of the same transaction makes it good. */
interface PendingFinding extends FoundInFile {
  readonly isMadeGoodBy: (statement: Statement) => boolean;
}

/** Findings of one rule that wait for the end of their file. */
export interface PendingFindings {
  /** At once where no transaction is open: nothing can make it good then. Else nothing now. */
  add(
    found: Found,
    statement: Statement,
    context: LintContext,
    isMadeGoodBy: (statement: Statement) => boolean,
  ): readonly Found[];
  /** Those of the file that nothing has made good. */
  left(context: LintContext): readonly FoundInFile[];
}

/** Keeps what a rule finds until the rest of the transaction was seen. */
export function createPendingFindings(): PendingFindings {
  const waiting = new WeakMap<LintedFile, PendingFinding[]>();
  return {
    add(found, statement, context, isMadeGoodBy) {
      if (context.transaction === null) return [found];
      // What is locked and what is new is known now, and not at the end.
      if (found.table !== undefined && found.table !== null && context.isNew(found.table)) return [];
      const safeForm = typeof found.safeForm === 'function' ? found.safeForm() : found.safeForm;
      const { table: _, ...kept } = { ...found, safeForm, locks: found.locks ?? context.locks };
      waiting.set(context.file, [...(waiting.get(context.file) ?? []), { ...kept, statement, isMadeGoodBy }]);
      return [];
    },
    left({ file }) {
      const placed = transactionsOf(file.statements, file.inTransaction);
      return (waiting.get(file) ?? []).filter(({ statement, isMadeGoodBy }) => {
        const own = placed.find((each) => each.statement === statement)?.transaction;
        return !placed.some((each) => each.transaction === own && isMadeGoodBy(each.statement));
      });
    },
  };
}
