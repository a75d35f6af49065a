import { IN_OWN_SCHEMA, notOfExtension } from './own-objects.ts';

/* As in `relation-queries.ts`; these are parts of a table, written when the table is there. */

const TABLE = `join pg_class c on c.oid = %s join pg_namespace n on n.oid = c.relnamespace`;
const OWN = `${IN_OWN_SCHEMA} and ${notOfExtension('pg_class', 'c.oid')}`;

const on = (column: string): string => TABLE.replace('%s', column);

const CONSTRAINTS = `
  select 'pg_constraint'::regclass::oid as class, k.oid,
         case k.contype when 'f' then 12 else 9 end as phase,
         format('%I.%I.%I', n.nspname, c.relname, k.conname) as name,
         format('ALTER TABLE %s%I.%I%s ADD CONSTRAINT %I %s;',
                case when c.relkind = 'p' then '' else 'ONLY ' end, n.nspname, c.relname, E'\\n   ',
                k.conname, pg_get_constraintdef(k.oid)) as sql
    from pg_constraint k ${on('k.conrelid')}
   where ${OWN} and c.relkind in ('r', 'p') and k.conparentid = 0
     and (k.contype in ('p', 'u', 'x', 'f') or (k.contype in ('c', 'n') and not k.convalidated and k.conislocal))`;

const OWNED_SEQUENCES = `
  select 0 as class, s.oid, 6 as phase, format('%I.%I', sn.nspname, s.relname) as name,
         format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I;', sn.nspname, s.relname, n.nspname, c.relname, a.attname) as sql, array[s.oid, c.oid] as tables
    from pg_class s join pg_namespace sn on sn.oid = s.relnamespace
    join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype = 'a'
     and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    ${on('d.refobjid')}
    join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
   where s.relkind = 'S' and ${OWN}`;

const INDEXES = `
  select 'pg_class'::regclass::oid as class, i.indexrelid as oid, 10 as phase,
         format('%I.%I', n.nspname, x.relname) as name,
         regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') || ';' as sql
    from pg_index i join pg_class x on x.oid = i.indexrelid ${on('i.indrelid')}
   where ${OWN} and not x.relispartition
     and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))`;

const IDENTITIES = `
  select 0 as class, c.oid, 11 as phase, format('%I.%I', n.nspname, c.relname) as name,
         format('ALTER TABLE ONLY %I.%I REPLICA IDENTITY %s;', n.nspname, c.relname,
                case c.relreplident when 'f' then 'FULL' when 'n' then 'NOTHING'
                     else 'USING INDEX ' || quote_ident((select x.relname from pg_index i join pg_class x on x.oid = i.indexrelid
                                                          where i.indrelid = c.oid and i.indisreplident)) end) as sql, array[c.oid] as tables
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where ${OWN} and c.relkind in ('r', 'p') and c.relreplident <> 'd'`;

const STATISTICS = `
  select 'pg_statistic_ext'::regclass::oid as class, s.oid, 11 as phase,
         format('%I.%I', n.nspname, s.stxname) as name, pg_get_statisticsobjdef(s.oid) || ';' as sql
    from pg_statistic_ext s ${on('s.stxrelid')}
   where ${OWN}`;

const TRIGGERS = `
  select 'pg_trigger'::regclass::oid as class, g.oid, 13 as phase,
         format('%I.%I.%I', n.nspname, c.relname, g.tgname) as name,
         pg_get_triggerdef(g.oid) || ';' || case g.tgenabled
           when 'O' then '' else format(E'\\nALTER TABLE %I.%I %s TRIGGER %I;', n.nspname, c.relname,
             case g.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' else 'ENABLE ALWAYS' end, g.tgname) end as sql
    from pg_trigger g ${on('g.tgrelid')}
   where ${OWN} and not g.tgisinternal and g.tgparentid = 0`;

const RULES = `
  select 'pg_rewrite'::regclass::oid as class, r.oid, 13 as phase,
         format('%I.%I.%I', n.nspname, c.relname, r.rulename) as name, pg_get_ruledef(r.oid) as sql
    from pg_rewrite r ${on('r.ev_class')}
   where ${OWN} and r.rulename <> '_RETURN'`;

const ROW_SECURITY = `
  select 0 as class, c.oid, 14 as phase, format('%I.%I', n.nspname, c.relname) as name,
         concat_ws(E'\\n',
           case when c.relrowsecurity then format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY;', n.nspname, c.relname) end,
           case when c.relforcerowsecurity then format('ALTER TABLE ONLY %I.%I FORCE ROW LEVEL SECURITY;', n.nspname, c.relname) end) as sql, array[c.oid] as tables
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where ${OWN} and (c.relrowsecurity or c.relforcerowsecurity)`;

const POLICIES = `
  select 'pg_policy'::regclass::oid as class, p.oid, 15 as phase,
         format('%I.%I.%I', n.nspname, c.relname, p.polname) as name,
         format('CREATE POLICY %I ON %I.%I%s FOR %s TO %s%s%s;', p.polname, n.nspname, c.relname,
                case when p.polpermissive then '' else ' AS RESTRICTIVE' end,
                case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
                (select string_agg(case when r = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(r)) end, ', ' order by r)
                   from unnest(p.polroles) r),
                coalesce(format(' USING (%s)', pg_get_expr(p.polqual, p.polrelid)), ''),
                coalesce(format(' WITH CHECK (%s)', pg_get_expr(p.polwithcheck, p.polrelid)), '')) as sql
    from pg_policy p ${on('p.polrelid')}
   where ${OWN}`;

/** What belongs to tables and is made after them. */
export const ATTACHED_QUERIES: readonly string[] = [
  CONSTRAINTS,
  OWNED_SEQUENCES,
  INDEXES,
  IDENTITIES,
  STATISTICS,
  TRIGGERS,
  RULES,
  ROW_SECURITY,
  POLICIES,
];
