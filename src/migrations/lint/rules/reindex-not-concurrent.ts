import type { ReindexStmt } from 'libpg-query';
import { isConcurrentReindex } from '../locks/index-locks.ts';
import { editStatement, findWord, insertAfter } from '../parse/edit-tokens.ts';
import { relationName, sayName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Rule } from '../rule.ts';
import { OUTSIDE_TRANSACTION, writeSteps } from '../safe-forms/write-steps.ts';

/** An index is built anew while readers of it and writers of its table wait. */
export const reindexNotConcurrent: Rule = {
  id: 'reindex-not-concurrent',
  title: 'REINDEX without CONCURRENTLY',
  severity: 'error',
  what: 'An index, or all of a table, schema or database, built anew without CONCURRENTLY.',
  why:
    'REINDEX takes a SHARE lock on the table and an ACCESS EXCLUSIVE lock on the index: nobody writes, and whoever reads ' +
    'with the help of the index waits, until it is built.',
  unsafe: 'REINDEX INDEX orders_total_idx;',
  isBySize: true,
  checks: {
    ReindexStmt: (reindex, statement, context) => {
      if (isConcurrentReindex(reindex)) return [];
      const table = reindex.kind === 'REINDEX_OBJECT_TABLE' ? relationName(reindex.relation) : null;
      const known = context.locks[0]?.table ?? null;
      return [
        {
          message: `REINDEX ${sayWhat(reindex)} keeps writers out until it is built anew.`,
          table: table ?? known,
          safeForm: () => concurrently(reindex, statement),
        },
      ];
    },
  },
};

function sayWhat({ relation, name, kind }: ReindexStmt): string {
  if (relation !== undefined) return `of ${sayName(relationName(relation))}`;
  return kind === 'REINDEX_OBJECT_SCHEMA' ? `of schema ${name ?? ''}` : `of database ${name ?? ''}`.trim();
}

function concurrently(reindex: ReindexStmt, statement: Statement): string {
  if (reindex.kind === 'REINDEX_OBJECT_SYSTEM') {
    return '-- The indexes of the system catalogs cannot be built anew beside their use: do it in a quiet window.';
  }
  const word = findWord(statement, ['index', 'table', 'schema', 'database'], afterOptions(statement));
  if (word === null) return statement.text;
  return writeSteps([
    { note: OUTSIDE_TRANSACTION, sql: [editStatement(statement, [insertAfter(word, 'CONCURRENTLY')])] },
  ]);
}

/** Of `REINDEX (VERBOSE, TABLESPACE fast) TABLE orders`: the end of the parentheses. */
function afterOptions(statement: Statement): number {
  const [, second] = statement.tokens();
  if (second?.text !== '(') return 0;
  return statement.tokens().find(({ text }) => text === ')')?.end ?? 0;
}
