import type { DropStmt, Node } from 'libpg-query';
import type { SchemaHistory } from '../history/schema-history.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LockKnowledge, TableLock } from './table-lock.ts';
import type { SqlName } from '../parse/names.ts';
import { objectName, strings } from '../parse/names.ts';
import { referencedBy } from './command-locks.ts';

/** What DROP locks: what goes, and the tables at the other end of its foreign keys. */
export function dropLocks(drop: DropStmt, { history }: LockKnowledge): readonly TableLock[] {
  const objects = drop.objects ?? [];
  switch (drop.removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
      return objects.flatMap((object) => [
        ...tableLocks(objectName(object), history),
        ...(drop.behavior === 'DROP_CASCADE' ? viewLocks(objectName(object), history) : []),
      ]);
    case 'OBJECT_INDEX':
      return objects.flatMap((object) => indexLocks(objectName(object), drop.concurrent === true, history));
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      return objects.map((object) => exclusive(ownerOf(object)));
    default:
      return [];
  }
}

function exclusive(table: SqlName): TableLock {
  return { table, lock: 'AccessExclusive', work: 'none' };
}

function tableLocks(table: SqlName, history: SchemaHistory): readonly TableLock[] {
  const others = [...referencedBy(table, null, { history }), ...referencing(table, history)];
  const key = keyOf(history, table);
  const partitions = [...history.tables.values()].filter(({ partitionOf }) => partitionOf === key);
  return [exclusive(table), ...others.map(exclusive), ...partitions.map(({ name }) => exclusive(name))];
}

/** The views that read a table: with CASCADE they go. */
function viewLocks(table: SqlName, history: SchemaHistory): readonly TableLock[] {
  const key = keyOf(history, table);
  return [...history.views.values()].flatMap(({ name, uses }) => (uses.has(key) ? [exclusive(name)] : []));
}

/** The tables whose foreign keys point to a table: with CASCADE these go. */
function referencing(table: SqlName, history: SchemaHistory): readonly SqlName[] {
  const key = keyOf(history, table);
  return [...history.tables.values()].flatMap(({ name, constraints }) =>
    keyOf(history, name) !== key &&
    [...constraints.values()].some(
      ({ references }) => references !== null && keyOf(history, references) === key,
    )
      ? [name]
      : [],
  );
}

function indexLocks(index: SqlName, isConcurrent: boolean, history: SchemaHistory): readonly TableLock[] {
  const lock = isConcurrent ? 'ShareUpdateExclusive' : 'AccessExclusive';
  const table = history.indexes.get(keyOf(history, index))?.table;
  return [{ table: table ?? index, lock, work: 'none' }];
}

/** Of `DROP TRIGGER t ON shop.orders`: the table. */
function ownerOf(object: Node): SqlName {
  const words = 'List' in object ? strings(object.List.items) : [];
  return { schema: words.at(-3) ?? null, name: words.at(-2) ?? '' };
}
