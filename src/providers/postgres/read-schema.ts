import type { Client } from 'pg';
import { EXTRA_SCHEMA_QUERIES } from './extra-schema-queries.ts';
import { NAME, OPTIONS, own } from './schema-sql.ts';

/** One object of a schema, as the catalog has it. */
export interface SchemaRow {
  readonly kind: string;
  readonly table: string | null;
  readonly name: string;
  readonly definition: string;
}

/**
 * Everything that a schema consists of, as the server itself writes it: what extensions brought, Postgres' own schemas,
 * owners and grants left out. One transaction, so that it is of one moment; it writes nothing.
 */
export async function readSchema(client: Client): Promise<SchemaRow[]> {
  await client.query('begin transaction isolation level repeatable read read only');
  try {
    // So that every name in a definition is written with its schema.
    await client.query("select set_config('search_path', '', true)");
    const rows: SchemaRow[] = [];
    for (const query of QUERIES) rows.push(...(await client.query<SchemaRow>(query)).rows);
    return rows;
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

const SCHEMAS = `
  select 'schema' as kind, null as "table", pg_catalog.quote_ident(n.nspname) as name, '' as definition
  from pg_catalog.pg_namespace n where ${own('pg_namespace', 'n.nspname', 'n')}`;

const EXTENSIONS = `
  select 'extension' as kind, null as "table", e.extname::text as name, 'version ' || e.extversion as definition
  from pg_catalog.pg_extension e where e.extname <> 'plpgsql'`;

const ENUMS = `
  select 'enum' as kind, null as "table", ${NAME('n.nspname', 't.typname')} as name,
    (select string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
     from pg_catalog.pg_enum e where e.enumtypid = t.oid) as definition
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typtype = 'e' and ${own('pg_type', 'n.nspname', 't')}`;

const DOMAINS = `
  select 'domain' as kind, null as "table", ${NAME('n.nspname', 't.typname')} as name,
    concat_ws(' ', pg_catalog.format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then 'not null' end,
      'default ' || t.typdefault,
      (select string_agg(pg_catalog.pg_get_constraintdef(c.oid), ' ' order by c.conname)
       from pg_catalog.pg_constraint c where c.contypid = t.oid and c.contype = 'c')) as definition
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typtype = 'd' and ${own('pg_type', 'n.nspname', 't')}`;

const COMPOSITES = `
  select 'type' as kind, null as "table", ${NAME('n.nspname', 't.typname')} as name,
    (select string_agg(pg_catalog.quote_ident(a.attname) || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', '
       order by a.attnum) from pg_catalog.pg_attribute a
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as definition
  from pg_catalog.pg_type t join pg_catalog.pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where ${own('pg_type', 'n.nspname', 't')}`;

/** Those that a column brings with it are told by the column. */
const SEQUENCES = `
  select 'sequence' as kind, null as "table", ${NAME('n.nspname', 'c.relname')} as name,
    concat_ws(' ', pg_catalog.format_type(s.seqtypid, null), 'start', s.seqstart, 'increment', s.seqincrement,
      'min', s.seqmin, 'max', s.seqmax, case when s.seqcycle then 'cycle' end) as definition
  from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${own('pg_class', 'n.nspname', 'c')} and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i'))`;

const TABLES = `
  select 'table' as kind, null as "table", ${NAME('n.nspname', 'c.relname')} as name,
    concat_ws(' ', case c.relpersistence when 'u' then 'unlogged' end,
      case when c.relkind = 'f' then 'foreign' end,
      'partition by ' || pg_catalog.pg_get_partkeydef(c.oid),
      'inherits (' || (select string_agg(i.inhparent::pg_catalog.regclass::text, ', ' order by i.inhseqno)
        from pg_catalog.pg_inherits i where i.inhrelid = c.oid and not c.relispartition) || ')',
      'partition of ' || (select i.inhparent::pg_catalog.regclass::text from pg_catalog.pg_inherits i
        where i.inhrelid = c.oid and c.relispartition) || ' ' || pg_catalog.pg_get_expr(c.relpartbound, c.oid),
      case when c.relrowsecurity then 'row level security' end,
      case when c.relforcerowsecurity then 'forced' end,
      case c.relreplident when 'f' then 'replica identity full' when 'n' then 'replica identity nothing'
        when 'i' then 'replica identity ' || (select x.indexrelid::pg_catalog.regclass::text
          from pg_catalog.pg_index x where x.indrelid = c.oid and x.indisreplident) end,
      ${OPTIONS}) as definition
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f') and ${own('pg_class', 'n.nspname', 'c')}`;

const COLUMNS = `
  select 'column' as kind, ${NAME('n.nspname', 'c.relname')} as "table",
    pg_catalog.quote_ident(a.attname) as name,
    concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::pg_catalog.regcollation::text end,
      case when a.attnotnull then 'not null' end,
      case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
      case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
      case when a.attgenerated = '' then 'default ' else 'as ' end
        || pg_catalog.pg_get_expr(v.adbin, v.adrelid)) as definition
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef v on v.adrelid = c.oid and v.adnum = a.attnum
  where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped
    and ${own('pg_class', 'n.nspname', 'c')}`;

/** From Postgres 18 on NOT NULL is a constraint too; the column tells it already. */
const CONSTRAINTS = `
  select 'constraint' as kind, ${NAME('n.nspname', 'c.relname')} as "table",
    pg_catalog.quote_ident(k.conname) as name, pg_catalog.pg_get_constraintdef(k.oid) as definition
  from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where k.contype not in ('n', 't') and ${own('pg_class', 'n.nspname', 'c')}`;

/** Those that a constraint brings with it are told by the constraint. */
const INDEXES = `
  select 'index' as kind, ${NAME('n.nspname', 't.relname')} as "table", pg_catalog.quote_ident(c.relname) as name,
    concat_ws(' ', pg_catalog.pg_get_indexdef(c.oid), case when not i.indisvalid then '(invalid)' end) as definition
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
  where t.relkind <> 't' and ${own('pg_class', 'n.nspname', 't')}
    and not exists (select from pg_catalog.pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))`;

const TRIGGERS = `
  select 'trigger' as kind, ${NAME('n.nspname', 'c.relname')} as "table", pg_catalog.quote_ident(g.tgname) as name,
    concat_ws(' ', pg_catalog.pg_get_triggerdef(g.oid), case g.tgenabled when 'D' then '(disabled)' when 'A' then '(always)' when 'R' then '(replica only)' end) as definition
  from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not g.tgisinternal and ${own('pg_class', 'n.nspname', 'c')}`;

const POLICIES = `
  select 'policy' as kind, ${NAME('n.nspname', 'c.relname')} as "table", pg_catalog.quote_ident(p.polname) as name,
    concat_ws(' ', case when p.polpermissive then 'permissive' else 'restrictive' end, 'for', p.polcmd::text,
      'to ' || (select string_agg(case r when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r)) end, ', '
        order by pg_catalog.pg_get_userbyid(r)) from unnest(p.polroles) r),
      'using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
      'with check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')') as definition
  from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${own('pg_class', 'n.nspname', 'c')}`;

const VIEWS = `
  select case c.relkind when 'v' then 'view' else 'materialized view' end as kind, null as "table",
    ${NAME('n.nspname', 'c.relname')} as name,
    concat_ws(E'\\n', ${OPTIONS}, pg_catalog.pg_get_viewdef(c.oid, true)) as definition
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and ${own('pg_class', 'n.nspname', 'c')}`;

/**
 * Aggregates and window functions have no text of their own and are told by what they are made of. Functions that a type
 * brings with it are told by the type.
 */
const FUNCTIONS = `
  select 'function' as kind, null as "table",
    ${NAME('n.nspname', 'p.proname')} || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name,
    case when p.prokind in ('f', 'p') then pg_catalog.pg_get_functiondef(p.oid)
      else concat_ws(' ', p.prokind::text, 'returns', pg_catalog.format_type(p.prorettype, null),
        'by', g.aggtransfn::pg_catalog.regproc::text, 'of', pg_catalog.format_type(nullif(g.aggtranstype, 0), null),
        'to', nullif(g.aggfinalfn, 0)::pg_catalog.regproc::text, 'from', g.agginitval) end as definition
  from pg_catalog.pg_proc p left join pg_catalog.pg_aggregate g on g.aggfnoid = p.oid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where ${own('pg_proc', 'n.nspname', 'p')} and not exists (
    select from pg_catalog.pg_depend i
    where i.classid = 'pg_catalog.pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`;

const QUERIES: readonly string[] = [
  SCHEMAS,
  EXTENSIONS,
  ENUMS,
  DOMAINS,
  COMPOSITES,
  SEQUENCES,
  TABLES,
  COLUMNS,
  CONSTRAINTS,
  INDEXES,
  TRIGGERS,
  POLICIES,
  VIEWS,
  FUNCTIONS,
  ...EXTRA_SCHEMA_QUERIES,
];
