import type { Client } from 'pg';

/** How many rows a table has. */
export interface TableRows {
  /** `schema.table`. */
  readonly table: string;
  readonly rows: number;
  /** Whether it was estimated by the server and not counted. */
  readonly isEstimate: boolean;
}

/** Counting more than this would keep people waiting: the server's own estimate is taken. */
const COUNTED_ROWS_MAX = 500_000;
/** Of one table; then its estimate is taken. */
const COUNT_MS = 2_000;

/** The rows of every table of users, in their order by name. Large tables are estimated. It writes nothing. */
export async function countRows(client: Client): Promise<TableRows[]> {
  const { rows: tables } = await client.query<{ name: string; estimate: string }>(TABLES);
  await client.query("select set_config('statement_timeout', $1, false)", [String(COUNT_MS)]);
  const counted: TableRows[] = [];
  for (const { name, estimate } of tables) {
    const rows = Number(estimate) > COUNTED_ROWS_MAX ? null : await countOne(client, name);
    counted.push({ table: name, rows: rows ?? Math.max(0, Number(estimate)), isEstimate: rows === null });
  }
  return counted;
}

/** Null where counting takes too long. */
async function countOne(client: Client, table: string): Promise<number | null> {
  try {
    // The name comes from the server, quoted by itself.
    const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${table}`);
    return Number(rows[0]?.count ?? 0);
  } catch (error) {
    if ((error as { code?: string }).code === '57014') return null;
    throw error;
  }
}

const TABLES = `
  select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as name,
    c.reltuples::bigint as estimate
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'glidepath')
  order by 1`;
