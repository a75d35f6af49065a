/** Not of the server itself, nor of sessions. */
export function ours(schema: string): string {
  return `${schema} !~ '^(pg_(catalog|toast|temp|toast_temp)|information_schema)' and ${schema} !~ '^pg_temp_'`;
}

/** A column `grants`: `role privilege`, one each. `kind` as `acldefault` wants it. */
export function grants(acl: string, kind: string, owner: string): string {
  return `(select coalesce(jsonb_agg(g order by g), '[]') from (
      select coalesce(r.rolname, 'public') || ' ' || a.privilege_type as g
      from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a
      left join pg_catalog.pg_roles r on r.oid = a.grantee) as grants)`;
}

/** `schema.name` of a relation, without the quotes that a cast to text would put. */
export function relationOf(oid: string): string {
  return `(select rn.nspname || '.' || rc.relname from pg_catalog.pg_class rc
    join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace where rc.oid = ${oid})`;
}

/** Whether an extension brought it. */
export function isOfExtension(catalog: string, oid: string): string {
  return `exists (select from pg_catalog.pg_depend e where e.classid = '${catalog}'::pg_catalog.regclass
    and e.objid = ${oid} and e.deptype = 'e')`;
}
