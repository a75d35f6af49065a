import { NAME, own } from './schema-sql.ts';

/** Those of views are the views themselves. */
const RULES = `
  select 'rule' as kind, ${NAME('n.nspname', 'c.relname')} as "table", pg_catalog.quote_ident(r.rulename) as name,
    concat_ws(' ', pg_catalog.pg_get_ruledef(r.oid), case r.ev_enabled when 'D' then '(disabled)' end) as definition
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where r.rulename <> '_RETURN' and ${own('pg_class', 'n.nspname', 'c')}`;

const STATISTICS = `
  select 'statistics' as kind, ${NAME('cn.nspname', 'c.relname')} as "table", ${NAME('n.nspname', 's.stxname')} as name,
    pg_catalog.pg_get_statisticsobjdef(s.oid) as definition
  from pg_catalog.pg_statistic_ext s join pg_catalog.pg_class c on c.oid = s.stxrelid
  join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
  join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
  where ${own('pg_statistic_ext', 'n.nspname', 's')}`;

const RANGES = `
  select 'type' as kind, null as "table", ${NAME('n.nspname', 't.typname')} as name,
    concat_ws(' ', 'range of', pg_catalog.format_type(r.rngsubtype, null),
      'by', nullif(r.rngsubdiff, 0)::pg_catalog.regproc::text,
      'collate ' || nullif(r.rngcollation, 0)::pg_catalog.regcollation::text,
      'with', pg_catalog.format_type(r.rngmultitypid, null)) as definition
  from pg_catalog.pg_range r join pg_catalog.pg_type t on t.oid = r.rngtypid
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where ${own('pg_type', 'n.nspname', 't')}`;

const OPERATORS = `
  select 'operator' as kind, null as "table",
    pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ' (' || concat_ws(', ',
      case o.oprleft when 0 then 'none' else pg_catalog.format_type(o.oprleft, null) end,
      pg_catalog.format_type(o.oprright, null)) || ')' as name,
    concat_ws(' ', 'by', o.oprcode::pg_catalog.regprocedure::text, case when o.oprcanmerge then 'merges' end,
      case when o.oprcanhash then 'hashes' end) as definition
  from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where ${own('pg_operator', 'n.nspname', 'o')}`;

/** What few schemas have. */
export const EXTRA_SCHEMA_QUERIES: readonly string[] = [RULES, STATISTICS, RANGES, OPERATORS];
