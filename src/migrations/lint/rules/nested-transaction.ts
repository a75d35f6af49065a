import type { Rule } from '../rule.ts';

const WORDS: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
};

/** Row 25: a file ends the transaction of its tool. */
export const nestedTransaction: Rule = {
  id: 'nested-transaction',
  title: 'BEGIN or COMMIT where a transaction is open, or none is',
  severity: 'error',
  what:
    'BEGIN, COMMIT or ROLLBACK in a file that the migration tool runs in a transaction of its own; a BEGIN within a ' +
    'BEGIN; a COMMIT without one.',
  why:
    'Postgres has no transactions within transactions: BEGIN does nothing but warn, and COMMIT ends the transaction of the ' +
    'tool. What follows runs outside of any, the tool\u2019s own note that the migration ran among it: a failure leaves half of ' +
    'it done.',
  unsafe: 'BEGIN;\nCOMMIT;\nCOMMIT;',
  checks: {
    TransactionStmt: ({ kind = '' }, statement, { file, transaction }) => {
      const words = WORDS[kind];
      if (words === undefined) return [];
      const isBegin = words === 'BEGIN' || words === 'START TRANSACTION';
      // Postgres has no other either.
      if (file.inTransaction) {
        return [
          {
            message: isBegin
              ? `${words} does nothing: the migration tool has begun a transaction for the file already.`
              : `${words} ends the transaction of the migration tool in the middle of the file.`,
            why: isBegin
              ? 'Postgres warns and goes on; the COMMIT that belongs to it ends the transaction of the tool.'
              : 'What follows runs outside of any transaction: if it fails, what stands before stays done.',
            safeForm:
              'Take BEGIN and COMMIT out of the file, or tell the tool to run it outside a transaction.',
          },
        ];
      }
      if (isBegin === (transaction === null)) return [];
      return [
        {
          message: isBegin
            ? `${words} does nothing: the transaction of line ${transaction?.begunBy?.place.line ?? 1} is open still.`
            : `${words} has no transaction to end.`,
          why: 'Postgres warns and goes on: what was meant to happen all or not at all does not.',
          safeForm: isBegin
            ? 'COMMIT the first one before, or take this one out.'
            : 'Take it out, or BEGIN where it was meant to begin.',
        },
      ];
    },
  },
};
