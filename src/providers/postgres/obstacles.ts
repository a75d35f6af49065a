import type { Client } from 'pg';
import { readSession, sessionColumns, type PostgresSession } from './postgres-session.ts';

/** A session that holds a lock on tables for longer than a migration may wait. */
export interface Obstacle {
  readonly session: PostgresSession;
  /** `dump`: pg_dump, or a COPY out of a table. `long-transaction`: one that is open for long. */
  readonly kind: 'dump' | 'long-transaction';
  /** Some of the tables that it holds. */
  readonly tables: readonly string[];
}

/** Tables of an obstacle that are named. */
const TABLES_SHOWN = 3;

const HOLDERS = `
  select ${sessionColumns('a')}, a.xact_start,
    (a.application_name ~* '^pg_dump' or a.query ~* '^\\s*copy\\M.*\\mto\\s+(stdout|program)') as "isDump",
    array_agg(distinct l.relation::regclass::text) as tables
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p', 'm')
  join pg_namespace n on n.oid = c.relnamespace
  where l.granted and l.locktype = 'relation' and a.datname = current_database() and a.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and a.backend_type = 'client backend'
    and ($1::text[] is null or c.relname = any($1) or n.nspname || '.' || c.relname = any($1))
  group by a.pid, a.usename, a.application_name, a.state, a.xact_start, a.query
  order by a.xact_start`;

/**
 * Who holds tables that a migration may change: a dump however young it is, and any transaction that is older than
 * `longMs`. `tables` are those that are known to change; null: any table of the user's.
 */
export async function findObstacles(
  client: Client,
  tables: readonly string[] | null,
  longMs: number,
): Promise<readonly Obstacle[]> {
  const { rows } = await client.query<Record<string, unknown>>(HOLDERS, [tables]);
  return rows.flatMap((row): Obstacle[] => {
    const session = readSession(row);
    const isDump = row['isDump'] === true;
    if (!isDump && session.transactionMs < longMs) return [];
    const held = (row['tables'] as string[]).slice(0, TABLES_SHOWN);
    return [{ session, kind: isDump ? 'dump' : 'long-transaction', tables: held }];
  });
}
