import { isConcurrentReindex } from '../locks/index-locks.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 30: a bug of old servers. */
export const indexCorruption: Rule = {
  id: 'index-corruption',
  title: 'CONCURRENTLY on Postgres 14.0 to 14.3',
  severity: 'advice',
  what: 'CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY, where the server is a Postgres 14.',
  why:
    'In 14.0 to 14.3 an index that is built concurrently can lack rows (release notes of 14.4): queries do not find what is ' +
    'there, and unique is not unique.',
  unsafe: 'CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);',
  exampleVersion: 14,
  isForNewTables: true,
  checks: {
    IndexStmt: ({ concurrent }, _statement, { settings }) =>
      concurrent === true && settings.postgresVersion === 14 ? [found()] : [],
    ReindexStmt: (body, _statement, { settings }) =>
      isConcurrentReindex(body) && settings.postgresVersion === 14 ? [found()] : [],
  },
};

function found(): Found {
  return {
    message: 'Postgres 14.0 to 14.3 can leave rows out of an index that is built concurrently.',
    why: null,
    safeForm: 'Look at SHOW server_version first: 14.4 and later are sound.',
  };
}
