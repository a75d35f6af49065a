import type { CatalogKind } from '../../migrations/verdict/catalog.ts';

/** Schemas of the server itself, and of sessions. */
const OURS = (schema: string): string =>
  `${schema} !~ '^(pg_(catalog|toast|temp|toast_temp)|information_schema)' and ${schema} !~ '^pg_temp_'`;

const GRANTS = (acl: string, kind: string, owner: string): string =>
  `(select coalesce(jsonb_agg(g order by g), '[]') from (
      select coalesce(r.rolname, 'public') || ' ' || a.privilege_type as g
      from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a
      left join pg_catalog.pg_roles r on r.oid = a.grantee) as grants)`;

const REL = `n.nspname || '.' || c.relname`;

/** Sequences that are given out by something's default, and keys that nobody writes. */
const NEVER_WRITTEN = `not exists (
  select from unnest(k.confkey) as key join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = key
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attidentity = '' and coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ '(nextval|uuid)')`;

/** Since Postgres 15. */
const NULLS_NOT_DISTINCT = `coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)`;

/** One query for each kind: the relation that an object belongs to, its name, and what is known of it. */
export const CATALOG_QUERIES: Readonly<Record<CatalogKind, string>> = {
  schema: `select null as of, n.nspname as name, jsonb_build_object(
      'owner', pg_get_userbyid(n.nspowner), 'grants', ${GRANTS('n.nspacl', 'n', 'n.nspowner')}) as facts
    from pg_catalog.pg_namespace n where ${OURS('n.nspname')}`,
  relation: `select null as of, ${REL} as name, jsonb_build_object(
      'form', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      'definition', concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
        case when c.relkind in ('v', 'm') then c.reloptions::text || pg_get_viewdef(c.oid)
             when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
        case when c.relkind = 'v' then pg_get_viewdef(c.oid) end, pg_get_expr(c.relpartbound, c.oid)),
      'parents', (select coalesce(jsonb_agg(i.inhparent::regclass::text order by 1), '[]')
        from pg_catalog.pg_inherits i where i.inhrelid = c.oid and not i.inhdetachpending),
      'owner', pg_get_userbyid(c.relowner), 'grants', ${GRANTS('c.relacl', 'r', 'c.relowner')},
      'hasNamesake', exists (select from pg_catalog.pg_class o where o.relname = c.relname and o.oid <> c.oid
        and o.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))) as facts
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${OURS('n.nspname')}`,
  column: `select ${REL} as of, a.attname as name, jsonb_build_object(
      'type', format_type(a.atttypid, a.atttypmod), 'isNotNull', a.attnotnull or coalesce(t.typnotnull, false),
      'default', pg_get_expr(d.adbin, d.adrelid),
      'filledBy', case when a.attgenerated <> '' then 'generated' when a.attidentity <> '' then 'identity' else '' end,
      'isConstrainedType', t.typtype = 'd' and (t.typnotnull
        or exists (select from pg_catalog.pg_constraint k where k.contypid = t.oid)),
      'definition', concat_ws(' ', a.attcollation::regcollation, a.attgenerated, a.attidentity),
      'grants', (select coalesce(jsonb_agg(coalesce(r.rolname, 'public') || ' ' || x.privilege_type order by 1), '[]')
        from aclexplode(a.attacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee)) as facts
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and ${OURS('n.nspname')}`,
  constraint: `select ${REL} as of, k.conname as name, jsonb_build_object(
      'form', case k.contype when 'c' then 'check' when 'f' then 'foreign key' when 'u' then 'unique'
        when 'p' then 'primary key' else 'exclusion' end,
      'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
      'columns', (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]') from pg_catalog.pg_attribute a
        where a.attrelid = k.conrelid and a.attnum = any (k.conkey)),
      'isUnique', k.contype in ('p', 'u'), 'isNullsNotDistinct', ${NULLS_NOT_DISTINCT},
      'references', case when k.contype = 'f' then k.confrelid::regclass::text end,
      'letsDelete', k.confdeltype in ('c', 'n', 'd'),
      'letsUpdate', k.confupdtype in ('c', 'n', 'd') or (k.contype = 'f' and ${NEVER_WRITTEN})) as facts
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_index i on i.indexrelid = k.conindid
    where k.contype in ('c', 'f', 'u', 'p', 'x') and ${OURS('n.nspname')}`,
  index: `select tn.nspname || '.' || t.relname as of, c.relname as name, jsonb_build_object(
      'definition', pg_get_indexdef(c.oid), 'isUnique', i.indisunique,
      'isNullsNotDistinct', ${NULLS_NOT_DISTINCT},
      'columns', (select coalesce(jsonb_agg(a.attname order by a.attnum), '[]') from pg_catalog.pg_attribute a
        where a.attrelid = t.oid and a.attnum = any (i.indkey)),
      'computes', i.indexprs is not null or coalesce(pg_get_expr(i.indpred, t.oid), '') !~
        '^$|^\\(?"?\\w+"? IS (NOT )?NULL\\)?$') as facts
    from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_class t on t.oid = i.indrelid join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    where ${OURS('tn.nspname')} and i.indislive and not exists (
      select from pg_catalog.pg_constraint k where k.conindid = c.oid and k.contype in ('u', 'p', 'x'))`,
  trigger: `select ${REL} as of, g.tgname as name, jsonb_build_object(
      'definition', g.tgenabled::text || ' ' || pg_get_triggerdef(g.oid),
      'firesBeforeInsert', g.tgtype & 7 = 7 and g.tgenabled <> 'D', 'firesOnUpdate', g.tgtype & 16 = 16) as facts
    from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not g.tgisinternal and ${OURS('n.nspname')}`,
  rule: `select ${REL} as of, r.rulename as name,
      jsonb_build_object('definition', r.ev_enabled::text || ' ' || pg_get_ruledef(r.oid)) as facts
    from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${OURS('n.nspname')}`,
  policy: `select ${REL} as of, p.polname as name, jsonb_build_object('definition', concat_ws(' ', p.polcmd,
      p.polpermissive, p.polroles, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))) as facts
    from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${OURS('n.nspname')}`,
  type: `select null as of, n.nspname || '.' || t.typname as name, jsonb_build_object(
      'form', case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' else 'type' end,
      'labels', (select coalesce(jsonb_agg(e.enumlabel order by e.enumsortorder), '[]')
        from pg_catalog.pg_enum e where e.enumtypid = t.oid),
      'definition', concat_ws(' ', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
        t.typnotnull, t.typdefault, (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname)
          from pg_catalog.pg_constraint k where k.contypid = t.oid)),
      'owner', pg_get_userbyid(t.typowner), 'grants', ${GRANTS('t.typacl', 'T', 't.typowner')},
      'hasNamesake', exists (select from pg_catalog.pg_type o where o.typname = t.typname and o.oid <> t.oid)) as facts
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where ${OURS('n.nspname')} and t.typcategory <> 'A' and (t.typtype <> 'c' or c.relkind = 'c')`,
  function: `select null as of,
      n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
      jsonb_build_object('definition', md5(concat_ws(' ', p.prokind, p.prosrc, p.probin, p.prorettype, p.proretset,
        p.provolatile, p.proisstrict, p.prosecdef, p.proconfig, p.proargnames, pg_get_expr(p.proargdefaults, 0),
        p.prosqlbody, p.prolang)),
      'owner', pg_get_userbyid(p.proowner), 'grants', ${GRANTS('p.proacl', 'f', 'p.proowner')},
      'hasNamesake', exists (select from pg_catalog.pg_proc o where o.proname = p.proname and o.oid <> p.oid)) as facts
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where ${OURS('n.nspname')}`,
  operator: `select null as of, n.nspname || '.' || o.oprname || ' ' || o.oid::regoperator::text as name,
      jsonb_build_object('definition', o.oprcode::text, 'types', jsonb_build_array(
        o.oprleft::regtype::text, o.oprright::regtype::text)) as facts
    from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace where ${OURS('n.nspname')}`,
  cast: `select null as of, c.castsource::regtype::text || ' as ' || c.casttarget::regtype::text as name,
      jsonb_build_object('definition', concat_ws(' ', c.castfunc::regproc, c.castcontext, c.castmethod),
        'types', jsonb_build_array(c.castsource::regtype::text, c.casttarget::regtype::text)) as facts
    from pg_catalog.pg_cast c where c.oid >= 16384`,
  sequence: `select null as of, ${REL} as name, jsonb_build_object('definition', concat_ws(' ', s.seqtypid, s.seqstart,
      s.seqincrement, s.seqmax, s.seqmin, s.seqcycle), 'owner', pg_get_userbyid(c.relowner),
      'grants', ${GRANTS('c.relacl', 's', 'c.relowner')}, 'hasNamesake', exists (select from pg_catalog.pg_class o
        where o.relname = c.relname and o.oid <> c.oid and o.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))) as facts
    from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${OURS('n.nspname')}`,
  extension: `select null as of, e.extname as name,
      jsonb_build_object('definition', e.extversion || ' ' || e.extnamespace::regnamespace::text) as facts
    from pg_catalog.pg_extension e`,
  'event trigger': `select null as of, e.evtname as name, jsonb_build_object('definition',
      concat_ws(' ', e.evtevent, e.evtenabled, e.evttags, e.evtfoid::regproc)) as facts from pg_catalog.pg_event_trigger e`,
  setting: `select null as of, coalesce(pg_get_userbyid(nullif(s.setrole, 0)), 'all') as name,
      jsonb_build_object('definition', s.setconfig::text) as facts from pg_catalog.pg_db_role_setting s
    where s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))`,
};
