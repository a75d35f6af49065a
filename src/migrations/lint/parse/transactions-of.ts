import type { Statement } from './statement.ts';

/** A statement, and the number of the transaction that it runs in; null: one of its own. */
export interface PlacedStatement {
  readonly statement: Statement;
  readonly transaction: number | null;
}

/** Which statements of a file share a transaction. `inTransaction`: the tool begins one in front of the first. */
export function transactionsOf(
  statements: readonly Statement[],
  inTransaction: boolean,
): readonly PlacedStatement[] {
  let count = 0;
  let open: number | null = inTransaction ? count : null;
  return statements.map((statement) => {
    const kind = 'TransactionStmt' in statement.node ? statement.node.TransactionStmt.kind : undefined;
    if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') open ??= ++count;
    const placed = { statement, transaction: open };
    if (kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK') open = null;
    return placed;
  });
}
