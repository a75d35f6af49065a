import type { LintContext } from '../lint-context.ts';
import { isConcurrentReindex } from '../locks/index-locks.ts';
import { editStatement, findWord } from '../parse/edit-tokens.ts';
import { relationName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { OUTSIDE_TRANSACTION, writeSteps } from '../safe-forms/write-steps.ts';

/** What runs only outside a transaction stands inside one. */
export const concurrentInTransaction: Rule = {
  id: 'concurrent-in-transaction',
  title: 'CONCURRENTLY inside a transaction',
  severity: 'error',
  what:
    'CREATE INDEX, DROP INDEX, REINDEX or DETACH PARTITION with CONCURRENTLY between BEGIN and COMMIT, in a DO block or ' +
    'function, or in a file that the tool puts into a transaction.',
  why: 'Postgres refuses it: such a statement commits in between, which it cannot do inside a transaction.',
  unsafe: 'BEGIN;\nCREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);\nCOMMIT;',
  isForNewTables: true,
  checks: {
    IndexStmt: (index, statement, context) =>
      index.concurrent === true
        ? refused('CREATE INDEX CONCURRENTLY', relationName(index.relation), statement, context)
        : [],
    DropStmt: (drop, statement, context) =>
      drop.concurrent === true ? refused('DROP INDEX CONCURRENTLY', null, statement, context) : [],
    ReindexStmt: (reindex, statement, context) =>
      isConcurrentReindex(reindex) ? refused('REINDEX CONCURRENTLY', null, statement, context) : [],
    AlterTableStmt: onCommands({
      AT_DetachPartition: ({ command, table, statement }, context) => {
        const { def } = command;
        const isConcurrent =
          def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
        return isConcurrent ? refused('DETACH PARTITION CONCURRENTLY', table, statement, context) : [];
      },
    }),
  },
};

function refused(
  what: string,
  table: SqlName | null,
  statement: Statement,
  context: LintContext,
): readonly Found[] {
  const { transaction } = context;
  if (transaction === null && statement.within === null) return [];
  const isEmptyTable = table !== null && context.isNew(table);
  return [
    {
      message: `${what} cannot run inside ${sayWhere(statement, context)}.`,
      table,
      why: null,
      safeForm: () => (isEmptyTable ? plainly(statement) : outside(statement)),
    },
  ];
}

function sayWhere(statement: Statement, { transaction }: LintContext): string {
  if (statement.within !== null) return 'a block of code';
  return transaction?.begunBy === null
    ? 'the transaction that the migration tool opens for this file'
    : `the transaction that was begun in line ${transaction?.begunBy.place.line ?? 1}`;
}

function outside(statement: Statement): string {
  return writeSteps([{ note: OUTSIDE_TRANSACTION, sql: [statement.text] }]);
}

/** In a table that the same file makes there is nothing to wait for. */
function plainly(statement: Statement): string {
  const word = findWord(statement, ['concurrently']);
  if (word === null) return outside(statement);
  const edit = { start: word.start, end: word.end + 1, text: '' };
  return writeSteps([
    {
      note: 'The table is new and nobody waits for it: CONCURRENTLY is of no use.',
      sql: [editStatement(statement, [edit])],
    },
  ]);
}
