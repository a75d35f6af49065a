import type { Client } from 'pg';
import type { Catalog, CatalogObject } from '../../migrations/verdict/catalog.ts';
import { CATALOG_QUERIES } from './catalog-queries.ts';
import { isOfExtension } from './catalog-sql.ts';

/** In one round trip: a database may be far away. */
const ALL = Object.entries(CATALOG_QUERIES)
  .map(([kind, sql]) => `select '${kind}' as kind, q.* from (${sql}) q`)
  .join(' union all ');

/** Those of Postgres that are called volatile, and change nothing but their session. */
const STAY_IN_SESSION =
  `^(random(_normal)?|setseed|gen_random_(uuid|bytes)|gen_salt|uuidv[47]|uuid_generate_v\\w+|clock_timestamp
  |timeofday|currval|lastval|set_config|pg_sleep(_for|_until)?|pg_(try_)?advisory_\\w+)$`.replaceAll(
    /\s/g,
    '',
  );

/** By Postgres' own word: what is not volatile cannot write. */
const HARMLESS = `select p.proname as name from pg_catalog.pg_proc p
  where p.pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) or ${isOfExtension('pg_catalog.pg_proc', 'p.oid')}
  group by 1 having bool_and(p.provolatile <> 'v' or p.proname ~ '${STAY_IN_SESSION}')`;

/** Reads all that code can notice of a database's schema, in one snapshot. */
export async function readCatalog(client: Client): Promise<Catalog> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    // So that every name is written with its schema, whatever the login's own setting. To compile it takes longer than to run it.
    await client.query(`set local search_path = ''; set local jit = off`);
    const { rows } = await client.query<CatalogObject>(ALL);
    const harmless = await client.query<{ name: string }>(HARMLESS);
    return {
      objects: rows.map(({ kind, of, name, facts }) => ({ kind, of, name, facts })),
      harmless: harmless.rows.map(({ name }) => name),
    };
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}
