import type { CreateSchemaStmt, Node } from 'libpg-query';
import type { LockEffect, LockedWork, LockMode } from './finding.ts';
import type { LockKnowledge, TableLock } from './locks/table-lock.ts';
import { isAtLeastLock } from './locks/table-lock.ts';
import type { SchemaHistory } from './history/schema-history.ts';
import { keyOf } from './history/schema-history.ts';
import { commandLocks } from './locks/command-locks.ts';
import { dropLocks } from './locks/drop-locks.ts';
import { indexLocks } from './locks/index-locks.ts';
import { createTableLocks } from './locks/create-table-locks.ts';
import { maintenanceLocks } from './locks/maintenance-locks.ts';
import { relationName, sayName } from './parse/names.ts';

/**
 * What a statement locks, the strongest lock for each table, those among them that are only referenced. As observed on
 * Postgres 15 and 18 in `pg_locks`; the table that a statement makes is left out: nobody can wait for it.
 */
export function locksOf(node: Node, knowledge: LockKnowledge): readonly TableLock[] {
  return strongest(allLocks(node, knowledge), knowledge.history);
}

/** As findings name it. */
export function toLockEffect({ table, lock, work }: TableLock): LockEffect {
  return { table: sayName(table), lock, work };
}

function allLocks(node: Node, knowledge: LockKnowledge): readonly TableLock[] {
  if ('AlterTableStmt' in node) {
    const { relation, cmds = [], objtype } = node.AlterTableStmt;
    // Types, views and sequences have columns and owners, too, but nobody's rows.
    if (objtype === 'OBJECT_TYPE' || objtype === 'OBJECT_VIEW' || objtype === 'OBJECT_SEQUENCE') return [];
    const table = relationName(relation);
    return cmds.flatMap((command) =>
      'AlterTableCmd' in command ? commandLocks(command.AlterTableCmd, table, knowledge) : [],
    );
  }
  if ('CreateSchemaStmt' in node) return schemaLocks(node.CreateSchemaStmt, knowledge);
  if ('CreateStmt' in node) return createTableLocks(node.CreateStmt, knowledge);
  if ('IndexStmt' in node || 'ReindexStmt' in node) return indexLocks(node, knowledge);
  if ('DropStmt' in node) return dropLocks(node.DropStmt, knowledge);
  return maintenanceLocks(node, knowledge) ?? rowLocks(node);
}

/** What the tables of a new schema point to outside of it. */
function schemaLocks(create: CreateSchemaStmt, knowledge: LockKnowledge): readonly TableLock[] {
  const tables = (create.schemaElts ?? []).flatMap((one) => ('CreateStmt' in one ? [one.CreateStmt] : []));
  const own = new Set(tables.map(({ relation }) => relationName(relation).name));
  return tables
    .flatMap((table) => createTableLocks(table, knowledge))
    .filter(
      ({ table }) => table.schema !== create.schemaname && (table.schema !== null || !own.has(table.name)),
    );
}

function rowLocks(node: Node): readonly TableLock[] {
  const written =
    'UpdateStmt' in node
      ? node.UpdateStmt
      : 'DeleteStmt' in node
        ? node.DeleteStmt
        : 'InsertStmt' in node
          ? node.InsertStmt
          : 'MergeStmt' in node
            ? node.MergeStmt
            : null;
  if (written !== null)
    return [{ table: relationName(written.relation), lock: 'RowExclusive', work: 'rows' }];
  if (!('SelectStmt' in node)) return [];
  const { lockingClause = [], fromClause = [] } = node.SelectStmt;
  const lock: LockMode = lockingClause.length === 0 ? 'AccessShare' : 'RowShare';
  return fromClause.flatMap((from) =>
    'RangeVar' in from ? [{ table: relationName(from.RangeVar), lock, work: 'rows' as const }] : [],
  );
}

const WORK_ORDER: readonly LockedWork[] = ['none', 'rows', 'scan', 'index-build', 'rewrite'];

/** One lock for each table: the strongest, with the most work. */
function strongest(locks: readonly TableLock[], history: SchemaHistory): readonly TableLock[] {
  if (locks.length < 2) return locks;
  const byTable = new Map<string, TableLock>();
  for (const one of locks) {
    const key = keyOf(history, one.table);
    const other = byTable.get(key);
    byTable.set(key, other === undefined ? one : stronger(other, one));
  }
  return [...byTable.values()];
}

function stronger(one: TableLock, other: TableLock): TableLock {
  return {
    table: one.table,
    lock: isAtLeastLock(one.lock, other.lock) ? one.lock : other.lock,
    work: WORK_ORDER.indexOf(one.work) >= WORK_ORDER.indexOf(other.work) ? one.work : other.work,
  };
}
