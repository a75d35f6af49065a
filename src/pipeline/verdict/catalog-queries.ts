import type { CatalogKind } from '../../migrations/verdict/catalog.ts';
import { grants, isOfExtension, ours, relationOf } from './catalog-sql.ts';
import { SERVER_QUERIES } from './server-queries.ts';

const REL = `n.nspname || '.' || c.relname`;

/** Sequences that are given out by something's default, and keys that nobody writes. */
const NEVER_WRITTEN = `not exists (
  select from unnest(k.confkey) as key join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = key
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attidentity = '' and coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ '(nextval|uuid)')`;

/** The columns of `ON DELETE SET NULL (…)`: since Postgres 15. */
const SET_COLUMNS = `(select array_agg(value::int2) from jsonb_array_elements_text(
  case jsonb_typeof(to_jsonb(k) -> 'confdelsetcols') when 'array' then to_jsonb(k) -> 'confdelsetcols' end))`;

/** Whether something holds of the domain that a column has, or of one that it is made of. */
const DOMAIN = (holds: string): string => `(t.typtype = 'd' and exists (
  with recursive b as (select t.oid, t.typbasetype, t.typnotnull union all
    select p.oid, p.typbasetype, p.typnotnull from pg_catalog.pg_type p join b on p.oid = b.typbasetype where p.typtype = 'd')
  select from b where ${holds}))`;

/** Whether the values of a column cannot be told to be the same (json, xml, point): then no query can have them DISTINCT. */
const IS_INCOMPARABLE = `not exists (select from pg_catalog.pg_opclass o
  where o.opcdefault and o.opcmethod in (select m.oid from pg_catalog.pg_am m where m.amname in ('btree', 'hash'))
  and (o.opcintype = e.oid or e.typtype in ('e', 'r', 'm', 'c') or exists (select from pg_catalog.pg_cast x
    where x.castsource = e.oid and x.casttarget = o.opcintype and x.castmethod = 'b' and x.castcontext = 'i')))`;

/** Whether an identity stops before an ordinary number would. */
const RUNS_OUT = `a.attidentity <> '' and exists (select from pg_catalog.pg_sequence s
  join pg_catalog.pg_depend o on o.objid = s.seqrelid and o.classid = 'pg_class'::regclass and o.deptype = 'i'
  where o.refclassid = 'pg_class'::regclass and o.refobjid = c.oid and o.refobjsubid = a.attnum and not s.seqcycle and s.seqmax < 2147483647)`;

const KEY_ACTION = (column: string): string =>
  `case ${column} when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' else 'refuse' end`;

/** Of a trigger: on what it fires (`src/include/catalog/pg_trigger.h`). */
const FIRES = `(select jsonb_agg(event) from (values (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate'))
  as e (bit, event) where g.tgtype & bit = bit)`;

/** The words of a function's text, which is read anew each time; that of BEGIN ATOMIC is not. */
const WORDS = `case when p.prosqlbody is null and not ${isOfExtension('pg_catalog.pg_proc', 'p.oid')} then
  (select coalesce(jsonb_agg(distinct lower(w.found[1])), '[]')
    from regexp_matches(concat_ws(' ', p.prosrc, p.proargnames), '[[:alpha:]_][[:alnum:]_]*', 'g') as w (found)) end`;

/** `INSERT … SELECT *`, `RETURN QUERY SELECT *`: as many columns as there are have to go where there is a fixed number of places. */
const COPIES_ROWS = `(p.prosrc ~* '(\\mselect|\\mdistinct|,|\\.|\\)\\.)\\s*\\*' and (p.prosrc ~* '\\minsert\\s+into\\M'
  or not exists (select from pg_catalog.pg_type r where r.oid = p.prorettype and r.typrelid <> 0)
    and (p.prosrc ~* '\\mreturn\\s+query\\M' or p.prolang = (select l.oid from pg_catalog.pg_language l where l.lanname = 'sql'))))`;

/** Since Postgres 15. */
const NULLS_NOT_DISTINCT = `coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)`;

/** One query for each kind: the relation that an object belongs to, its name, and what is known of it. */
export const CATALOG_QUERIES: Readonly<Record<CatalogKind, string>> = {
  schema: `select null as of, n.nspname as name, jsonb_build_object(
      'owner', pg_get_userbyid(n.nspowner), 'grants', ${grants('n.nspacl', 'n', 'n.nspowner')}) as facts
    from pg_catalog.pg_namespace n where ${ours('n.nspname')}`,
  relation: `select null as of, ${REL} as name, jsonb_build_object(
      'form', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      'definition', concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
        nullif(c.reloftype, 0), case when c.relkind in ('v', 'm') then concat_ws(' ', c.reloptions, pg_get_viewdef(c.oid))
             when c.relkind = 'p' then pg_get_partkeydef(c.oid) end, pg_get_expr(c.relpartbound, c.oid),
        (select md5(concat_ws(' ', f.ftserver, f.ftoptions)) from pg_catalog.pg_foreign_table f where f.ftrelid = c.oid)),
      'identity', c.oid::text, 'isFilled', c.relispopulated,
      'file', case when c.relkind = 'r' then pg_relation_filenode(c.oid)::text end,
      'writes', case when c.relkind = 'r' then jsonb_build_object('inserted', pg_stat_get_tuples_inserted(c.oid),
        'updated', pg_stat_get_tuples_updated(c.oid), 'deleted', pg_stat_get_tuples_deleted(c.oid)) end,
      'parents', (select coalesce(jsonb_agg(parent order by 1), '[]') from (select ${relationOf('i.inhparent')} as parent
        from pg_catalog.pg_inherits i where i.inhrelid = c.oid and not i.inhdetachpending) as parents),
      'owner', pg_get_userbyid(c.relowner), 'grants', ${grants('c.relacl', 'r', 'c.relowner')},
      'hasNamesake', exists (select from pg_catalog.pg_class o where o.relname = c.relname and o.oid <> c.oid
        and o.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))) as facts
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${ours('n.nspname')}`,
  column: `select ${REL} as of, a.attname as name, jsonb_build_object(
      'type', format_type(a.atttypid, a.atttypmod), 'isNotNull', a.attnotnull or ${DOMAIN('b.typnotnull')},
      'identity', a.attnum::text, 'default', coalesce(pg_get_expr(d.adbin, d.adrelid), case when t.typtype = 'd' then t.typdefault end),
      'filledBy', case when a.attgenerated <> '' then 'generated' when a.attidentity <> '' then 'identity' else '' end,
      'isConstrainedType', ${DOMAIN('b.typnotnull or exists (select from pg_catalog.pg_constraint k where k.contypid = b.oid)')},
      'isIncomparable', (select ${IS_INCOMPARABLE} from pg_catalog.pg_type e where e.oid =
        coalesce(nullif(t.typbasetype, 0), case when t.typcategory = 'A' then nullif(t.typelem, 0) end, t.oid)),
      'runsOut', ${RUNS_OUT},
      'definition', concat_ws(' ', a.attcollation::regcollation, a.attgenerated, a.attidentity),
      'grants', (select coalesce(jsonb_agg(coalesce(r.rolname, 'public') || ' ' || x.privilege_type order by 1), '[]')
        from aclexplode(a.attacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee)) as facts
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and ${ours('n.nspname')}`,
  constraint: `select ${REL} as of, k.conname as name, jsonb_build_object(
      'form', case k.contype when 'c' then 'check' when 'f' then 'foreign key' when 'u' then 'unique'
        when 'p' then 'primary key' else 'exclusion' end,
      'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
      'columns', (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]') from pg_catalog.pg_attribute a
        where a.attrelid = k.conrelid and a.attnum = any (k.conkey)),
      'isUnique', k.contype in ('p', 'u'), 'isNullsNotDistinct', ${NULLS_NOT_DISTINCT},
      'references', ${relationOf('nullif(k.confrelid, 0)')},
      'onDelete', ${KEY_ACTION('k.confdeltype')}, 'onUpdate', ${KEY_ACTION('k.confupdtype')},
      'emptied', (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]') from pg_catalog.pg_attribute a
        where a.attrelid = k.conrelid and a.attnum = any (coalesce(${SET_COLUMNS}, k.conkey))),
      'canKeyBeNull', exists (select from pg_catalog.pg_attribute a
        where a.attrelid = k.confrelid and a.attnum = any (k.confkey) and not a.attnotnull),
      'isKeyFixed', k.contype = 'f' and ${NEVER_WRITTEN}) as facts
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_index i on i.indexrelid = k.conindid
    where k.contype in ('c', 'f', 'u', 'p', 'x') and ${ours('n.nspname')}`,
  index: `select tn.nspname || '.' || t.relname as of, c.relname as name, jsonb_build_object(
      'definition', pg_get_indexdef(c.oid), 'isUnique', i.indisunique,
      'isNullsNotDistinct', ${NULLS_NOT_DISTINCT},
      'columns', (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]') from pg_catalog.pg_attribute a
        where a.attrelid = t.oid and a.attnum = any (i.indkey)),
      'computes', i.indexprs is not null or exists (select from pg_catalog.pg_opclass o where o.oid = any (i.indclass)
          and o.oid >= 16384 and not ${isOfExtension('pg_catalog.pg_opclass', 'o.oid')}) or coalesce(pg_get_expr(i.indpred, t.oid), '') !~
        '^$|^\\(?"?\\w+"? IS (NOT )?NULL\\)?$') as facts
    from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_class t on t.oid = i.indrelid join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    where ${ours('tn.nspname')} and i.indislive and not exists (
      select from pg_catalog.pg_constraint k where k.conindid = c.oid and k.contype in ('u', 'p', 'x'))`,
  trigger: `select ${REL} as of, g.tgname as name, jsonb_build_object(
      'definition', g.tgenabled::text || ' ' || pg_get_triggerdef(g.oid),
      'firesBeforeInsert', g.tgtype & 7 = 7 and g.tgenabled <> 'D', 'fires', ${FIRES}, 'runs', (select f.pronamespace::regnamespace || '.' || f.proname || '()' from pg_catalog.pg_proc f
        where f.oid = g.tgfoid)) as facts
    from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where (not g.tgisinternal or g.tgenabled <> 'O') and ${ours('n.nspname')}`,
  rule: `select ${REL} as of, r.rulename as name,
      jsonb_build_object('definition', r.ev_enabled::text || ' ' || pg_get_ruledef(r.oid)) as facts
    from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${ours('n.nspname')}`,
  policy: `select ${REL} as of, p.polname as name, jsonb_build_object('definition', concat_ws(' ', p.polcmd,
      p.polpermissive, p.polroles, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))) as facts
    from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${ours('n.nspname')}`,
  type: `select null as of, n.nspname || '.' || t.typname as name, jsonb_build_object(
      'form', case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' else 'type' end,
      'labels', (select coalesce(jsonb_agg(e.enumlabel order by e.enumsortorder), '[]')
        from pg_catalog.pg_enum e where e.enumtypid = t.oid),
      'definition', concat_ws(' ', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
        t.typnotnull, t.typdefault, (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname)
          from pg_catalog.pg_constraint k where k.contypid = t.oid)),
      'owner', pg_get_userbyid(t.typowner), 'grants', ${grants('t.typacl', 'T', 't.typowner')},
      'hasNamesake', exists (select from pg_catalog.pg_type o where o.typname = t.typname and o.oid <> t.oid)) as facts
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where ${ours('n.nspname')} and t.typcategory <> 'A' and (t.typtype <> 'c' or c.relkind = 'c')`,
  function: `select null as of,
      n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
      jsonb_build_object('definition', md5(concat_ws(' ', p.prokind, p.prosrc, p.probin, p.prorettype, p.proretset,
        p.provolatile, p.proisstrict, p.prosecdef, p.proconfig, p.proargnames, pg_get_expr(p.proargdefaults, 0),
        p.prosqlbody, p.prolang, (select concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggsortop, g.aggtranstype, g.agginitval)
          from pg_catalog.pg_aggregate g where g.aggfnoid = p.oid))),
      'isOfExtension', ${isOfExtension('pg_catalog.pg_proc', 'p.oid')}, 'words', ${WORDS}, 'copiesWholeRows', ${COPIES_ROWS},
      'owner', pg_get_userbyid(p.proowner), 'grants', ${grants('p.proacl', 'f', 'p.proowner')},
      'hasNamesake', exists (select from pg_catalog.pg_proc o where o.proname = p.proname and o.oid <> p.oid)) as facts
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where ${ours('n.nspname')}`,
  operator: `select null as of, n.nspname || '.' || o.oprname || ' ' || o.oid::regoperator::text as name,
      jsonb_build_object('definition', o.oprcode::text,
        'isOfExtension', ${isOfExtension('pg_catalog.pg_operator', 'o.oid')}, 'types', jsonb_build_array(
        o.oprleft::regtype::text, o.oprright::regtype::text)) as facts
    from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace where ${ours('n.nspname')}`,
  cast: `select null as of, c.castsource::regtype::text || ' as ' || c.casttarget::regtype::text as name,
      jsonb_build_object('definition', concat_ws(' ', c.castfunc::regproc, c.castcontext, c.castmethod),
        'types', jsonb_build_array(c.castsource::regtype::text, c.casttarget::regtype::text)) as facts
    from pg_catalog.pg_cast c where c.oid >= 16384`,
  sequence: `select null as of, ${REL} as name, jsonb_build_object('definition', concat_ws(' ', s.seqtypid, s.seqstart,
      s.seqincrement, s.seqmax, s.seqmin, s.seqcycle), 'identity', c.oid::text, 'position',
      case when has_sequence_privilege(c.oid, 'SELECT,USAGE') then pg_sequence_last_value(c.oid)::text end,
      'ownedBy', (select ${relationOf('e.refobjid')} from pg_catalog.pg_depend e where e.classid = 'pg_catalog.pg_class'::regclass
        and e.objid = c.oid and e.refobjsubid > 0 and e.deptype in ('a', 'i') limit 1), 'owner', pg_get_userbyid(c.relowner),
      'grants', ${grants('c.relacl', 's', 'c.relowner')}, 'hasNamesake', exists (select from pg_catalog.pg_class o
        where o.relname = c.relname and o.oid <> c.oid and o.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))) as facts
    from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${ours('n.nspname')}`,
  extension: `select null as of, e.extname as name,
      jsonb_build_object('definition', e.extversion || ' ' || e.extnamespace::regnamespace::text) as facts
    from pg_catalog.pg_extension e`,
  'event trigger': `select null as of, e.evtname as name, jsonb_build_object('definition',
      concat_ws(' ', e.evtevent, e.evtenabled, e.evttags, e.evtfoid::regproc)) as facts from pg_catalog.pg_event_trigger e`,
  setting: `select null as of, coalesce(pg_get_userbyid(nullif(s.setrole, 0)), 'all') as name,
      jsonb_build_object('definition', s.setconfig::text) as facts from pg_catalog.pg_db_role_setting s
    where s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))`,
  ...SERVER_QUERIES,
};
