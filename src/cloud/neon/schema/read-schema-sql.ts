import type { Client } from 'pg';
import { ATTACHED_QUERIES } from './attached-queries.ts';
import { RELATION_QUERIES } from './relation-queries.ts';
import { ROUTINE_QUERIES } from './routine-queries.ts';
import { sortObjects } from './sort-objects.ts';
import type { SchemaNeed, SchemaObject } from './sort-objects.ts';

/** Names are written with their schema, and functions may name what comes after them. */
const HEAD = `SET check_function_bodies = false;
SELECT pg_catalog.set_config('search_path', '', false);
`;

/** Who needs whom, by the catalog: parts of a table, a view or a type stand for it. */
const NEEDS = `
  with part (class, oid, owner_class, owner_oid) as (
    select 'pg_attrdef'::regclass::oid, oid, 'pg_class'::regclass::oid, adrelid from pg_attrdef
    union all
    select 'pg_rewrite'::regclass::oid, oid, 'pg_class'::regclass::oid, ev_class from pg_rewrite where rulename = '_RETURN'
    union all
    select 'pg_constraint'::regclass::oid, oid, 'pg_class'::regclass::oid, conrelid
      from pg_constraint where contype in ('c', 'n') and conrelid <> 0 and convalidated
    union all
    select 'pg_constraint'::regclass::oid, oid, 'pg_type'::regclass::oid, contypid from pg_constraint where contypid <> 0
    union all
    select 'pg_type'::regclass::oid, t.oid, 'pg_class'::regclass::oid, c.oid
      from pg_type t join pg_class c on c.oid = t.typrelid where c.relkind <> 'c'
    union all
    select 'pg_class'::regclass::oid, c.oid, 'pg_type'::regclass::oid, c.reltype from pg_class c where c.relkind = 'c'
    union all
    select 'pg_type'::regclass::oid, t.oid,
           case when e.typrelid <> 0 and c.relkind <> 'c' then 'pg_class'::regclass::oid else 'pg_type'::regclass::oid end,
           case when e.typrelid <> 0 and c.relkind <> 'c' then c.oid else e.oid end
      from pg_type t join pg_type e on e.typarray = t.oid left join pg_class c on c.oid = e.typrelid
    union all
    select 'pg_class'::regclass::oid, conindid, 'pg_constraint'::regclass::oid, oid
      from pg_constraint where contype in ('p', 'u', 'x')
  )
  select distinct coalesce(a.owner_class, d.classid) || ':' || coalesce(a.owner_oid, d.objid) as key,
         coalesce(b.owner_class, d.refclassid) || ':' || coalesce(b.owner_oid, d.refobjid) as needs
    from pg_depend d
    left join part a on a.class = d.classid and a.oid = d.objid
    left join part b on b.class = d.refclassid and b.oid = d.refobjid
   where d.deptype in ('n', 'a', 'P', 'S')
     and not (d.classid = 'pg_class'::regclass and d.deptype = 'a'
              and exists (select 1 from pg_class s where s.oid = d.objid and s.relkind = 'S'))`;

/** Comments of what is written; `pg_identify_object` names things as COMMENT wants them, except where it is put right. */
const COMMENTS = `
  select i.type, i.identity, d.description as text, d.classoid || ':' || d.objoid as key
    from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i`;

interface ObjectRow {
  readonly class: number;
  readonly oid: number;
  readonly phase: number;
  readonly name: string;
  readonly sql: string;
  /** Of class 0: ids of the tables that it needs. */
  readonly tables?: readonly number[];
}

/**
 * The statements that make the schema of a database, in an order in which they can be run on an empty one. The same schema
 * gives the same text. Without owners, privileges, foreign tables, publications, casts, operators and text search.
 */
export async function readSchemaSql(client: Client): Promise<string> {
  await client.query('begin isolation level repeatable read read only');
  try {
    await client.query("select pg_catalog.set_config('search_path', '', true)");
    const relations = await client.query<{ id: number }>(`select 'pg_class'::regclass::oid as id`);
    const pgClass = relations.rows[0]?.id ?? 0;
    const objects: SchemaObject[] = [];
    const { rows: needs } = await client.query<SchemaNeed>(NEEDS);
    for (const query of [...RELATION_QUERIES, ...ROUTINE_QUERIES, ...ATTACHED_QUERIES]) {
      const { rows } = await client.query<ObjectRow>(query);
      for (const row of rows) {
        const key = row.class === 0 ? `${row.phase} of ${row.oid}` : `${row.class}:${row.oid}`;
        objects.push({ ...row, key });
        for (const table of row.tables ?? []) needs.push({ key, needs: `${pgClass}:${table}` });
      }
    }
    const statements = sortObjects(objects, needs).map(({ sql }) => sql);
    return `${[HEAD, ...statements, ...(await commentsOn(client, objects))].join('\n')}\n`;
  } finally {
    await client.query('rollback');
  }
}

async function commentsOn(client: Client, objects: readonly SchemaObject[]): Promise<string[]> {
  const keys = new Set(objects.map(({ key }) => key));
  const { rows } = await client.query<{ type: string; identity: string; text: string; key: string }>(
    COMMENTS,
  );
  const own = rows.filter(({ key, type }) => keys.has(key) && type !== 'extension');
  return own
    .map(
      ({ type, identity, text }) => `COMMENT ON ${kindOf(type, identity)} IS ${client.escapeLiteral(text)};`,
    )
    .toSorted();
}

function kindOf(type: string, identity: string): string {
  if (type.endsWith('column')) return `COLUMN ${identity}`;
  if (type === 'table constraint') return `CONSTRAINT ${identity}`;
  if (type === 'domain constraint') return `CONSTRAINT ${identity.replace(' on ', ' on DOMAIN ')}`;
  if (type === 'statistics object') return `STATISTICS ${identity}`;
  return `${type.toUpperCase()} ${identity}`;
}
