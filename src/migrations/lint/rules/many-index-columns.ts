import { relationName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** More columns than this seldom make an index find anything faster. */
const COLUMNS_MAX = 3;

/** Row 30: an index that costs more than it finds. */
export const manyIndexColumns: Rule = {
  id: 'many-index-columns',
  title: 'An index over more than three columns',
  severity: 'advice',
  what: 'A b-tree index over more than three columns that is not unique. Columns of INCLUDE do not count.',
  why:
    'The first columns tell rows apart; the further ones make the index larger and every write slower. It also serves only ' +
    'queries that name its first column.',
  unsafe: 'CREATE INDEX CONCURRENTLY orders_search_idx ON orders (state, region, total, placed_at);',
  isForNewTables: true,
  checks: {
    IndexStmt: ({ relation, indexParams = [], unique, accessMethod = 'btree' }) => {
      if (unique === true || accessMethod !== 'btree' || indexParams.length <= COLUMNS_MAX) return [];
      return [
        {
          message: `The index on ${sayName(relationName(relation))} has ${indexParams.length} columns; more than ${COLUMNS_MAX} seldom help.`,
          why: null,
          safeForm:
            'Keep the columns that tell most rows apart, those with = in the queries first; put into INCLUDE what is only read.',
        },
      ];
    },
  },
};
