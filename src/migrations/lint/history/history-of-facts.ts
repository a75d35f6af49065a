import type { LintSettings } from '../lint-input.ts';
import { isParsed } from '../parse/parse-sql.ts';
import type { SqlName } from '../parse/names.ts';
import type { SqlParser } from '../parse/sql-parser.ts';
import type { SqlType } from '../parse/sql-type.ts';
import { toSqlType } from '../parse/sql-type.ts';
import type { ColumnFacts, TableFacts } from '../finding.ts';
import { emptyTable } from './apply-statement.ts';
import type { ColumnState, ConstraintState, SchemaHistory } from './schema-history.ts';
import { emptyHistory, keyOf } from './schema-history.ts';

/** What is there before the first statement, as far as the server was asked. */
export function historyOfFacts(settings: LintSettings, parser: SqlParser): SchemaHistory {
  const history = emptyHistory(homesOf(settings));
  for (const [key, facts] of Object.entries(settings.tables)) {
    if (facts.exists) addTable(history, toName(key), facts, parser);
  }
  return history;
}

/** The schema of each name that is in but one schema. */
function homesOf(settings: LintSettings): ReadonlyMap<string, string> {
  const homes = new Map<string, string | null>();
  const add = (schema: string | null, name: string): void => {
    const other = homes.get(name);
    homes.set(name, other === undefined || other === schema ? schema : null);
  };
  for (const [key, { exists, indexes = {}, views = [] }] of Object.entries(settings.tables)) {
    if (!exists) continue;
    const { schema, name } = toName(key);
    add(schema, name);
    for (const index of Object.keys(indexes)) add(schema, index);
    for (const view of views) add(toName(view.name).schema, toName(view.name).name);
  }
  return new Map([...homes].flatMap(([name, schema]) => (schema === null ? [] : [[name, schema]])));
}

function addTable(history: SchemaHistory, name: SqlName, facts: TableFacts, parser: SqlParser): void {
  const columns = Object.entries(facts.columns ?? {}).map(
    ([column, state]) => [column, toColumn(state, parser)] as const,
  );
  const constraints = (facts.foreignKeys ?? []).map((key): readonly [string, ConstraintState] => [
    key.name,
    {
      name: key.name,
      kind: 'foreign-key',
      columns: key.columns,
      isValid: true,
      provesNotNull: null,
      references: toName(key.references),
      expression: null,
      madeIn: null,
    },
  ]);
  history.tables.set(keyOf(history, name), {
    ...emptyTable(name),
    madeIn: null,
    columns: new Map(columns),
    constraints: new Map(constraints),
  });
  for (const [index, { columns: indexed, isUnique }] of Object.entries(facts.indexes ?? {})) {
    const indexName = { schema: name.schema, name: index };
    history.indexes.set(keyOf(history, indexName), {
      name: indexName,
      table: name,
      columns: indexed,
      isUnique,
      isPartial: false,
      madeIn: null,
    });
  }
  for (const view of facts.views ?? []) {
    const viewName = toName(view.name);
    const uses = new Map(history.views.get(keyOf(history, viewName))?.uses);
    uses.set(keyOf(history, name), new Set(view.columns));
    history.views.set(keyOf(history, viewName), {
      name: viewName,
      isMaterialized: view.isMaterialized,
      definition: view.definition,
      uses,
      madeIn: null,
    });
  }
}

/** Of `shop.orders`. */
function toName(key: string): SqlName {
  const dot = key.indexOf('.');
  return dot === -1 ? { schema: null, name: key } : { schema: key.slice(0, dot), name: key.slice(dot + 1) };
}

function toColumn({ type, isNotNull }: ColumnFacts, parser: SqlParser): ColumnState {
  return { type: typeNamed(type, parser), isNotNull, fill: null, computedFrom: [], madeIn: null };
}

/** The type that the server calls so: `character varying(20)`. */
function typeNamed(type: string, parser: SqlParser): SqlType | null {
  const parsed = parser.parse(`SELECT NULL::${type}`);
  const node = isParsed(parsed) ? parsed[0]?.stmt : undefined;
  if (node === undefined || !('SelectStmt' in node)) return null;
  const [target] = node.SelectStmt.targetList ?? [];
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  return value !== undefined && 'TypeCast' in value ? toSqlType(value.TypeCast.typeName) : null;
}
