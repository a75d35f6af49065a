import type { ColumnDef, Node } from 'libpg-query';
import { editStatement } from './edit-tokens.ts';
import { relationName, type SqlName } from './names.ts';
import { toSqlType, type SqlType } from './sql-type.ts';
import type { Statement } from './statement.ts';

/** A column that a statement makes, or gives another type. */
export interface DefinedColumn {
  readonly table: SqlName;
  readonly name: string;
  readonly definition: ColumnDef;
  readonly type: SqlType | null;
  /** Where its type stands in the statement's text. */
  readonly typeAt: number;
  /** `create`: with its table; `add`: to a table that is there; `alter`: it is there, and gets the type. */
  readonly how: 'create' | 'add' | 'alter';
}

/** The columns with a type that a statement writes. */
export function definedColumns(node: Node, statement: Statement): readonly DefinedColumn[] {
  if ('CreateSchemaStmt' in node) {
    return (node.CreateSchemaStmt.schemaElts ?? []).flatMap((one) => definedColumns(one, statement));
  }
  if ('CreateStmt' in node) {
    const table = relationName(node.CreateStmt.relation);
    return (node.CreateStmt.tableElts ?? []).flatMap((element) =>
      'ColumnDef' in element ? [column(table, element.ColumnDef, 'create', statement)] : [],
    );
  }
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.objtype !== 'OBJECT_TABLE') return [];
  const table = relationName(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    if (!('AlterTableCmd' in command)) return [];
    const { subtype, def, name = '' } = command.AlterTableCmd;
    if (def === undefined || !('ColumnDef' in def)) return [];
    if (subtype === 'AT_AddColumn') return [column(table, def.ColumnDef, 'add', statement)];
    if (subtype !== 'AT_AlterColumnType') return [];
    return [column(table, { ...def.ColumnDef, colname: name }, 'alter', statement)];
  });
}

function column(
  table: SqlName,
  definition: ColumnDef,
  how: DefinedColumn['how'],
  statement: Statement,
): DefinedColumn {
  const { colname: name = '', typeName } = definition;
  const typeAt = statement.at(typeName?.location ?? 0);
  return { table, name, definition, type: toSqlType(typeName), typeAt, how };
}

/** What may stand as a type, with its length and its time zone. */
const TYPE =
  /^(?:[\w.]+|"[^"]*")(?:\s+(?:varying|precision))?(?:\s*\([^)]*\))?(?:\s+with(?:out)?\s+time\s+zone)?/i;

/** A statement with other types for some of its columns; words where it is too long to be read again for that. */
export function withTypes(
  changes: readonly { readonly column: DefinedColumn; readonly type: string }[],
  statement: Statement,
): string {
  if (statement.text.length > REPEATED_MAX) {
    return `Write ${changes.map(({ column, type }) => `${column.name} ${type}`).join(', ')}.`;
  }
  const edits = changes.map(({ column: { typeAt }, type }) => {
    const written = TYPE.exec(statement.text.slice(typeAt))?.[0] ?? '';
    return { start: typeAt, end: typeAt + written.length, text: type };
  });
  return `${editStatement(statement, edits)};`;
}

/** A longer statement is not written out for one word of it. */
const REPEATED_MAX = 240;
