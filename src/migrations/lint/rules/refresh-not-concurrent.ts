import { keyOf } from '../history/schema-history.ts';
import { relationName, sayName, sqlName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** A materialized view is built anew while nobody can read it. */
export const refreshNotConcurrent: Rule = {
  id: 'refresh-not-concurrent',
  title: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY',
  severity: 'warning',
  what: 'A materialized view that is refreshed without CONCURRENTLY, unless the same file has made it; WITH NO DATA is an error.',
  why:
    'It takes an ACCESS EXCLUSIVE lock: whoever reads the view waits until its query has run and its indexes are built. ' +
    'WITH NO DATA empties it, and every query of it fails until it is refreshed.',
  unsafe: 'REFRESH MATERIALIZED VIEW totals;',
  isBySize: true,
  checks: {
    RefreshMatViewStmt: ({ relation, concurrent, skipData }, _, context) => {
      const view = relationName(relation);
      const madeIn = context.history.views.get(keyOf(context.history, view))?.madeIn ?? null;
      if (concurrent === true || madeIn?.file === context.file.number) return [];
      const name = sayName(view);
      return [
        {
          message:
            skipData === true
              ? `WITH NO DATA empties ${name}: whoever reads it gets an error.`
              : `REFRESH keeps everybody from reading ${name} until it is built anew.`,
          table: view,
          severity: skipData === true ? 'error' : 'warning',
          safeForm: `-- Needs a unique index over columns of the view, without a WHERE:\nREFRESH MATERIALIZED VIEW CONCURRENTLY ${sqlName(view)};`,
        },
      ];
    },
  },
};
