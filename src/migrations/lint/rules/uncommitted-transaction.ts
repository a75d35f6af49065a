import type { Rule } from '../rule.ts';

/** Row 25: a file ends before its transaction does. */
export const uncommittedTransaction: Rule = {
  id: 'uncommitted-transaction',
  title: 'BEGIN without COMMIT',
  severity: 'error',
  what: 'A transaction that the file begins and does not end.',
  why:
    'When the session closes, Postgres rolls back what is not committed: the migration seems to have run, and nothing of it ' +
    'is there. Until then its locks are held.',
  unsafe: "BEGIN;\nSET LOCAL lock_timeout = '1s';\nALTER TABLE orders ADD COLUMN note text;",
  checks: {},
  atEnd: ({ transaction }) => {
    const begunBy = transaction?.begunBy ?? null;
    if (begunBy === null) return [];
    return [
      {
        statement: begunBy,
        message: 'The transaction that begins here is never committed: nothing of it will be there.',
        why: 'Postgres rolls back what is open when the session closes.',
        locks: [],
        safeForm: 'Put COMMIT at the end of the file.',
      },
    ];
  },
};
