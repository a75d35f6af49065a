import type { Constraint, CreateStmt, Node } from 'libpg-query';
import { defaultPartitionOf } from '../history/schema-history.ts';
import type { LockKnowledge, TableLock } from './table-lock.ts';
import { relationName } from '../parse/names.ts';

/** What CREATE TABLE locks beside the table itself: its parent, and what its foreign keys point to. */
export function createTableLocks(create: CreateStmt, { history }: LockKnowledge): readonly TableLock[] {
  const isPartition = create.partbound !== undefined;
  const parents = (create.inhRelations ?? []).flatMap((node): readonly TableLock[] => {
    if (!('RangeVar' in node)) return [];
    const table = relationName(node.RangeVar);
    const lock = isPartition ? 'AccessExclusive' : 'ShareUpdateExclusive';
    const rest = isPartition ? defaultPartitionOf(history, table) : null;
    return [
      { table, lock, work: 'none' },
      // It may have rows that belong into the new one.
      ...(rest === null ? [] : [{ table: rest.name, lock: 'AccessExclusive', work: 'scan' } as const]),
    ];
  });
  const referenced = tableConstraints(create).flatMap(({ contype, pktable }): readonly TableLock[] =>
    contype === 'CONSTR_FOREIGN'
      ? [{ table: relationName(pktable), lock: 'ShareRowExclusive', work: 'none' }]
      : [],
  );
  const own = relationName(create.relation);
  return [...parents, ...referenced].filter(
    ({ table }) => table.name !== own.name || table.schema !== own.schema,
  );
}

/** All constraints of a new table: its own and those of its columns. */
export function tableConstraints(create: CreateStmt): readonly Constraint[] {
  return (create.tableElts ?? []).flatMap((element) => {
    if ('Constraint' in element) return [element.Constraint];
    return 'ColumnDef' in element ? constraintsIn(element.ColumnDef.constraints) : [];
  });
}

function constraintsIn(nodes: readonly Node[] | undefined): readonly Constraint[] {
  return (nodes ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}
