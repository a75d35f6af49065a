import type { RenameStmt } from 'libpg-query';
import { listName, relationName } from '../parse/names.ts';
import type { SchemaHistory } from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/** Writes down what has another name from now on. */
export function applyRename(history: SchemaHistory, rename: RenameStmt): void {
  const { renameType, relation, subname = '', newname = '' } = rename;
  const name = relationName(relation);
  const key = keyOf(history, name);
  const renamed = { schema: name.schema, name: newname };
  const newKey = keyOf(history, renamed);
  if (renameType === 'OBJECT_TABLE') {
    move(history.tables, key, newKey, (table) => ({ ...table, name: renamed }));
    for (const [indexKey, index] of history.indexes) {
      if (keyOf(history, index.table) === key) history.indexes.set(indexKey, { ...index, table: renamed });
    }
  }
  if (renameType === 'OBJECT_INDEX')
    move(history.indexes, key, newKey, (index) => ({ ...index, name: renamed }));
  if (renameType === 'OBJECT_VIEW') move(history.views, key, newKey, (view) => ({ ...view, name: renamed }));
  if (renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN') {
    const type =
      'object' in rename && rename.object !== undefined && 'List' in rename.object
        ? rename.object.List.items
        : [];
    const old = listName(type);
    move(
      history.types,
      keyOf(history, old),
      keyOf(history, { schema: old.schema, name: newname }),
      (same) => same,
    );
  }
  const table = history.tables.get(key);
  if (table === undefined) return;
  if (renameType === 'OBJECT_COLUMN') {
    move(table.columns, subname, newname, (column) => column);
    for (const [constraintName, constraint] of table.constraints) {
      const columns = constraint.columns.map((column) => (column === subname ? newname : column));
      const provesNotNull = constraint.provesNotNull === subname ? newname : constraint.provesNotNull;
      table.constraints.set(constraintName, { ...constraint, columns, provesNotNull });
    }
    for (const [indexKey, index] of history.indexes) {
      if (keyOf(history, index.table) !== key) continue;
      const columns = index.columns.map((column) => (column === subname ? newname : column));
      history.indexes.set(indexKey, { ...index, columns });
    }
  }
  if (renameType === 'OBJECT_TABCONSTRAINT') {
    move(table.constraints, subname, newname, (constraint) => ({ ...constraint, name: newname }));
  }
}

function move<T>(things: Map<string, T>, from: string, to: string, change: (thing: T) => T): void {
  const thing = things.get(from);
  if (thing === undefined) return;
  things.delete(from);
  things.set(to, change(thing));
}
