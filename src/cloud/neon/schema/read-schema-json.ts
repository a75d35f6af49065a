import type { Client } from 'pg';

const QUERY = `
  select coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname, 'columns', cols.list,
           'constraints', keys.list) order by n.nspname, c.relname), '[]') as tables
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join lateral (
      select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
               'nullable', not a.attnotnull, 'generated', a.attgenerated <> '') order by a.attnum), '[]') as list
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) cols
    cross join lateral (
      select coalesce(json_agg(json_strip_nulls(json_build_object(
               'type', case k.contype when 'p' then 'primary_key' when 'u' then 'unique' else 'foreign_key' end,
               'name', k.conname, 'columns', names(k.conrelid, k.conkey),
               'referenced_table', case when k.contype = 'f' then json_build_object('schema', fn.nspname,
                 'table', f.relname, 'columns', names(k.confrelid, k.confkey)) end)) order by k.conname), '[]') as list
        from pg_constraint k
        left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
       where k.conrelid = c.oid and k.contype in ('p', 'u', 'f')) keys
   where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** The names of columns of a table, in the order of their numbers. */
const names = (table: string, numbers: string): string =>
  `(select json_agg(a.attname order by o.place) from unnest(${numbers}) with ordinality o (num, place)
      join pg_attribute a on a.attrelid = ${table} and a.attnum = o.num)`;

/** The tables of a database with their columns and keys (OpenAPI, `BranchSchemaJSON`). */
export async function readSchemaJson(client: Client): Promise<object> {
  const query = QUERY.replaceAll(/names\(([\w.]+), ([\w.]+)\)/g, (_, table: string, numbers: string) =>
    names(table, numbers),
  );
  const { rows } = await client.query<{ tables: object }>(query);
  return { tables: rows[0]?.tables ?? [] };
}
