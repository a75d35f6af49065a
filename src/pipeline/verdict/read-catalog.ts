import type { Client } from 'pg';
import type { Catalog, CatalogObject } from '../../migrations/verdict/catalog.ts';
import { CATALOG_QUERIES } from './catalog-queries.ts';

/** In one round trip: a database may be far away. */
const ALL = Object.entries(CATALOG_QUERIES)
  .map(([kind, sql]) => `select '${kind}' as kind, q.* from (${sql}) q`)
  .join(' union all ');

/** Reads all that code can notice of a database's schema, in one snapshot. */
export async function readCatalog(client: Client): Promise<Catalog> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    // So that every name is written with its schema, whatever the login's own setting. To compile it takes longer than to run it.
    await client.query(`set local search_path = ''; set local jit = off`);
    const { rows } = await client.query<CatalogObject>(ALL);
    return { objects: rows.map(({ kind, of, name, facts }) => ({ kind, of, name, facts })) };
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}
