import type { TableFacts } from './finding.ts';
import type { SqlSource } from './lint-input.ts';
import { relationName } from './parse/names.ts';
import { parseSql } from './parse/parse-sql.ts';
import { loadSqlParser } from './parse/sql-parser.ts';

/**
 * The tables that sources make and the server does not have: nobody can be using them, whichever file makes them. `tables`
 * are all that the server has, by `schema.table`.
 */
export async function tablesToCome(
  sources: readonly SqlSource[],
  tables: Readonly<Record<string, TableFacts>>,
): Promise<Readonly<Record<string, TableFacts>>> {
  const parser = await loadSqlParser();
  const names = sources.flatMap((source) =>
    parseSql(parser, source).statements.flatMap(({ node }) =>
      'CreateStmt' in node ? [relationName(node.CreateStmt.relation)] : [],
    ),
  );
  const missing = names
    .map(({ schema, name }) => `${schema ?? 'public'}.${name}`)
    .filter((key) => !(key in tables));
  const nothing: TableFacts = { exists: false, rows: null, bytes: null, accessesPerSecond: null };
  return Object.fromEntries(missing.map((key) => [key, nothing]));
}
