import type { Client } from 'pg';

/** An index that was not built to its end: every write pays for it, and no query uses it. */
export interface InvalidIndex {
  /** Its oid. */
  readonly id: number;
  /** Without its schema: `member_level`. */
  readonly name: string;
  /** As SQL names it: quoted, and with its schema where that is needed. */
  readonly sqlName: string;
}

/** Those of the user's, except for what another session is building right now (pg_stat_progress_create_index). */
const INVALID = `
  select c.oid::int8 as id, c.relname as name, c.oid::regclass::text as sql_name
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where not i.indisvalid and c.relkind = 'i' and n.nspname !~ '^pg_'
    and not exists (select 1 from pg_stat_progress_create_index p where p.index_relid = c.oid)
  order by 3`;

/** The indexes of the database that were not built to their end. */
export async function invalidIndexes(client: Client): Promise<readonly InvalidIndex[]> {
  const { rows } = await client.query<Record<string, unknown>>(INVALID);
  return rows.map((row) => ({
    id: Number(row['id']),
    name: String(row['name']),
    sqlName: String(row['sql_name']),
  }));
}

/** The oids of all indexes of the user's. */
export async function indexIds(client: Client): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select c.oid::int8 as id from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'i' and n.nspname !~ '^pg_'`,
  );
  return new Set(rows.map((row) => Number(row['id'])));
}

/**
 * Drops an index beside the traffic. Waits for transactions that use its table for so long at most, and says whether
 * the index is gone.
 */
export async function dropIndex(
  client: Client,
  { sqlName }: InvalidIndex,
  withinMs: number,
): Promise<boolean> {
  await client.query(`set lock_timeout = ${Math.ceil(withinMs)}`);
  try {
    await client.query(`drop index concurrently if exists ${sqlName}`);
    return true;
  } catch {
    return false;
  } finally {
    await client.query('reset lock_timeout').catch(() => undefined);
  }
}
