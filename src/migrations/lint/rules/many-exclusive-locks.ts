import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import type { HeldLock } from '../lint-context.ts';
import { sayName } from '../parse/names.ts';
import type { FoundInFile, Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** One transaction locks several tables, and keeps the first while it waits for the next. */
export const manyExclusiveLocks: Rule = {
  id: 'many-exclusive-locks',
  title: 'Several ACCESS EXCLUSIVE locks in one transaction',
  severity: 'warning',
  what:
    'Statements of one transaction that lock different tables, which were there before, against readers and writers. ' +
    'Said once for each transaction, of the first statement that takes a second table.',
  why:
    'A transaction keeps its locks until it ends. While it waits for the second table nobody can read the first; and two ' +
    'that lock the same tables in another order, as any app may, stop each other: a deadlock.',
  unsafe:
    'BEGIN;\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE customers ADD COLUMN note text;\nCOMMIT;',
  isForNewTables: true,
  checks: {},
  atEnd: (context) => {
    const transactions = new Map<number, HeldLock[]>();
    for (const lock of context.fileLocks) {
      if (lock.lock !== 'AccessExclusive' || context.isNew(lock.table)) continue;
      transactions.set(lock.transaction, [...(transactions.get(lock.transaction) ?? []), lock]);
    }
    return [...transactions.values()].flatMap((locks) => judge(locks, context));
  },
};

function judge(locks: readonly HeldLock[], { history }: LintContext): readonly FoundInFile[] {
  const [first] = locks;
  if (first === undefined) return [];
  const firstKey = keyOf(history, first.table);
  const second = locks.find(
    ({ table, statement }) => statement !== first.statement && keyOf(history, table) !== firstKey,
  );
  if (second === undefined) return [];
  const tables = [...new Map(locks.map(({ table }) => [keyOf(history, table), table])).values()];
  const statements = [...new Set(locks.map(({ statement }) => statement))];
  return [
    {
      statement: second.statement,
      message: `One transaction locks ${tables.map(sayName).join(', ')}: nobody reads ${sayName(first.table)} while it waits for ${sayName(second.table)}.`,
      locks: tables.map((table) => ({ table, lock: 'AccessExclusive', work: 'none' })),
      safeForm: writeSteps([
        {
          note: 'Each in a file, and so in a transaction, of its own:',
          sql: statements.map(({ text }) => text),
        },
      ]),
    },
  ];
}
