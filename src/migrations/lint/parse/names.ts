import type { Node, RangeVar } from 'libpg-query';

/** The name of a table, index, type … */
export interface SqlName {
  /** Null where none is written. */
  readonly schema: string | null;
  readonly name: string;
}

/** The name of what a statement is about. */
export function relationName(relation: RangeVar | undefined): SqlName {
  return { schema: relation?.schemaname ?? null, name: relation?.relname ?? '' };
}

/** A name that stands as a list of its parts. */
export function listName(parts: readonly Node[] | undefined): SqlName {
  const words = strings(parts);
  return { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' };
}

/** The name of an object of `DROP`, `COMMENT` …: a list, or a type. */
export function objectName(object: Node): SqlName {
  if ('List' in object) return listName(object.List.items);
  if ('TypeName' in object) return listName(object.TypeName.names);
  if ('ObjectWithArgs' in object) return listName(object.ObjectWithArgs.objname);
  return listName([object]);
}

/** The words of a list of names. */
export function strings(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** As people say it: `shop.orders`, without quotes. */
export function sayName({ schema, name }: SqlName): string {
  return schema === null ? name : `${schema}.${name}`;
}

/** As SQL has it, quoted where it must be: `shop."Order"`. */
export function sqlName({ schema, name }: SqlName): string {
  return schema === null ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/** As SQL has it, quoted where it must be. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Columns as SQL has them, separated by commas. */
export function sqlColumns(columns: readonly string[]): string {
  return columns.map(quoteName).join(', ');
}

/** `orders_total_check`: a name as Postgres makes one, at most 63 bytes long. */
export function objectNameOf(parts: readonly string[], ending: string): string {
  const suffix = `_${ending}`;
  let stem = parts.join('_');
  while (Buffer.byteLength(stem) + Buffer.byteLength(suffix) > NAME_BYTES_MAX)
    stem = Array.from(stem).slice(0, -1).join('');
  return `${stem}${suffix}`;
}

/** Postgres cuts off what is longer. */
const NAME_BYTES_MAX = 63;

// All keywords of Postgres 18 that cannot be the name of any thing without quotes.
const KEYWORDS: ReadonlySet<string> = new Set(
  `
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean
    both case cast char character check coalesce collate collation column concurrently constraint create
    cross current_catalog current_date current_role current_schema current_time current_timestamp
    current_user dec decimal default deferrable desc distinct do else end except exists extract false
    fetch float for foreign freeze from full grant greatest group grouping having ilike in initially
    inner inout int integer intersect interval into is isnull join json json_array json_arrayagg
    json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar
    none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select session_user setof
    similar smallint some substring symmetric system_user table tablesample then time timestamp to
    trailing treat trim true union unique user using values varchar variadic verbose when where window
    with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
    xmlserialize xmltable
  `
    .trim()
    .split(/\s+/),
);
