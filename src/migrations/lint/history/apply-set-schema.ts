import type { AlterObjectSchemaStmt } from 'libpg-query';
import { objectName, relationName } from '../parse/names.ts';
import type { SchemaHistory } from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/** Writes down what is in another schema from now on. */
export function applySetSchema(history: SchemaHistory, move: AlterObjectSchemaStmt): void {
  const { objectType, object, relation, newschema: schema } = move;
  if (schema === undefined) return;
  if (objectType === 'OBJECT_TABLE') {
    const name = relationName(relation);
    const table = taken(history.tables, keyOf(history, name));
    const moved = { schema, name: name.name };
    if (table !== undefined) history.tables.set(keyOf(history, moved), { ...table, name: moved });
  }
  if ((objectType === 'OBJECT_TYPE' || objectType === 'OBJECT_DOMAIN') && object !== undefined) {
    const name = objectName(object);
    const type = taken(history.types, keyOf(history, name));
    if (type !== undefined) history.types.set(keyOf(history, { schema, name: name.name }), type);
  }
}

function taken<T>(things: Map<string, T>, key: string): T | undefined {
  const thing = things.get(key);
  things.delete(key);
  return thing;
}
