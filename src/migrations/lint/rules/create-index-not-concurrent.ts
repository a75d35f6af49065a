import type { IndexStmt } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { defaultIndexName } from '../parse/default-index-name.ts';
import { editStatement, findWord, insertAfter } from '../parse/edit-tokens.ts';
import { quoteName, relationName, sayName, sqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Rule } from '../rule.ts';

/** Row 1: an index is built while writers wait. */
export const createIndexNotConcurrent: Rule = {
  id: 'create-index-not-concurrent',
  title: 'CREATE INDEX without CONCURRENTLY',
  severity: 'error',
  what: 'An index on a table that is there already, built without CONCURRENTLY.',
  why:
    'CREATE INDEX takes a SHARE lock: whoever writes into the table waits until the index is complete. CONCURRENTLY ' +
    'takes twice as long and lets everybody work. It cannot run inside a transaction, and an attempt that fails leaves ' +
    'an invalid index behind, which costs writes and serves nobody until it is dropped.',
  unsafe: 'CREATE INDEX orders_total_idx ON orders (total) WHERE paid;',
  isBySize: true,
  checks: {
    IndexStmt: (index, statement, context) => {
      if (index.concurrent === true) return [];
      const table = relationName(index.relation);
      return [
        {
          message: `CREATE INDEX on ${sayName(table)} keeps writers out until the index is built.`,
          table,
          safeForm: () => concurrently(index, statement, context),
        },
      ];
    },
  },
};

function concurrently(index: IndexStmt, statement: Statement, context: LintContext): string {
  const table = relationName(index.relation);
  const name = index.idxname ?? defaultIndexName(index, table.name);
  const word = findWord(statement, ['index']);
  const on = findWord(statement, ['on']);
  if (word === null || on === null) return statement.text;
  const edits = [insertAfter(word, 'CONCURRENTLY')];
  // Without a name nobody could drop what a failed attempt leaves behind.
  if (index.idxname === undefined)
    edits.push({ start: on.start, end: on.start, text: `${quoteName(name)} ` });
  const isInside = context.transaction !== null;
  return [
    isInside
      ? '-- In a file of its own that the tool runs outside a transaction.'
      : '-- Not within BEGIN … COMMIT.',
    '-- An attempt that fails leaves an invalid index. Before the next one:',
    `-- DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ schema: table.schema, name })};`,
    `${editStatement(statement, edits)};`,
  ].join('\n');
}
