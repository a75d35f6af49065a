import { isParsed } from '../lint/parse/parse-sql.ts';
import { loadSqlParser } from '../lint/parse/sql-parser.ts';

/** Statements that lock no table but those they name. */
const PLAIN: ReadonlySet<string> = new Set([
  'CreateStmt',
  'IndexStmt',
  'RenameStmt',
  'CommentStmt',
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'TransactionStmt',
  'VariableSetStmt',
  'CreateSeqStmt',
  'CreateEnumStmt',
  'AlterEnumStmt',
  'CreateSchemaStmt',
  'CreateExtensionStmt',
  'CreateFunctionStmt',
  'ViewStmt',
]);

/** Of ALTER TABLE, likewise; what drops or retypes something also locks the tables that refer to it. */
const PLAIN_COMMANDS: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_ValidateConstraint',
  'AT_SetStatistics',
]);

/**
 * The tables that SQL can lock, as written: `member`, `shop.member`. Null where that cannot be told from the text: it
 * drops something, runs code, or is not understood.
 */
export async function touchedTables(texts: readonly string[]): Promise<readonly string[] | null> {
  const parser = await loadSqlParser();
  const tables = new Set<string>();
  for (const text of texts) {
    if (text.trim() === '') continue;
    const parsed = parser.parse(text);
    if (!isParsed(parsed)) return null;
    for (const { stmt } of parsed) {
      const [kind, body] = Object.entries(stmt ?? {})[0] ?? [];
      const isPlain =
        kind === 'AlterTableStmt' ? hasOnlyPlainCommands(body) : kind !== undefined && PLAIN.has(kind);
      if (!isPlain) return null;
      collect(body, tables);
    }
  }
  return [...tables].toSorted();
}

function hasOnlyPlainCommands(body: unknown): boolean {
  const { objtype, cmds = [] } = body as {
    readonly objtype?: string;
    readonly cmds?: readonly { readonly AlterTableCmd?: { readonly subtype?: string } }[];
  };
  return (
    objtype === 'OBJECT_TABLE' && cmds.every((each) => PLAIN_COMMANDS.has(each.AlterTableCmd?.subtype ?? ''))
  );
}

function collect(node: unknown, tables: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  const { relname, schemaname } = node as { readonly relname?: unknown; readonly schemaname?: unknown };
  if (typeof relname === 'string')
    tables.add(typeof schemaname === 'string' ? `${schemaname}.${relname}` : relname);
  for (const value of Object.values(node)) collect(value, tables);
}
