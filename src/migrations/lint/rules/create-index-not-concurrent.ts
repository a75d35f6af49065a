import type { IndexStmt } from 'libpg-query';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { defaultIndexName } from '../parse/default-index-name.ts';
import { relationName, sayName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Rule } from '../rule.ts';
import { indexSteps } from '../safe-forms/index-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** An index is built while writers wait. */
export const createIndexNotConcurrent: Rule = {
  id: 'create-index-not-concurrent',
  title: 'CREATE INDEX without CONCURRENTLY',
  severity: 'error',
  what:
    'An index on a table that is there already, built without CONCURRENTLY. Not one on a table of the same file, and not ' +
    'one ON ONLY the parent of partitions, which builds nothing.',
  why:
    'CREATE INDEX takes a SHARE lock: whoever writes into the table waits until the index is complete. CONCURRENTLY ' +
    'takes twice as long and lets everybody work. It cannot run inside a transaction, and an attempt that fails leaves ' +
    'an invalid index behind, which costs writes and serves nobody until it is dropped.',
  unsafe: 'CREATE INDEX orders_total_idx ON orders (total) WHERE paid;',
  isBySize: true,
  checks: {
    IndexStmt: (index, statement, context) => {
      const isOnlyParent = index.relation?.inh !== true;
      if (index.concurrent === true || isOnlyParent) return [];
      const table = relationName(index.relation);
      return [
        {
          message: `CREATE INDEX keeps everybody from writing into ${sayName(table)} until the index is built.`,
          table,
          safeForm: () => concurrently(index, statement, context),
        },
      ];
    },
  },
};

function concurrently(index: IndexStmt, statement: Statement, context: LintContext): string {
  const table = relationName(index.relation);
  if (index.if_not_exists === true && isThere(index.idxname ?? '', table, context))
    return `Index ${index.idxname ?? ''} is there already, so that the statement does nothing: take it out. If it is to be another one, give it another name.`;
  return writeSteps(
    indexSteps(
      {
        name: index.idxname ?? freeName(index, table, context),
        table,
        isUnique: index.unique === true,
        isIfNotExists: index.if_not_exists === true,
        rest: behindTable(index, statement),
      },
      context,
    ),
  );
}

function isThere(name: string, { schema }: SqlName, { history }: LintContext): boolean {
  return history.indexes.has(keyOf(history, { schema, name }));
}

/** Never one that is there already: the advice to drop what a failed attempt leaves would hit it. */
function freeName(index: IndexStmt, table: SqlName, { history }: LintContext): string {
  const isTaken = (name: string): boolean => {
    const key = keyOf(history, { schema: table.schema, name });
    return history.indexes.has(key) || history.tables.has(key) || history.views.has(key);
  };
  return defaultIndexName(index, table.name, isTaken);
}

/** The text behind the name of the table: method, columns, INCLUDE, WITH, TABLESPACE, WHERE. */
function behindTable(index: IndexStmt, statement: Statement): string {
  const from = statement.at(index.relation?.location ?? 0);
  const first = statement
    .tokens()
    .find(({ start, text }) => start > from && (text === '(' || text.toLowerCase() === 'using'));
  return statement.text.slice(first?.start ?? statement.text.length);
}
