import { relationName, sayName, sqlName, type SqlName } from '../parse/names.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 26: a table is written anew while nobody may look. */
export const vacuumFull: Rule = {
  id: 'vacuum-full',
  title: 'VACUUM FULL and CLUSTER',
  severity: 'error',
  what: 'VACUUM FULL and CLUSTER, of one table or of all.',
  why:
    'Both write the whole table and its indexes anew under a lock that keeps out readers and writers. pg_repack does the ' +
    'same beside the running app and locks only for a moment; plain VACUUM frees the room for new rows without any lock ' +
    'that the app feels.',
  unsafe: 'VACUUM FULL orders;',
  isBySize: true,
  checks: {
    VacuumStmt: ({ options = [], rels = [] }) => {
      const isFull = options.some(
        (option) => 'DefElem' in option && option.DefElem.defname === 'full' && !isOff(option.DefElem.arg),
      );
      if (!isFull) return [];
      const tables = rels.flatMap((rel) =>
        'VacuumRelation' in rel ? [relationName(rel.VacuumRelation.relation)] : [],
      );
      return tables.length === 0
        ? [found('VACUUM FULL', null)]
        : tables.map((table) => found('VACUUM FULL', table));
    },
    ClusterStmt: ({ relation }) => [found('CLUSTER', relation === undefined ? null : relationName(relation))],
  },
};

function isOff(arg: unknown): boolean {
  return /"(false|off|0)"/.test(JSON.stringify(arg ?? ''));
}

function found(words: string, table: SqlName | null): Found {
  const name = table === null ? 'every table of the database' : sayName(table);
  return {
    message: `${words} keeps everybody out of ${name} until it is written anew.`,
    table,
    safeForm:
      table === null
        ? 'Run pg_repack from outside of the migrations; plain VACUUM frees room for new rows without such a lock.'
        : `-- Beside the running app, from outside of the migrations: pg_repack --table=${sayName(table)}\n-- To free room for new rows only:\nVACUUM (ANALYZE) ${sqlName(table)};`,
  };
}
