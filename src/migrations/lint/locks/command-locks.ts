import type { AlterTableCmd, AlterTableType, ColumnDef, Constraint } from 'libpg-query';
import { describeColumn, isFilled } from '../history/added-column.ts';
import { defaultPartitionOf, keyOf } from '../history/schema-history.ts';
import { mayBeIndexed, typeChangeCost } from '../history/type-change.ts';
import type { LockMode } from '../finding.ts';
import type { LockKnowledge, TableLock } from './table-lock.ts';
import type { SqlName } from '../parse/names.ts';
import { relationName } from '../parse/names.ts';

// Commands that do the same whatever they name: under the lock there is no work.
const WEAKER: Partial<Record<AlterTableType, LockMode>> = {
  AT_SetStatistics: 'ShareUpdateExclusive',
  AT_SetOptions: 'ShareUpdateExclusive',
  AT_ResetOptions: 'ShareUpdateExclusive',
  AT_SetRelOptions: 'ShareUpdateExclusive',
  AT_ResetRelOptions: 'ShareUpdateExclusive',
  AT_ReplaceRelOptions: 'ShareUpdateExclusive',
  AT_ClusterOn: 'ShareUpdateExclusive',
  AT_DropCluster: 'ShareUpdateExclusive',
  AT_EnableTrig: 'ShareRowExclusive',
  AT_EnableAlwaysTrig: 'ShareRowExclusive',
  AT_EnableReplicaTrig: 'ShareRowExclusive',
  AT_EnableTrigAll: 'ShareRowExclusive',
  AT_EnableTrigUser: 'ShareRowExclusive',
  AT_DisableTrig: 'ShareRowExclusive',
  AT_DisableTrigAll: 'ShareRowExclusive',
  AT_DisableTrigUser: 'ShareRowExclusive',
};

const REWRITES: ReadonlySet<AlterTableType | undefined> = new Set<AlterTableType>([
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetExpression',
  'AT_SetAccessMethod',
  'AT_SetTableSpace',
]);

/** What one command of an ALTER TABLE locks. */
export function commandLocks(
  command: AlterTableCmd,
  table: SqlName,
  knowledge: LockKnowledge,
): readonly TableLock[] {
  const { subtype, def, name = '' } = command;
  if (subtype === undefined) return [];
  if (subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def) {
    return addColumnLocks(def.ColumnDef, table, knowledge);
  }
  if (subtype === 'AT_AlterColumnType' && def !== undefined && 'ColumnDef' in def) {
    return typeLocks({ column: name, definition: def.ColumnDef }, table, knowledge);
  }
  if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
    return constraintLocks(def.Constraint, table, knowledge);
  }
  if (subtype === 'AT_SetNotNull') {
    const work = isProvedNotNull(table, name, knowledge) ? 'none' : 'scan';
    return [{ table, lock: 'AccessExclusive', work }];
  }
  if (subtype === 'AT_ValidateConstraint') return validateLocks(name, table, knowledge);
  if (subtype === 'AT_DropConstraint') return dropConstraintLocks(name, table, knowledge);
  if ((subtype === 'AT_AttachPartition' || subtype === 'AT_DetachPartition') && def !== undefined) {
    return 'PartitionCmd' in def
      ? partitionLocks(command, { partition: relationName(def.PartitionCmd.name), parent: table }, knowledge)
      : [];
  }
  const known = knowledge.history.tables.get(keyOf(knowledge.history, table))?.columns.get(name);
  const isFree = subtype === 'AT_SetExpression' && known?.fill === 'virtual';
  const work = REWRITES.has(subtype) && !isFree ? 'rewrite' : 'none';
  return [{ table, lock: WEAKER[subtype] ?? 'AccessExclusive', work }];
}

function addColumnLocks(
  definition: ColumnDef,
  table: SqlName,
  { history, postgresVersion }: LockKnowledge,
): readonly TableLock[] {
  const column = describeColumn(definition, history, postgresVersion);
  const has = (type: Constraint['contype']) => column.constraints.some(({ contype }) => contype === type);
  const isIndexed = has('CONSTR_UNIQUE') || has('CONSTR_PRIMARY');
  const isScanned = column.isRequired || has('CONSTR_CHECK') || (has('CONSTR_FOREIGN') && isFilled(column));
  const work = column.rewrite !== null ? 'rewrite' : isIndexed ? 'index-build' : isScanned ? 'scan' : 'none';
  const lookup = isFilled(column) ? 'scan' : 'none';
  return [
    { table, lock: 'AccessExclusive', work },
    ...column.constraints.flatMap(({ contype, pktable }): readonly TableLock[] =>
      contype === 'CONSTR_FOREIGN'
        ? [{ table: relationName(pktable), lock: 'ShareRowExclusive', work: lookup }]
        : [],
    ),
  ];
}

function typeLocks(
  { column, definition }: { readonly column: string; readonly definition: ColumnDef },
  table: SqlName,
  { history }: LockKnowledge,
): readonly TableLock[] {
  const known = history.tables.get(keyOf(history, table));
  const from = known?.columns.get(column)?.type ?? null;
  const cost = typeChangeCost({ column, from, definition }, history);
  const isIndexed = cost === 'reindex' && mayBeIndexed({ table, column }, history);
  const work =
    cost === 'reindex' ? (isIndexed ? 'index-build' : 'none') : cost === 'free' ? 'none' : 'rewrite';
  // What the column points to is looked up again, unless it never was.
  const isLookedUp =
    cost !== 'free' &&
    cost !== 'reindex' &&
    [...(known?.constraints.values() ?? [])].some(
      ({ kind, isValid, columns }) => kind === 'foreign-key' && isValid && columns.includes(column),
    );
  return [
    { table, lock: 'AccessExclusive', work },
    ...referencedBy(table, column, { history }).map((other): TableLock => {
      return { table: other, lock: 'AccessExclusive', work: isLookedUp ? 'scan' : 'none' };
    }),
  ];
}

/** The tables that the foreign keys of a table point to; of one column: those that it is part of. */
export function referencedBy(
  table: SqlName,
  column: string | null,
  { history }: Pick<LockKnowledge, 'history'>,
): readonly SqlName[] {
  const key = keyOf(history, table);
  const constraints = history.tables.get(key)?.constraints.values() ?? [];
  return [...constraints].flatMap(({ columns, references }) => {
    if (references === null || keyOf(history, references) === key) return [];
    return column === null || columns.includes(column) ? [references] : [];
  });
}

function constraintLocks(
  constraint: Constraint,
  table: SqlName,
  { history }: LockKnowledge,
): readonly TableLock[] {
  const { contype, indexname, skip_validation: isNotValid = false, is_enforced: isEnforced } = constraint;
  if (contype === 'CONSTR_FOREIGN') {
    const work = isNotValid || isEnforced !== true ? 'none' : 'scan';
    return [
      { table, lock: 'ShareRowExclusive', work },
      { table: relationName(constraint.pktable), lock: 'ShareRowExclusive', work },
    ];
  }
  const isIndex =
    contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_EXCLUSION';
  if (isIndex && indexname === undefined) return [{ table, lock: 'AccessExclusive', work: 'index-build' }];
  if (contype === 'CONSTR_PRIMARY') {
    const index = history.indexes.get(keyOf(history, { schema: table.schema, name: indexname ?? '' }));
    const columns = index?.columns ?? [];
    const isProved =
      columns.length > 0 && columns.every((column) => isProvedNotNull(table, column, { history }));
    return [{ table, lock: 'AccessExclusive', work: isProved ? 'none' : 'scan' }];
  }
  const isScanned =
    !isNotValid && (contype === 'CONSTR_CHECK' ? isEnforced === true : contype === 'CONSTR_NOTNULL');
  return [{ table, lock: 'AccessExclusive', work: isScanned ? 'scan' : 'none' }];
}

/** Whether Postgres would know without a look at the rows that a column has no NULL in it (12 and later). */
export function isProvedNotNull(
  table: SqlName,
  column: string,
  { history }: Pick<LockKnowledge, 'history'>,
): boolean {
  const known = history.tables.get(keyOf(history, table));
  if (known?.columns.get(column)?.isNotNull === true) return true;
  const constraints = [...(known?.constraints.values() ?? [])];
  return constraints.some(({ provesNotNull, isValid }) => provesNotNull === column && isValid);
}

function validateLocks(name: string, table: SqlName, { history }: LockKnowledge): readonly TableLock[] {
  const constraint = history.tables.get(keyOf(history, table))?.constraints.get(name);
  const own: TableLock = { table, lock: 'ShareUpdateExclusive', work: 'scan' };
  if (constraint === undefined || constraint.references === null) return [own];
  return [own, { table: constraint.references, lock: 'RowShare', work: 'scan' }];
}

function dropConstraintLocks(name: string, table: SqlName, { history }: LockKnowledge): readonly TableLock[] {
  const references = history.tables.get(keyOf(history, table))?.constraints.get(name)?.references ?? null;
  const own: TableLock = { table, lock: 'AccessExclusive', work: 'none' };
  return references === null ? [own] : [own, { table: references, lock: 'AccessExclusive', work: 'none' }];
}

function partitionLocks(
  command: AlterTableCmd,
  { partition, parent }: { readonly partition: SqlName; readonly parent: SqlName },
  { history }: LockKnowledge,
): readonly TableLock[] {
  const rest = defaultPartitionOf(history, parent)?.name;
  if (command.subtype === 'AT_AttachPartition') {
    return [
      { table: parent, lock: 'ShareUpdateExclusive', work: 'none' },
      { table: partition, lock: 'AccessExclusive', work: 'scan' },
      // It may have rows that belong into the new one.
      ...(rest === undefined ? [] : [{ table: rest, lock: 'AccessExclusive', work: 'scan' } as const]),
    ];
  }
  const isConcurrent =
    command.def !== undefined &&
    'PartitionCmd' in command.def &&
    command.def.PartitionCmd.concurrent === true;
  return [
    { table: parent, lock: isConcurrent ? 'ShareUpdateExclusive' : 'AccessExclusive', work: 'none' },
    { table: partition, lock: 'AccessExclusive', work: 'none' },
    ...(rest === undefined ? [] : [{ table: rest, lock: 'AccessExclusive', work: 'none' } as const]),
  ];
}
