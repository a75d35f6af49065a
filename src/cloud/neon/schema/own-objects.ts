/** Of a query with the namespace `n`: schemas that are the database's own. */
export const IN_OWN_SCHEMA: string = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/** Of a query: not what an extension brought, by its catalog and the column of its id. */
export function notOfExtension(catalog: string, id: string): string {
  return `not exists (select 1 from pg_depend e
    where e.classid = '${catalog}'::regclass and e.objid = ${id} and e.deptype = 'e')`;
}
