/** A condition: an object is of users, and of no extension. */
export function own(catalog: string, schema: string, alias: string): string {
  return `
    ${schema} !~ '^pg_' and ${schema} not in ('information_schema', 'glidepath')
    and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${alias}.oid and d.deptype = 'e'
    )`;
}

/** An expression: `schema.name`, quoted where needed. */
export const NAME = (schema: string, name: string): string =>
  `pg_catalog.quote_ident(${schema}) || '.' || pg_catalog.quote_ident(${name})`;

/** An expression: `with (fillfactor=70)` of a relation `c`; null where it has no options. */
export const OPTIONS =
  "'with (' || (select string_agg(o, ', ' order by o) from unnest(c.reloptions) o) || ')'";
