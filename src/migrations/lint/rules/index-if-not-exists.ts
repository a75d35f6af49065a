import { isBefore } from '../parse/is-before.ts';
import { findWord } from '../parse/edit-tokens.ts';
import { relationName, sayName, sqlName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';
import { OUTSIDE_TRANSACTION, writeSteps } from '../safe-forms/write-steps.ts';

/** A failed attempt leaves an invalid index of that name, and the next one is content with it. */
export const indexIfNotExists: Rule = {
  id: 'index-if-not-exists',
  title: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS',
  severity: 'warning',
  what:
    'An index on a table that is there already. Not one in front of which the file drops the index of that name ' +
    'CONCURRENTLY.',
  why:
    'An attempt that fails, for a duplicate, a deadlock or a timeout, leaves an invalid index: every write pays for it, and no ' +
    'query uses it. IF NOT EXISTS looks only at the name, so the next attempt succeeds and builds nothing.',
  unsafe: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_total_idx ON orders (total);',
  checks: {
    IndexStmt: ({ concurrent, if_not_exists: isGuarded, idxname, relation }, statement, context) => {
      if (concurrent !== true || isGuarded !== true || idxname === undefined) return [];
      const table = relationName(relation);
      const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ schema: table.schema, name: idxname })}`;
      if (isBefore(drop, statement, context.file.statements)) return [];
      const [word, next] = [findWord(statement, ['if']), findWord(statement, ['exists'])];
      const create =
        word === null || next === null
          ? statement.text
          : `${statement.text.slice(0, word.start)}${statement.text.slice(next.end).trimStart()}`;
      return [
        {
          message: `IF NOT EXISTS accepts an invalid index ${idxname} that a failed attempt left on ${sayName(table)}.`,
          table,
          locks: [],
          why: 'The file succeeds, and no query has the index that it was written for.',
          safeForm: writeSteps([{ note: OUTSIDE_TRANSACTION, sql: [drop, create] }]),
        },
      ];
    },
  },
};
