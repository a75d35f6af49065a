import type { Client } from 'pg';
import type { TableFacts } from '../../migrations/lint/finding.ts';
import { lockModeOf } from '../../migrations/probe/lock-conflicts.ts';
import type { KnownRelation, RelationKind, RelationLock } from '../../migrations/probe/observed-statement.ts';

/** Everything that is somebody's own: not Postgres', not temporary. */
const OWN = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'`;

const RELATIONS = `
  select c.oid::int8::text as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
         i.indrelid::int8::text as "table", c.reltuples::float8 as rows,
         case when c.relkind in ('r', 'm', 'i', 't') then pg_catalog.pg_table_size(c.oid) end::float8 as bytes,
         pg_catalog.pg_relation_filenode(c.oid)::int8::text as file
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_index i on i.indexrelid = c.oid
  where ${OWN}`;

const LOCKS = `
  select l.relation::int8::text as oid, l.mode
  from pg_catalog.pg_locks l
  where l.pid = $1 and l.locktype = 'relation' and l.granted
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())`;

const FILES = `
  select c.oid::int8::text as oid, pg_catalog.pg_relation_filenode(c.oid)::int8::text as file
  from pg_catalog.pg_class c where c.relkind in ('r', 'm')`;

const TABLES = `
  select n.nspname as schema, c.relname as name, c.reltuples::float8 as rows,
         pg_catalog.pg_table_size(c.oid)::float8 as bytes
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm', 'p') and ${OWN}`;

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'table',
  m: 'table',
  f: 'table',
  i: 'index',
  I: 'index',
  S: 'sequence',
  v: 'view',
};

/** Every relation of a database, and the file that each table is in. */
export async function readRelations(
  client: Client,
): Promise<{ readonly relations: Map<number, KnownRelation>; readonly files: Map<number, string> }> {
  const { rows } = await client.query<Record<string, string | number | null>>(RELATIONS);
  const relations = new Map<number, KnownRelation>();
  for (const row of rows) {
    const oid = Number(row['oid']);
    relations.set(oid, {
      oid,
      schema: String(row['schema']),
      name: String(row['name']),
      kind: KINDS[String(row['kind'])] ?? 'other',
      table: row['table'] === null ? null : Number(row['table']),
      ...sizeOf(row),
    });
  }
  return { relations, files: await readFiles(client) };
}

/** What a session holds at the moment. */
export async function readLocks(client: Client, backendPid: number): Promise<RelationLock[]> {
  const { rows } = await client.query<{ oid: string; mode: string }>(LOCKS, [backendPid]);
  return rows.flatMap(({ oid, mode }) => {
    const known = lockModeOf(mode);
    return known === null ? [] : [{ oid: Number(oid), mode: known }];
  });
}

/** The file of each table; a table that is written anew gets another one. */
export async function readFiles(client: Client): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: string; file: string | null }>(FILES);
  return new Map(rows.map(({ oid, file }) => [Number(oid), file ?? '']));
}

/** Rows and bytes of every table, by `schema.table`, as the planner last counted them. */
export async function readTableFacts(client: Client): Promise<Record<string, TableFacts>> {
  const { rows } = await client.query<Record<string, string | number | null>>(TABLES);
  return Object.fromEntries(
    rows.map((row) => [
      `${String(row['schema'])}.${String(row['name'])}`,
      { exists: true, ...sizeOf(row), accessesPerSecond: null },
    ]),
  );
}

/** Below zero: nobody has counted the rows yet. */
function sizeOf(row: Readonly<Record<string, unknown>>): { rows: number | null; bytes: number | null } {
  const rows = Number(row['rows']);
  return { rows: rows < 0 ? null : rows, bytes: row['bytes'] === null ? null : Number(row['bytes']) };
}
