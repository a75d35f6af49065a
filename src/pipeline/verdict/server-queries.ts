import type { CatalogKind } from '../../migrations/verdict/catalog.ts';
import { grants, ours } from './catalog-sql.ts';

/** What a query or a session needs besides tables, types and functions. */
export type ServerKind = Extract<
  CatalogKind,
  | 'collation'
  | 'text search configuration'
  | 'text search dictionary'
  | 'publication'
  | 'database'
  | 'language'
  | 'foreign data wrapper'
  | 'foreign server'
  | 'user mapping'
>;

/** Tables of a publication of which no row can be changed: there is nothing to tell rows apart by. */
const REFUSES = `(select coalesce(jsonb_agg(t.schemaname || '.' || t.tablename order by 1), '[]')
  from pg_catalog.pg_publication_tables t
  join pg_catalog.pg_namespace n on n.nspname = t.schemaname
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
  where t.pubname = p.pubname and (p.pubupdate or p.pubdelete) and (c.relreplident = 'n'
    or c.relreplident = 'd' and not exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary)
    or c.relreplident = 'i' and not exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisreplident)))`;

/** As `CATALOG_QUERIES`. Filters of publications: since Postgres 15. */
export const SERVER_QUERIES: Readonly<Record<ServerKind, string>> = {
  collation: `select null as of, n.nspname || '.' || c.collname as name, jsonb_build_object(
      'definition', (to_jsonb(c) - 'oid' - 'collversion' - 'collowner' - 'collnamespace')::text) as facts
    from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace where ${ours('n.nspname')}`,
  'text search configuration': `select null as of, n.nspname || '.' || c.cfgname as name, jsonb_build_object('definition',
      c.cfgparser || ' ' || (select coalesce(string_agg(concat_ws(' ', m.maptokentype, m.mapdict::regdictionary), ', '
        order by m.maptokentype, m.mapseqno), '') from pg_catalog.pg_ts_config_map m where m.mapcfg = c.oid)) as facts
    from pg_catalog.pg_ts_config c join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace where ${ours('n.nspname')}`,
  'text search dictionary': `select null as of, n.nspname || '.' || d.dictname as name,
      jsonb_build_object('definition', concat_ws(' ', d.dicttemplate, d.dictinitoption)) as facts
    from pg_catalog.pg_ts_dict d join pg_catalog.pg_namespace n on n.oid = d.dictnamespace where ${ours('n.nspname')}`,
  publication: `select null as of, p.pubname as name, jsonb_build_object(
      'definition', (to_jsonb(p) - 'oid' - 'pubowner')::text, 'refuses', ${REFUSES},
      'filters', exists (select from pg_catalog.pg_publication_rel r where r.prpubid = p.oid
        and (to_jsonb(r) ->> 'prqual' is not null or to_jsonb(r) ->> 'prattrs' is not null))) as facts
    from pg_catalog.pg_publication p`,
  database: `select null as of, d.datname as name, jsonb_build_object('definition',
      concat_ws(' ', d.datallowconn, d.datconnlimit), 'owner', pg_get_userbyid(d.datdba),
      'grants', ${grants('d.datacl', 'd', 'd.datdba')}) as facts
    from pg_catalog.pg_database d where d.datname = current_database()`,
  language: `select null as of, l.lanname as name, jsonb_build_object('definition', l.lanpltrusted::text,
      'grants', ${grants('l.lanacl', 'l', 'l.lanowner')}) as facts from pg_catalog.pg_language l`,
  'foreign data wrapper': `select null as of, w.fdwname as name, jsonb_build_object(
      'definition', md5(concat_ws(' ', w.fdwoptions, w.fdwhandler, w.fdwvalidator)),
      'grants', ${grants('w.fdwacl', 'F', 'w.fdwowner')}) as facts from pg_catalog.pg_foreign_data_wrapper w`,
  'foreign server': `select null as of, s.srvname as name, jsonb_build_object(
      'definition', md5(concat_ws(' ', s.srvoptions, s.srvtype, s.srvversion)),
      'grants', ${grants('s.srvacl', 'S', 's.srvowner')}) as facts from pg_catalog.pg_foreign_server s`,
  'user mapping': `select null as of, m.srvname || ' ' || m.usename as name,
      jsonb_build_object('definition', md5(m.umoptions::text)) as facts from pg_catalog.pg_user_mappings m`,
};
