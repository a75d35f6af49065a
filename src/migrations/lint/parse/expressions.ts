import type { Node } from 'libpg-query';
import { strings } from './names.ts';
import type { SchemaHistory } from '../history/schema-history.ts';
import { keyOf } from '../history/schema-history.ts';

/** Every node under a node, itself first. */
export function* nodesIn(node: unknown): Iterable<Node> {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const one of node) yield* nodesIn(one);
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    // The names of kinds of nodes begin with a capital letter, those of their fields do not.
    if (/^[A-Z]/.test(key)) yield { [key]: value } as unknown as Node;
    yield* nodesIn(value);
  }
}

/** Functions of Postgres whose result stays the same for all rows of a statement, of those that stand in defaults. */
const STEADY_FUNCTIONS: ReadonlySet<string> = new Set(
  `
    now transaction_timestamp statement_timestamp lower upper initcap md5 sha224 sha256 sha384 sha512 encode decode
    length char_length octet_length concat concat_ws format left right lpad rpad ltrim rtrim btrim trim replace
    translate substr substring split_part regexp_replace repeat reverse to_char to_date to_timestamp to_number date_trunc
    date_part extract make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours
    justify_interval age timezone abs ceil ceiling floor round trunc sign sqrt power mod greatest least div
    array_append array_cat array_fill array_length array_prepend array_to_string string_to_array cardinality
    jsonb_build_object jsonb_build_array json_build_object json_build_array to_json to_jsonb jsonb_set hstore
    current_setting current_schema current_database session_user current_user to_tsvector to_tsquery tsvector
    int4range int8range numrange tsrange tstzrange daterange inet_client_addr pg_backend_pid version quote_ident
    quote_literal chr ascii bit_length point box polygon circle lseg path row_to_json jsonb_object json_object
    uuid_nil uuid_ns_dns uuid_ns_url like_escape coalesce nullif
  `
    .trim()
    .split(/\s+/),
);

/**
 * The function in an expression that gives each row a result of its own; null where there is none. A function that
 * nobody knows is taken for volatile, as `CREATE FUNCTION` makes it.
 */
export function volatileFunction(expression: Node, history: SchemaHistory): string | null {
  for (const node of nodesIn(expression)) {
    if (!('FuncCall' in node)) continue;
    const words = strings(node.FuncCall.funcname);
    const name = words.at(-1) ?? '';
    const schema = words.length > 1 ? (words[0] ?? null) : null;
    if ((schema === null || schema === 'pg_catalog') && STEADY_FUNCTIONS.has(name)) continue;
    const made = history.functions.get(keyOf(history, { schema, name }));
    if (made === undefined || made.isVolatile) return name;
  }
  return null;
}

/** The column that an expression says is not null, and nothing else; null: it says something else. */
export function columnNotNull(expression: Node | undefined): string | null {
  if (expression === undefined || !('NullTest' in expression)) return null;
  const { arg, nulltesttype } = expression.NullTest;
  return nulltesttype === 'IS_NOT_NULL' && arg !== undefined ? plainColumn(arg) : null;
}

/** The name of the column that an expression is, and nothing more. */
export function plainColumn(expression: Node): string | null {
  if (!('ColumnRef' in expression)) return null;
  return strings(expression.ColumnRef.fields).at(-1) ?? null;
}

/** The columns that an expression names. */
export function columnsIn(expression: unknown): readonly string[] {
  const columns = [...nodesIn(expression)].flatMap((node) =>
    'ColumnRef' in node ? [strings(node.ColumnRef.fields).at(-1) ?? ''] : [],
  );
  return [...new Set(columns)];
}

/** Whether an expression is NULL, perhaps cast. */
export function isNull(expression: Node): boolean {
  if ('TypeCast' in expression) {
    return expression.TypeCast.arg !== undefined && isNull(expression.TypeCast.arg);
  }
  return 'A_Const' in expression && expression.A_Const.isnull === true;
}
