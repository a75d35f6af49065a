import type { ColumnDef } from 'libpg-query';
import { plainColumn } from '../parse/expressions.ts';
import type { SqlName } from '../parse/names.ts';
import type { SqlType } from '../parse/sql-type.ts';
import { isSameBase, toSqlType } from '../parse/sql-type.ts';
import type { SchemaHistory } from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/** What changing the type of a column does to the table. */
export type TypeChangeCost =
  /** Only the catalog changes. */
  | 'free'
  /** Every row and every index is written anew. */
  | 'rewrite'
  /** The rows stay as they are, and indexes over the column are built anew: another collation. */
  | 'reindex'
  /** Free if the session's time zone is UTC, which nothing says. */
  | 'free-in-utc'
  /** The type that the column has is not known, and from some it would be free. */
  | 'unknown';

/** What it costs to change a column from one type (null: unknown) to another. */
export function typeChangeCost(
  change: { readonly column: string; readonly from: SqlType | null; readonly definition: ColumnDef },
  history: SchemaHistory,
): TypeChangeCost {
  const to = toSqlType(change.definition.typeName);
  if (to === null || !isPlainUsing(change.column, change.definition)) return 'rewrite';
  const target = withoutDomain(to, history);
  // Whether the values fit the domain is looked up in every row.
  if (target === 'constrained') return 'rewrite';
  if (change.from === null) return isOftenFree(target) ? 'unknown' : 'rewrite';
  const cost = costBetween(belowDomain(change.from, history), target, history.timezone);
  return cost === 'free' && change.definition.collClause !== undefined ? 'reindex' : cost;
}

/** Whether the new value is but the old one: no `USING`, or one that says so. */
function isPlainUsing(column: string, { raw_default: using, typeName }: ColumnDef): boolean {
  if (using === undefined) return true;
  if (!('TypeCast' in using)) return plainColumn(using) === column;
  const { arg, typeName: cast } = using.TypeCast;
  const [one, other] = [toSqlType(cast), toSqlType(typeName)];
  return (
    arg !== undefined &&
    plainColumn(arg) === column &&
    one !== null &&
    other !== null &&
    isSameBase(one, other) &&
    one.modifiers.join() === other.modifiers.join()
  );
}

/** The type as which it is kept; none where the values must be looked at to know that they may be. */
function withoutDomain(type: SqlType, history: SchemaHistory): SqlType | 'constrained' {
  const known = history.types.get(keyOf(history, type));
  return known?.kind === 'domain' && known.isConstrained ? 'constrained' : belowDomain(type, history);
}

/** A domain is kept as the type below it. */
function belowDomain(type: SqlType, history: SchemaHistory): SqlType {
  const known = history.types.get(keyOf(history, type));
  return known?.kind === 'domain' && !type.isArray ? (known.base ?? type) : type;
}

const TIMES: ReadonlySet<string> = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval']);
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar']);

/** The same bytes (pg_cast, castmethod b): read as the other type they need no change. */
const BINARY_COERCIBLE: ReadonlySet<string> = new Set([
  'cidr inet',
  'xml text',
  'xml varchar',
  'int4 oid',
  'oid int4',
]);

function isOftenFree(to: SqlType): boolean {
  return (
    !to.isArray && to.schema === null && (TEXTS.has(to.name) || to.name === 'numeric' || TIMES.has(to.name))
  );
}

function costBetween(from: SqlType, to: SqlType, timezone: string | null): TypeChangeCost {
  if (isSameBase(from, to) && from.modifiers.join() === to.modifiers.join()) return 'free';
  if (from.isArray || to.isArray || from.schema !== null || to.schema !== null) return 'rewrite';
  if (TEXTS.has(from.name) && TEXTS.has(to.name)) return isAtLeast(from, to) ? 'free' : 'rewrite';
  if (isStampPair(from, to)) {
    if (!isAtLeast(from, to)) return 'rewrite';
    return timezone === null ? 'free-in-utc' : isUtc(timezone) ? 'free' : 'rewrite';
  }
  if (to.modifiers.length === 0 && BINARY_COERCIBLE.has(`${from.name} ${to.name}`)) return 'free';
  if (from.name !== to.name) return 'rewrite';
  // The modifiers of an interval are a mask and a precision.
  if (from.name === 'interval' && to.modifiers.length === 0) return 'free';
  if (from.name === 'numeric') return isWiderNumeric(from, to) ? 'free' : 'rewrite';
  if (from.name === 'varbit' || (TIMES.has(from.name) && from.name !== 'interval')) {
    return isAtLeast(from, to) ? 'free' : 'rewrite';
  }
  return 'rewrite';
}

function isStampPair(from: SqlType, to: SqlType): boolean {
  const names = [from.name, to.name];
  return names.includes('timestamp') && names.includes('timestamptz');
}

/** Whether the second allows at least the length or precision that the first one does. */
function isAtLeast(from: SqlType, to: SqlType): boolean {
  const [had] = from.modifiers;
  const [gets] = to.modifiers;
  if (gets === undefined) return true;
  if (TIMES.has(to.name) && gets >= TIME_DIGITS_MAX) return true;
  return had !== undefined && had <= gets;
}

/** Postgres keeps microseconds: `timestamp(6)` is `timestamp`. */
const TIME_DIGITS_MAX = 6;

function isWiderNumeric(from: SqlType, to: SqlType): boolean {
  const [precision, scale = 0] = to.modifiers;
  if (precision === undefined) return true;
  const [had, hadScale = 0] = from.modifiers;
  return had !== undefined && had <= precision && hadScale === scale;
}

function isUtc(timezone: string): boolean {
  return /^(utc|gmt|etc\/utc|etc\/gmt|z|zulu|universal|0|\+00|\+00:00)$/i.test(timezone);
}

/** Whether an index may have a column in it, as far as is known. */
export function mayBeIndexed(
  { table, column }: { readonly table: SqlName; readonly column: string },
  history: SchemaHistory,
): boolean {
  const key = keyOf(history, table);
  const known = history.tables.get(key);
  if (known === undefined || known.madeIn === null) return true;
  const isKey = [...known.constraints.values()].some(
    ({ kind, columns }) => ['primary-key', 'unique', 'exclusion'].includes(kind) && columns.includes(column),
  );
  // None are known of an index over expressions.
  return (
    isKey ||
    [...history.indexes.values()].some(
      (index) =>
        keyOf(history, index.table) === key && (index.columns.length === 0 || index.columns.includes(column)),
    )
  );
}
