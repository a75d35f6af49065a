import type { CreatePolicyStmt, CreateStmt, Node } from 'libpg-query';
import { nodesIn, plainColumn } from '../parse/expressions.ts';
import { defaultIndexName } from '../parse/default-index-name.ts';
import { listName, objectName, relationName, strings } from '../parse/names.ts';
import { toSqlType } from '../parse/sql-type.ts';
import type { Statement } from '../parse/statement.ts';
import { applyCommand, setColumn } from './apply-command.ts';
import { applyRename } from './apply-rename.ts';
import { applySetSchema } from './apply-set-schema.ts';
import { toConstraintState } from './constraint-state.ts';
import type { IndexState, Moment, SchemaHistory, TableState, ViewState } from './schema-history.ts';
import { keyOf } from './schema-history.ts';
import { viewUses } from './view-uses.ts';

/** Writes down what a statement makes, changes and drops. */
export function applyStatement(history: SchemaHistory, statement: Statement, moment: Moment): void {
  const { node } = statement;
  if ('CreateStmt' in node) makeTable(history, node.CreateStmt, moment);
  else if ('CreateTableAsStmt' in node) makeTableAs(history, node, statement, moment);
  else if ('CreateSchemaStmt' in node) makeSchema(history, node, statement, moment);
  else if ('AlterTableStmt' in node) {
    const { relation, cmds = [], objtype } = node.AlterTableStmt;
    if (objtype !== 'OBJECT_TABLE') return;
    const table = tableAt(history, relationName(relation));
    for (const command of cmds) {
      if ('AlterTableCmd' in command) applyCommand(history, table, command.AlterTableCmd, moment);
    }
  } else if ('IndexStmt' in node) makeIndex(history, node, moment);
  else if ('ViewStmt' in node) makeView(history, node, statement, moment);
  else if ('DropStmt' in node) drop(history, node);
  else if ('RenameStmt' in node) applyRename(history, node.RenameStmt);
  else if ('VariableSetStmt' in node) setPath(history, node);
  else if ('AlterObjectSchemaStmt' in node) applySetSchema(history, node.AlterObjectSchemaStmt);
  else if ('CreatePolicyStmt' in node) makePolicy(history, node.CreatePolicyStmt);
  else makeOther(history, node, statement, moment);
}

/** What is known of a table, from now on at least that it is there. */
export function tableAt(history: SchemaHistory, name: TableState['name']): TableState {
  const key = keyOf(history, name);
  const known = history.tables.get(key);
  if (known !== undefined) return known;
  const table: TableState = { ...emptyTable(name), madeIn: null };
  history.tables.set(key, table);
  return table;
}

/** A table without columns, not temporary, not partitioned. */
export function emptyTable(name: TableState['name']): Omit<TableState, 'madeIn'> {
  return {
    name,
    columns: new Map(),
    constraints: new Map(),
    isPerhapsOlder: false,
    isTemporary: false,
    isUnlogged: false,
    isPartitioned: false,
    partitionOf: null,
    isDefaultPartition: false,
    isRowSecured: false,
    policies: new Set(),
  };
}

function makeTable(history: SchemaHistory, create: CreateStmt, madeIn: Moment): void {
  const name = relationName(create.relation);
  const key = keyOf(history, name);
  // IF NOT EXISTS does nothing where the table is known to be there.
  if (create.if_not_exists === true && history.tables.has(key)) return;
  const table: TableState = {
    ...emptyTable(name),
    madeIn,
    isPerhapsOlder: create.if_not_exists === true,
    isTemporary: create.relation?.relpersistence === 't',
    isUnlogged: create.relation?.relpersistence === 'u',
    isPartitioned: create.partspec !== undefined,
    partitionOf: create.partbound === undefined ? null : parentKey(history, create),
    isDefaultPartition: create.partbound?.is_default === true,
  };
  history.tables.set(key, table);
  for (const parent of create.inhRelations ?? []) {
    if (!('RangeVar' in parent)) continue;
    const known = history.tables.get(keyOf(history, relationName(parent.RangeVar)));
    for (const [column, state] of known?.columns ?? []) table.columns.set(column, { ...state, madeIn });
  }
  for (const element of create.tableElts ?? []) {
    if ('ColumnDef' in element) setColumn(table, element.ColumnDef, madeIn);
    if ('TableLikeClause' in element) {
      const known = history.tables.get(keyOf(history, relationName(element.TableLikeClause.relation)));
      for (const [column, state] of known?.columns ?? []) table.columns.set(column, { ...state, madeIn });
    }
    if (!('Constraint' in element)) continue;
    const constraint = toConstraintState(element.Constraint, { table: name.name, column: null }, madeIn);
    if (constraint !== null) table.constraints.set(constraint.name, constraint);
  }
}

function parentKey(history: SchemaHistory, create: CreateStmt): string | null {
  const [parent] = create.inhRelations ?? [];
  return parent !== undefined && 'RangeVar' in parent ? keyOf(history, relationName(parent.RangeVar)) : null;
}

function makeTableAs(
  history: SchemaHistory,
  node: Extract<Node, { CreateTableAsStmt: unknown }>,
  statement: Statement,
  madeIn: Moment,
): void {
  const { into, objtype, query } = node.CreateTableAsStmt;
  const name = relationName(into?.rel);
  if (objtype === 'OBJECT_MATVIEW') {
    const uses = viewUses(history, query);
    history.views.set(keyOf(history, name), toView({ name, isMaterialized: true, uses, madeIn }, statement));
    return;
  }
  const isTemporary = into?.rel?.relpersistence === 't';
  history.tables.set(keyOf(history, name), { ...emptyTable(name), madeIn, isTemporary });
}

function makeSchema(
  history: SchemaHistory,
  node: Extract<Node, { CreateSchemaStmt: unknown }>,
  statement: Statement,
  moment: Moment,
): void {
  const before = history.schema;
  history.schema = node.CreateSchemaStmt.schemaname ?? before;
  for (const element of node.CreateSchemaStmt.schemaElts ?? []) {
    applyStatement(history, { ...statement, node: element }, moment);
  }
  history.schema = before;
}

function makeIndex(
  history: SchemaHistory,
  node: Extract<Node, { IndexStmt: unknown }>,
  madeIn: Moment,
): void {
  const { idxname, relation, indexParams = [], unique, whereClause } = node.IndexStmt;
  const table = relationName(relation);
  const isTaken = (one: string): boolean =>
    history.indexes.has(keyOf(history, { schema: table.schema, name: one }));
  const name = idxname ?? defaultIndexName(node.IndexStmt, table.name, isTaken);
  const names = indexParams.map((param) => ('IndexElem' in param ? (param.IndexElem.name ?? null) : null));
  const columns = names.every((name) => name !== null) ? names : [];
  const index: IndexState = {
    name: { schema: table.schema, name },
    table,
    columns,
    isUnique: unique === true,
    isPartial: whereClause !== undefined,
    madeIn,
  };
  history.indexes.set(keyOf(history, index.name), index);
}

function makeView(
  history: SchemaHistory,
  node: Extract<Node, { ViewStmt: unknown }>,
  statement: Statement,
  madeIn: Moment,
): void {
  const { view, query } = node.ViewStmt;
  const name = relationName(view);
  const uses = viewUses(history, query);
  history.views.set(keyOf(history, name), toView({ name, isMaterialized: false, uses, madeIn }, statement));
}

/** Few are ever asked for their definition. */
function toView(view: Omit<ViewState, 'definition'>, statement: Statement): ViewState {
  return {
    ...view,
    get definition() {
      return definitionOf(statement);
    },
  };
}

/** What stands behind the first AS that is not within parentheses. */
function definitionOf(statement: Statement): string | null {
  let depth = 0;
  for (const token of statement.tokens()) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0 && token.text.toLowerCase() === 'as') return statement.text.slice(token.end).trim();
  }
  return null;
}

function drop(history: SchemaHistory, node: Extract<Node, { DropStmt: unknown }>): void {
  const { objects = [], removeType } = node.DropStmt;
  for (const object of objects) {
    if (removeType === 'OBJECT_POLICY') {
      const words = 'List' in object ? strings(object.List.items) : [];
      const table = { schema: words.at(-3) ?? null, name: words.at(-2) ?? '' };
      history.tables.get(keyOf(history, table))?.policies.delete(words.at(-1) ?? '');
      continue;
    }
    const key = keyOf(history, objectName(object));
    if (removeType === 'OBJECT_TABLE') {
      history.tables.delete(key);
      for (const [name, index] of history.indexes) {
        if (keyOf(history, index.table) === key) history.indexes.delete(name);
      }
    }
    if (removeType === 'OBJECT_INDEX') history.indexes.delete(key);
    if (removeType === 'OBJECT_VIEW' || removeType === 'OBJECT_MATVIEW') history.views.delete(key);
    if (removeType === 'OBJECT_TYPE' || removeType === 'OBJECT_DOMAIN') history.types.delete(key);
    if (removeType === 'OBJECT_FUNCTION') history.functions.delete(key);
  }
}

function makePolicy(history: SchemaHistory, policy: CreatePolicyStmt): void {
  const { table, policy_name: name = '', permissive } = policy;
  if (permissive === true) tableAt(history, relationName(table)).policies.add(name);
}

/** Where names belong from now on. */
function setPath(history: SchemaHistory, node: Extract<Node, { VariableSetStmt: unknown }>): void {
  const { name, args = [] } = node.VariableSetStmt;
  const [first] = args;
  if (first === undefined || name !== 'search_path') return;
  const value = 'A_Const' in first ? (first.A_Const.sval?.sval ?? null) : plainColumn(first);
  if (value !== null && value !== '' && value !== '$user') history.schema = value;
}

function makeOther(history: SchemaHistory, node: Node, statement: Statement, madeIn: Moment): void {
  if ('CreateDomainStmt' in node) {
    const { domainname, typeName, constraints = [] } = node.CreateDomainStmt;
    const isConstrained = constraints.some(
      (one) =>
        'Constraint' in one &&
        (one.Constraint.contype === 'CONSTR_CHECK' || one.Constraint.contype === 'CONSTR_NOTNULL'),
    );
    const defaultValue =
      constraints
        .flatMap((one) => ('Constraint' in one ? [one.Constraint] : []))
        .find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr ?? null;
    const key = keyOf(history, listName(domainname));
    history.types.set(key, {
      kind: 'domain',
      base: toSqlType(typeName),
      isConstrained,
      defaultValue,
      madeIn,
    });
  }
  if (
    'AlterDomainStmt' in node &&
    (node.AlterDomainStmt.subtype === 'C' || node.AlterDomainStmt.subtype === 'O')
  ) {
    const key = keyOf(history, listName(node.AlterDomainStmt.typeName));
    const known = history.types.get(key);
    if (known !== undefined) history.types.set(key, { ...known, isConstrained: true });
  }
  if ('CreateEnumStmt' in node) {
    const key = keyOf(history, listName(node.CreateEnumStmt.typeName));
    history.types.set(key, { kind: 'enum', base: null, isConstrained: false, defaultValue: null, madeIn });
  }
  if ('CompositeTypeStmt' in node) {
    const key = keyOf(history, relationName(node.CompositeTypeStmt.typevar));
    history.types.set(key, {
      kind: 'composite',
      base: null,
      isConstrained: false,
      defaultValue: null,
      madeIn,
    });
  }
  if ('CreateRangeStmt' in node) {
    const key = keyOf(history, listName(node.CreateRangeStmt.typeName));
    history.types.set(key, { kind: 'range', base: null, isConstrained: false, defaultValue: null, madeIn });
  }
  if ('CreateFunctionStmt' in node) {
    const { funcname, options = [] } = node.CreateFunctionStmt;
    const isSteady = [...nodesIn(options)].some(
      (one) =>
        'DefElem' in one &&
        one.DefElem.defname === 'volatility' &&
        strings(one.DefElem.arg === undefined ? [] : [one.DefElem.arg])[0] !== 'volatile',
    );
    history.functions.set(keyOf(history, listName(funcname)), { statement, isVolatile: !isSteady });
  }
}
