import type { Client } from 'pg';
import type { ClusterRecord, PostgresLogin } from './cluster-record.ts';
import { ADMIN_USER, SPARE_DATABASE } from './cluster-template.ts';
import { SOCKET_PORT } from '../server/postgres-settings.ts';

/** Runs `work` with a superuser's connection over the cluster's socket, past the proxy: it does not count as use. */
export async function asAdmin<T>(
  to: { readonly socketDir: string; readonly password: string; readonly database?: string },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  // Loaded here, because a command that touches no database should not pay for it.
  const { Client } = await import('pg');
  const client = new Client({
    host: to.socketDir,
    port: SOCKET_PORT,
    user: ADMIN_USER,
    password: to.password,
    database: to.database ?? ADMIN_USER,
  });
  // A connection that breaks while idle raises this event; the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the logins and databases of the record where they are missing; may be repeated after a crash. */
export async function bootstrapCluster(client: Client, record: ClusterRecord): Promise<void> {
  for (const login of record.logins) await createLogin(client, login, record.logins[0]);
  const [first] = record.databases;
  if (first !== undefined) await takeSpareDatabase(client, first);
  for (const database of record.databases) await createDatabase(client, database, record.logins[0]?.name);
}

async function takeSpareDatabase(client: Client, name: string): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [SPARE_DATABASE]);
  if (found.rowCount === 0) return;
  await client.query(
    `alter database ${client.escapeIdentifier(SPARE_DATABASE)} rename to ${client.escapeIdentifier(name)}`,
  );
}

/** Creates a login, or sets password and role of the one that exists. `owner` is the login that owns the databases. */
export async function createLogin(
  client: Client,
  login: PostgresLogin,
  owner: PostgresLogin | undefined,
): Promise<void> {
  const name = client.escapeIdentifier(login.name);
  const found = await client.query('select 1 from pg_roles where rolname = $1', [login.name]);
  const verb = found.rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${name} login password ${client.escapeLiteral(login.password)}`);
  if (owner === undefined || owner.name === login.name) return;
  const grants = {
    schema_admin: client.escapeIdentifier(owner.name),
    writer: 'pg_read_all_data, pg_write_all_data',
    reader: 'pg_read_all_data',
  };
  await client.query(`grant ${grants[login.role]} to ${name}`);
}

/** Makes sure that a database exists and belongs to `owner`. */
export async function createDatabase(
  client: Client,
  database: string,
  owner: string | undefined,
): Promise<void> {
  const name = client.escapeIdentifier(database);
  const found = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (found.rowCount === 0) await client.query(`create database ${name}`);
  if (owner !== undefined)
    await client.query(`alter database ${name} owner to ${client.escapeIdentifier(owner)}`);
}

/** Drops a database and ends the connections to it. */
export async function dropDatabase(client: Client, database: string): Promise<void> {
  await client.query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`);
}
