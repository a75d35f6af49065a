import type { Node } from 'libpg-query';
import type { SqlParser } from '../lint/parse/sql-parser.ts';

/** A statement that a migration ran. */
export interface ExecutedStatement {
  readonly number: number;
  /** As it was sent: may hold data. */
  readonly sql: string;
  /** How many it read or changed; null where that is not known. */
  readonly rows: number | null;
  readonly error: unknown;
}

/** One that succeeded, as Postgres' parser reads it. */
export interface ParsedStatement {
  readonly number: number;
  /** Null where that is not known, or where several were sent as one. */
  readonly rows: number | null;
  /** Those inside of CREATE SCHEMA stand behind it. Null: it cannot be read. */
  readonly nodes: readonly Node[] | null;
}

/** Reads the statements that succeeded. */
export function parsedStatements(
  parser: SqlParser,
  statements: readonly ExecutedStatement[],
): readonly ParsedStatement[] {
  return statements
    .filter(({ error }) => error === null)
    .map(({ number, sql, rows }) => {
      const parsed = parser.parse(sql);
      if ('message' in parsed) return { number, rows, nodes: null };
      const nodes = parsed.flatMap(({ stmt }) => (stmt === undefined ? [] : withInner(stmt)));
      return { number, rows: nodes.length === 1 ? rows : null, nodes };
    });
}

/** `CREATE SCHEMA shop CREATE TABLE plans (…)` */
function withInner(node: Node): readonly Node[] {
  return 'CreateSchemaStmt' in node ? [node, ...(node.CreateSchemaStmt.schemaElts ?? [])] : [node];
}
