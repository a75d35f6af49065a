import type { TypeName } from 'libpg-query';
import { strings } from './names.ts';
import { quoteName } from './names.ts';

/** A type of a column. */
export interface SqlType {
  /** Null for those that Postgres brings. */
  readonly schema: string | null;
  /** As Postgres calls it inside: `int4`, `varchar`, `timestamptz`. */
  readonly name: string;
  /** Of `numeric(10,2)`: 10 and 2. */
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

/** The type that a tree names. */
export function toSqlType(type: TypeName | undefined): SqlType | null {
  if (type === undefined) return null;
  const words = strings(type.names);
  const name = words.at(-1) ?? '';
  const schema = words.length > 1 && words[0] !== 'pg_catalog' ? (words.at(-2) ?? null) : null;
  const modifiers = (type.typmods ?? []).flatMap((node) =>
    'A_Const' in node && node.A_Const.ival !== undefined ? [node.A_Const.ival.ival ?? 0] : [],
  );
  return { schema, name, modifiers, isArray: type.arrayBounds !== undefined };
}

const SPOKEN: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  bpchar: 'char',
};

/** As SQL has it: `varchar(20)`, `shop.status[]`. */
export function sayType(type: SqlType): string {
  const { schema, name, modifiers, isArray } = type;
  const spoken = SPOKEN[name] ?? (PLAIN.has(name) ? name : quoteName(name));
  const base = schema === null ? spoken : `${quoteName(schema)}.${quoteName(name)}`;
  // The modifiers of an interval are bits of a mask, not what was written.
  const length = modifiers.length === 0 || name === 'interval' ? '' : `(${modifiers.join(',')})`;
  return `${base}${length}${isArray ? '[]' : ''}`;
}

// Types of Postgres' own whose names are keywords: they are written without quotes.
const PLAIN: ReadonlySet<string> = new Set([
  'varchar',
  'numeric',
  'bit',
  'time',
  'timestamp',
  'interval',
  'json',
]);

/** Whether the two are the same type, whatever their lengths. */
export function isSameBase(one: SqlType, other: SqlType): boolean {
  return one.schema === other.schema && one.name === other.name && one.isArray === other.isArray;
}
