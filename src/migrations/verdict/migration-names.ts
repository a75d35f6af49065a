import type { Node, RangeVar, RenameStmt } from 'libpg-query';
import { nodesIn } from '../lint/parse/expressions.ts';
import { listName, relationName, type SqlName } from '../lint/parse/names.ts';
import { bareName, type Catalog, type CatalogObject } from './catalog.ts';

/** What a migration's names mean: they follow CREATE, RENAME and SET SCHEMA. */
export interface MigrationNames {
  /** Relations of that name that were there before; of any schema where none is written, for the search path is not known. */
  oldRelations(name: SqlName): readonly CatalogObject[];
  /** Whether it can only be a table that the migration itself made. */
  isFreshTable(name: SqlName): boolean;
  /** Whether it can only be a sequence that the migration itself made, or one of its tables. */
  isFreshSequence(name: SqlName): boolean;
  /** Whether it can only be a column that the migration itself added. */
  isFreshColumn(table: SqlName, column: string): boolean;
}

interface Renamed {
  readonly from: SqlName;
  readonly to: SqlName;
}

interface Made {
  readonly tables: readonly SqlName[];
  /** Views and whatever else may stand for an old table. */
  readonly others: readonly SqlName[];
  readonly renamed: readonly Renamed[];
  /** Bare names of what was put into another schema. */
  readonly moved: ReadonlySet<string>;
  readonly columns: readonly { readonly table: string; readonly name: string }[];
  readonly renamedColumns: ReadonlySet<string>;
}

/** From the statements of a migration and the catalog of before. */
export function migrationNames(nodes: readonly Node[], before: Catalog): MigrationNames {
  const made = madeBy(nodes);
  const relations = before.objects.filter(({ kind }) => kind === 'relation');
  const sequences = before.objects.filter(({ kind }) => kind === 'sequence');
  const isOld = (objects: readonly CatalogObject[], name: SqlName): boolean =>
    objects.some((object) => isNamed(object, name));
  const isFreshTable = (name: SqlName, seen: readonly string[] = []): boolean => {
    if (isOld(relations, name) || made.moved.has(name.name) || seen.includes(name.name)) return false;
    if (made.others.some((other) => mayBe(other, name))) return false;
    const came = made.renamed.filter(({ to }) => mayBe(to, name));
    if (came.some(({ from }) => !isFreshTable(from, [...seen, name.name]))) return false;
    return came.length > 0 || made.tables.some((table) => mayBe(table, name));
  };
  return {
    oldRelations: (name) => relations.filter((object) => isNamed(object, name)),
    isFreshTable: (name) => isFreshTable(name),
    isFreshSequence: (name) =>
      !isOld(sequences, name) &&
      !made.moved.has(name.name) &&
      !made.renamed.some(({ to }) => mayBe(to, name)),
    isFreshColumn: (table, column) =>
      made.columns.some((each) => each.table === table.name && each.name === column) &&
      !made.renamedColumns.has(column) &&
      !before.objects.some(
        ({ kind, of, name }) => kind === 'column' && name === column && bareName(of ?? '') === table.name,
      ),
  };
}

function isNamed(object: CatalogObject, { schema, name }: SqlName): boolean {
  return schema === null ? bareName(object.name) === name : object.name === `${schema}.${name}`;
}

/** Whether two names can mean the same: without a schema it may be any. */
function mayBe(one: SqlName, other: SqlName): boolean {
  return (
    one.name === other.name && (one.schema === other.schema || one.schema === null || other.schema === null)
  );
}

function madeBy(nodes: readonly Node[]): Made {
  const tables: SqlName[] = [];
  const others: SqlName[] = [];
  const renamed: Renamed[] = [];
  const moved = new Set<string>();
  const columns: { table: string; name: string }[] = [];
  const renamedColumns = new Set<string>();
  for (const node of nodes) {
    if ('CreateStmt' in node) tables.push(relationName(node.CreateStmt.relation));
    if ('ViewStmt' in node) others.push(relationName(node.ViewStmt.view));
    if ('CreateForeignTableStmt' in node)
      others.push(relationName(node.CreateForeignTableStmt.base?.relation));
    if ('CreateTableAsStmt' in node) {
      const { objtype, into } = node.CreateTableAsStmt;
      (objtype === 'OBJECT_MATVIEW' ? others : tables).push(relationName(into?.rel));
    }
    if ('SelectStmt' in node && node.SelectStmt.intoClause?.rel !== undefined)
      tables.push(relationName(node.SelectStmt.intoClause.rel));
    if ('AlterObjectSchemaStmt' in node) moved.add(movedName(node.AlterObjectSchemaStmt));
    if ('AlterTableStmt' in node) columns.push(...addedColumns(node));
    if (!('RenameStmt' in node)) continue;
    const { renameType, relation, newname = '' } = node.RenameStmt;
    if (renameType === 'OBJECT_COLUMN') renamedColumns.add(newname);
    else if (RELATIONS.includes(renameType ?? '')) renamed.push(renaming(node.RenameStmt, relation, newname));
  }
  return { tables, others, renamed, moved, columns, renamedColumns };
}

const RELATIONS: readonly string[] = [
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_SEQUENCE',
];

function renaming({ object }: RenameStmt, relation: RangeVar | undefined, newname: string): Renamed {
  const from =
    relation === undefined
      ? listName(object !== undefined && 'List' in object ? object.List.items : undefined)
      : relationName(relation);
  return { from, to: { schema: from.schema, name: newname } };
}

function movedName({ relation, object }: { relation?: RangeVar; object?: Node }): string {
  if (relation !== undefined) return relation.relname ?? '';
  return listName(object !== undefined && 'List' in object ? object.List.items : undefined).name;
}

function addedColumns(node: Extract<Node, { AlterTableStmt: unknown }>): { table: string; name: string }[] {
  const table = node.AlterTableStmt.relation?.relname ?? '';
  return [...nodesIn(node.AlterTableStmt.cmds)].flatMap((one) =>
    'AlterTableCmd' in one &&
    one.AlterTableCmd.subtype === 'AT_AddColumn' &&
    one.AlterTableCmd.def !== undefined &&
    'ColumnDef' in one.AlterTableCmd.def
      ? [{ table, name: one.AlterTableCmd.def.ColumnDef.colname ?? '' }]
      : [],
  );
}
