import type { AlterTableCmd, ColumnDef, Constraint } from 'libpg-query';
import { columnsIn } from '../parse/expressions.ts';
import { relationName } from '../parse/names.ts';
import { toSqlType } from '../parse/sql-type.ts';
import { toConstraintState } from './constraint-state.ts';
import type {
  ColumnFill,
  ColumnState,
  ConstraintState,
  Moment,
  SchemaHistory,
  TableState,
} from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/** Writes down what one command of an ALTER TABLE changes. */
export function applyCommand(
  history: SchemaHistory,
  table: TableState,
  command: AlterTableCmd,
  madeIn: Moment,
): void {
  const { subtype, def, name = '' } = command;
  if (subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def) {
    const known = table.columns.has(def.ColumnDef.colname ?? '');
    if (command.missing_ok !== true || !known) setColumn(table, def.ColumnDef, madeIn);
  }
  if (subtype === 'AT_AlterColumnType' && def !== undefined && 'ColumnDef' in def) {
    changeColumn(table, name, { type: toSqlType(def.ColumnDef.typeName) });
  }
  if (subtype === 'AT_DropColumn') dropColumn(history, table, name);
  if (subtype === 'AT_ColumnDefault')
    changeColumn(table, name, { fill: def === undefined ? 'nothing' : 'default' });
  if (subtype === 'AT_AddIdentity') changeColumn(table, name, { fill: 'identity' });
  if (subtype === 'AT_DropIdentity' || subtype === 'AT_DropExpression')
    changeColumn(table, name, { fill: 'nothing', computedFrom: [] });
  if (subtype === 'AT_SetNotNull') changeColumn(table, name, { isNotNull: true });
  if (subtype === 'AT_DropNotNull') changeColumn(table, name, { isNotNull: false });
  if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
    const owner = { table: table.name.name, column: null };
    const constraint = toConstraintState(def.Constraint, owner, madeIn);
    if (constraint !== null) addConstraint(history, table, constraint, def.Constraint.indexname ?? null);
  }
  if (subtype === 'AT_ValidateConstraint') {
    const known = table.constraints.get(name);
    if (known === undefined) return;
    table.constraints.set(name, { ...known, isValid: true });
    if (known.kind === 'not-null' && known.provesNotNull !== null) {
      changeColumn(table, known.provesNotNull, { isNotNull: true });
    }
  }
  if (subtype === 'AT_DropConstraint') table.constraints.delete(name);
  if (subtype === 'AT_EnableRowSecurity' || subtype === 'AT_DisableRowSecurity') {
    const isRowSecured = subtype === 'AT_EnableRowSecurity';
    history.tables.set(keyOf(history, table.name), { ...table, isRowSecured });
  }
  if (subtype === 'AT_SetLogged' || subtype === 'AT_SetUnLogged') {
    history.tables.set(keyOf(history, table.name), { ...table, isUnlogged: subtype === 'AT_SetUnLogged' });
  }
  if (subtype === 'AT_AttachPartition' && def !== undefined && 'PartitionCmd' in def) {
    // What is attached is from now on in use through its parent.
    const key = keyOf(history, relationName(def.PartitionCmd.name));
    const partition = history.tables.get(key);
    const partitionOf = keyOf(history, table.name);
    const moment = table.madeIn === null ? null : (partition?.madeIn ?? null);
    if (partition !== undefined)
      history.tables.set(key, {
        ...partition,
        madeIn: moment,
        partitionOf,
        isDefaultPartition: def.PartitionCmd.bound?.is_default === true,
      });
  }
}

function addConstraint(
  history: SchemaHistory,
  table: TableState,
  constraint: ConstraintState,
  indexName: string | null,
): void {
  const index =
    indexName === null
      ? undefined
      : history.indexes.get(keyOf(history, { schema: table.name.schema, name: indexName }));
  const columns = index?.columns ?? constraint.columns;
  table.constraints.set(constraint.name, { ...constraint, columns });
  const proves = constraint.kind === 'primary-key' ? columns : [];
  for (const column of proves) changeColumn(table, column, { isNotNull: true });
  if (constraint.kind === 'not-null' && constraint.isValid && constraint.provesNotNull !== null) {
    changeColumn(table, constraint.provesNotNull, { isNotNull: true });
  }
}

/** Writes down a column with the constraints that stand in its definition. */
export function setColumn(table: TableState, definition: ColumnDef, madeIn: Moment): void {
  const column = definition.colname ?? '';
  const type = toSqlType(definition.typeName);
  let isNotNull = type !== null && type.name.includes('serial');
  for (const node of definition.constraints ?? []) {
    if (!('Constraint' in node)) continue;
    const { contype } = node.Constraint;
    if (contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_IDENTITY') {
      isNotNull = true;
    }
    if (contype === 'CONSTR_NOTNULL') continue;
    const constraint = toConstraintState(node.Constraint, { table: table.name.name, column }, madeIn);
    if (constraint !== null) table.constraints.set(constraint.name, constraint);
  }
  const plain = plainSerial(type);
  const generated = constraintIn(definition, 'CONSTR_GENERATED');
  table.columns.set(column, {
    type: plain,
    isNotNull,
    fill: plain === type ? fillOf(definition) : 'serial',
    computedFrom: generated === undefined ? [] : columnsIn(generated.raw_expr),
    madeIn,
  });
}

function constraintIn(definition: ColumnDef, type: Constraint['contype']): Constraint | undefined {
  return (definition.constraints ?? [])
    .flatMap((node) => ('Constraint' in node ? [node.Constraint] : []))
    .find(({ contype }) => contype === type);
}

function fillOf(definition: ColumnDef): ColumnFill {
  const generated = constraintIn(definition, 'CONSTR_GENERATED');
  if (generated !== undefined) return generated.generated_kind === 'v' ? 'virtual' : 'generated';
  if (constraintIn(definition, 'CONSTR_IDENTITY') !== undefined) return 'identity';
  return constraintIn(definition, 'CONSTR_DEFAULT') === undefined ? 'nothing' : 'default';
}

const SERIAL_TYPES: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};

function plainSerial(type: ReturnType<typeof toSqlType>): ReturnType<typeof toSqlType> {
  const plain = type === null || type.schema !== null ? undefined : SERIAL_TYPES[type.name];
  return type === null || plain === undefined ? type : { ...type, name: plain };
}

function changeColumn(
  table: TableState,
  column: string,
  change: Partial<Pick<ColumnState, 'type' | 'isNotNull' | 'fill' | 'computedFrom'>>,
): void {
  const known = table.columns.get(column) ?? {
    type: null,
    isNotNull: false,
    fill: null,
    computedFrom: [],
    madeIn: null,
  };
  table.columns.set(column, { ...known, ...change });
}

function dropColumn(history: SchemaHistory, table: TableState, column: string): void {
  table.columns.delete(column);
  for (const [name, constraint] of table.constraints) {
    if (constraint.columns.includes(column)) table.constraints.delete(name);
  }
  const key = keyOf(history, table.name);
  for (const [name, index] of history.indexes) {
    if (keyOf(history, index.table) === key && index.columns.includes(column)) history.indexes.delete(name);
  }
}
