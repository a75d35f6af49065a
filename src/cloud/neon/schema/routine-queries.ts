import { IN_OWN_SCHEMA as OWN, notOfExtension } from './own-objects.ts';

/* As in `relation-queries.ts`. */

const type = (kind: string, from: string, where: string, sql: string): string => `
  select 'pg_type'::regclass::oid as class, t.oid, ${kind === 'enum' ? 2 : 3} as phase,
         format('%I.%I', n.nspname, t.typname) as name, ${sql} as sql
    from pg_type t join pg_namespace n on n.oid = t.typnamespace ${from}
   where ${where} and ${OWN} and ${notOfExtension('pg_type', 't.oid')}`;

const ENUMS = type(
  'enum',
  '',
  "t.typtype = 'e'",
  `format('CREATE TYPE %I.%I AS ENUM (%s);', n.nspname, t.typname,
     (select string_agg(E'\\n    ' || quote_literal(v.enumlabel), ',' order by v.enumsortorder) || E'\\n'
        from pg_enum v where v.enumtypid = t.oid))`,
);

const DOMAINS = type(
  'domain',
  '',
  "t.typtype = 'd'",
  `format('CREATE DOMAIN %I.%I AS %s%s%s%s;', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
     coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), ''),
     case when t.typnotnull then ' NOT NULL' else '' end,
     coalesce((select string_agg(format(E'\\n    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
                 from pg_constraint k where k.contypid = t.oid and k.contype = 'c'), ''))`,
);

const COMPOSITES = type(
  'composite',
  'join pg_class c on c.oid = t.typrelid',
  "c.relkind = 'c'",
  `format('CREATE TYPE %I.%I AS (%s);', n.nspname, t.typname,
     coalesce((select string_agg(format(E'\\n    %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ',' order by a.attnum) || E'\\n'
                 from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), ''))`,
);

const RANGES = type(
  'range',
  'join pg_range r on r.rngtypid = t.oid join pg_type mt on mt.oid = r.rngmultitypid',
  "t.typtype = 'r'",
  `format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s, MULTIRANGE_TYPE_NAME = %I.%I%s);', n.nspname, t.typname,
     format_type(r.rngsubtype, null), n.nspname, mt.typname,
     case when r.rngsubdiff = 0 then '' else ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc::text end)`,
);

const FUNCTIONS = `
  select 'pg_proc'::regclass::oid as class, p.oid, 7 as phase,
         format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
         rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as sql
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where p.prokind in ('f', 'p', 'w') and ${OWN} and ${notOfExtension('pg_proc', 'p.oid')}
     and not exists (select 1 from pg_depend i where i.classid = 'pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`;

const AGGREGATES = `
  select 'pg_proc'::regclass::oid as class, p.oid, 7 as phase,
         format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
         format('CREATE AGGREGATE %I.%I(%s) (SFUNC = %s, STYPE = %s%s%s%s);', n.nspname, p.proname,
                coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), g.aggtransfn::regproc::text,
                format_type(g.aggtranstype, null),
                case when g.aggfinalfn = 0 then '' else ', FINALFUNC = ' || g.aggfinalfn::regproc::text end,
                case when g.aggcombinefn = 0 then '' else ', COMBINEFUNC = ' || g.aggcombinefn::regproc::text end,
                coalesce(', INITCOND = ' || quote_literal(g.agginitval), '')) as sql
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_aggregate g on g.aggfnoid = p.oid
   where p.prokind = 'a' and g.aggkind = 'n' and ${OWN} and ${notOfExtension('pg_proc', 'p.oid')}`;

/** Types, functions, procedures and aggregates. */
export const ROUTINE_QUERIES: readonly string[] = [ENUMS, DOMAINS, COMPOSITES, RANGES, FUNCTIONS, AGGREGATES];
