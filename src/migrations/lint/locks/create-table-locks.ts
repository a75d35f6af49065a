import type { Constraint, CreateStmt, Node } from 'libpg-query';
import type { TableLock } from './table-lock.ts';
import { relationName } from '../parse/names.ts';

/** What CREATE TABLE locks beside the table itself: its parent, and what its foreign keys point to. */
export function createTableLocks(create: CreateStmt): readonly TableLock[] {
  const isPartition = create.partbound !== undefined;
  const parents = (create.inhRelations ?? []).flatMap((node): readonly TableLock[] => {
    if (!('RangeVar' in node)) return [];
    // A default partition is scanned for rows that belong into the new one, but that is another table.
    const lock = isPartition ? 'AccessExclusive' : 'ShareUpdateExclusive';
    return [{ table: relationName(node.RangeVar), lock, work: 'none' }];
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
