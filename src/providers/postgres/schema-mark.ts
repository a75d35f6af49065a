import type { Client } from 'pg';

/*
 * The row of a table or index in pg_class is written anew by whatever changes it (ALTER, CREATE, DROP, TRUNCATE), and
 * not by what only counts: VACUUM and ANALYZE write in place. The tables of tools are left out, which they make first.
 */
const MARK = `
  select coalesce(md5(string_agg(c.oid || ' ' || c.xmin || ' ' || c.relfilenode, ',' order by c.oid)), '') as mark
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and c.relname !~* '(migration|schema_version|schema_history|changelog|alembic_version|goose_db)'`;

/** Differs after anything was committed that changed tables of the user's. */
export async function schemaMark(client: Client): Promise<string> {
  const { rows } = await client.query<Record<string, unknown>>(MARK);
  return String(rows[0]?.['mark']);
}
