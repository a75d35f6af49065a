import { IN_OWN_SCHEMA as OWN, notOfExtension } from './own-objects.ts';

/*
 * Each query answers with the objects of a kind: their class and id in the catalog, the phase in which they are written when
 * nothing else decides, a name to sort by, and the statement that makes them. `search_path` is empty while they run, so that
 * what Postgres writes has its schema with it. Class 0: something without an id of its own, with the tables that it needs.
 */

const SCHEMAS = `
  select 'pg_namespace'::regclass::oid as class, n.oid, 0 as phase, n.nspname as name,
         format('CREATE SCHEMA %I;', n.nspname) as sql
    from pg_namespace n
   where ${OWN} and n.nspname <> 'public' and ${notOfExtension('pg_namespace', 'n.oid')}`;

const EXTENSIONS = `
  select 'pg_extension'::regclass::oid as class, x.oid, 1 as phase, x.extname as name,
         format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I;', x.extname, n.nspname) as sql
    from pg_extension x join pg_namespace n on n.oid = x.extnamespace
   where x.extname <> 'plpgsql'`;

const SEQUENCES = `
  select 'pg_class'::regclass::oid as class, c.oid, 4 as phase, format('%I.%I', n.nspname, c.relname) as name,
         format('CREATE%s SEQUENCE %I.%I AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s;',
                case when c.relpersistence = 'u' then ' UNLOGGED' else '' end,
                n.nspname, c.relname, format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
                s.seqcache, case when s.seqcycle then ' CYCLE' else '' end) as sql
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
   where ${OWN} and ${notOfExtension('pg_class', 'c.oid')}
     and not exists (select 1 from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')`;

/** A column as CREATE TABLE has it. */
const COLUMN = `format('    %I %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation and a.attcollation <> 0
         then (select format(' COLLATE %I.%I', cn.nspname, co.collname)
                 from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation)
         else '' end,
    case when a.attgenerated <> '' then
           format(' GENERATED ALWAYS AS (%s)%s', pg_get_expr(def.adbin, def.adrelid),
                  case a.attgenerated when 's' then ' STORED' else '' end)
         when def.adbin is not null then format(' DEFAULT %s', pg_get_expr(def.adbin, def.adrelid))
         else '' end,
    case when a.attidentity <> '' then
           (select format(' GENERATED %s AS IDENTITY (SEQUENCE NAME %I.%I START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s)',
                          case a.attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end, sn.nspname, sc.relname,
                          s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                          case when s.seqcycle then ' CYCLE' else '' end)
              from pg_depend d
              join pg_class sc on sc.oid = d.objid
              join pg_namespace sn on sn.oid = sc.relnamespace
              join pg_sequence s on s.seqrelid = sc.oid
             where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
               and d.refobjid = a.attrelid and d.refobjsubid = a.attnum and d.deptype = 'i')
         else '' end,
    case when nn.conname is not null and not nn.convalidated then ''
         when nn.conname is not null and nn.conname <> c.relname || '_' || a.attname || '_not_null'
           then format(' CONSTRAINT %I NOT NULL%s', nn.conname, case when nn.connoinherit then ' NO INHERIT' else '' end)
         when a.attnotnull then ' NOT NULL' || case when nn.connoinherit then ' NO INHERIT' else '' end
         else '' end)`;

/** What stands between the brackets of a table: its columns, then the checks that hold for every row. */
const BODY = `
  select string_agg(line, E',\\n' order by rank, place) from (
    select 0 as rank, a.attnum::text::int as place, ${COLUMN} as line
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_attrdef def on def.adrelid = a.attrelid and def.adnum = a.attnum
      left join pg_constraint nn on nn.conrelid = a.attrelid and nn.contype = 'n' and nn.conkey[1] = a.attnum
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attislocal or c.relispartition)
    union all
    select 1, row_number() over (order by k.conname)::int,
           format('    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k
     where k.conrelid = c.oid and k.contype = 'c' and k.convalidated and (k.conislocal or c.relispartition)) lines`;

const TABLES = `
  select 'pg_class'::regclass::oid as class, c.oid, 5 as phase, format('%I.%I', n.nspname, c.relname) as name,
         format('CREATE%s TABLE %I.%I (%s)%s%s%s;',
                case when c.relpersistence = 'u' then ' UNLOGGED' else '' end, n.nspname, c.relname,
                coalesce((select E'\\n' || (${BODY}) || E'\\n'), ''),
                coalesce((select E'\\nINHERITS (' || string_agg(format('%I.%I', pn.nspname, p.relname), ', ' order by i.inhseqno) || ')'
                            from pg_inherits i join pg_class p on p.oid = i.inhparent
                            join pg_namespace pn on pn.oid = p.relnamespace
                           where i.inhrelid = c.oid and not c.relispartition), ''),
                case when c.relkind = 'p' then E'\\nPARTITION BY ' || pg_get_partkeydef(c.oid) else '' end,
                case when c.reloptions is null then '' else E'\\nWITH (' || array_to_string(c.reloptions, ', ') || ')' end) as sql
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and ${OWN} and ${notOfExtension('pg_class', 'c.oid')}`;

const PARTITIONS = `
  select 0 as class, c.oid, 6 as phase, format('%I.%I', n.nspname, c.relname) as name,
         format('ALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s;',
                pn.nspname, p.relname, n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid)) as sql, array[c.oid, p.oid] as tables
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_inherits i on i.inhrelid = c.oid
    join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
   where c.relispartition and c.relkind in ('r', 'p') and ${OWN} and ${notOfExtension('pg_class', 'c.oid')}`;

const VIEWS = `
  select 'pg_class'::regclass::oid as class, c.oid, 8 as phase, format('%I.%I', n.nspname, c.relname) as name,
         format('CREATE %s %I.%I%s AS%s%s', case c.relkind when 'm' then 'MATERIALIZED VIEW' else 'VIEW' end,
                n.nspname, c.relname,
                case when c.reloptions is null then '' else ' WITH (' || array_to_string(c.reloptions, ', ') || ')' end,
                E'\\n' || rtrim(pg_get_viewdef(c.oid), ';'),
                case c.relkind when 'm' then E'\\n  WITH NO DATA;' else ';' end) as sql
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('v', 'm') and ${OWN} and ${notOfExtension('pg_class', 'c.oid')}`;

/** Schemas, extensions, and everything that has rows. */
export const RELATION_QUERIES: readonly string[] = [
  SCHEMAS,
  EXTENSIONS,
  SEQUENCES,
  TABLES,
  PARTITIONS,
  VIEWS,
];
