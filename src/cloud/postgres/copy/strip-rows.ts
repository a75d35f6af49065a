import type { Client } from 'pg';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';

/** Everything below was made by initdb (PostgreSQL source, FirstNormalObjectId). */
const FIRST_USER_OID = 16_384;

/**
 * Makes a copy hold what a dump of the schema would: no row of any table, no large object, nothing in materialized views,
 * every sequence at its start, and no statistics, which would tell values. What belongs to an extension stays.
 */
export async function stripRows(cluster: PostgresCluster): Promise<void> {
  const databases = await cluster.withAdmin(undefined, async (client) => {
    const found = await client.query<{ datname: string }>(
      'select datname from pg_database where datallowconn and not datistemplate',
    );
    return found.rows.map(({ datname }) => datname);
  });
  for (const database of databases) await cluster.withAdmin(database, stripDatabase);
  // What was in the tables is in files that are removed at the next checkpoint.
  await cluster.withAdmin(undefined, (client) => client.query('checkpoint'));
}

async function stripDatabase(client: Client): Promise<void> {
  await client.query('begin');
  // Neither triggers nor event triggers: a truncate here is no change of the user's.
  await client.query('set local session_replication_role = replica');
  await client.query('set local event_triggers = off');
  await truncateAll(client);
  for (const name of await relations(client, 'S')) await client.query(`alter sequence ${name} restart`);
  for (const name of await relations(client, 'm'))
    await client.query(`refresh materialized view ${name} with no data`);
  await client.query('select lo_unlink(oid) from pg_largeobject_metadata');
  await client.query('delete from pg_statistic where starelid >= $1', [FIRST_USER_OID]);
  await client.query('delete from pg_statistic_ext_data where stxoid >= $1', [FIRST_USER_OID]);
  await client.query('commit');
}

/** All tables in one statement, because of foreign keys; without partitions that are tables of another server. */
async function truncateAll(client: Client): Promise<void> {
  const foreign = await client.query<{ parent: string; name: string; bound: string }>(
    `select inhparent::regclass::text as parent, c.oid::regclass::text as name,
            pg_get_expr(c.relpartbound, c.oid) as bound
     from pg_class c join pg_inherits on inhrelid = c.oid where c.relkind = 'f' and c.relispartition`,
  );
  for (const { parent, name } of foreign.rows)
    await client.query(`alter table ${parent} detach partition ${name}`);
  const tables = (await relations(client, 'r')).map((name) => `only ${name}`);
  const names = [...tables, ...(await relations(client, 'p'))].join(', ');
  if (names !== '') await client.query(`truncate ${names} restart identity`);
  for (const { parent, name, bound } of foreign.rows)
    await client.query(`alter table ${parent} attach partition ${name} ${bound}`);
}

/** Names of relations that are not an extension's own, ready for a statement. */
async function relations(client: Client, kind: 'r' | 'p' | 'S' | 'm'): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = $1 and c.oid >= $2 and n.nspname !~ '^pg_temp'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
                       and d.objid = c.oid and d.deptype = 'e')
     order by c.oid`,
    [kind, FIRST_USER_OID],
  );
  return found.rows.map(({ name }) => name);
}
