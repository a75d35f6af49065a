import { Pool, types } from 'pg';
import type { Log } from './json-log.ts';

/** Small: several machines share one Postgres of a hundred connections. */
const CONNECTIONS_MAX = 5;
const CONNECT_TIMEOUT_MS = 5_000;

/** What Postgres and the network say when a connection, and not the query, was at fault. */
const CONNECTION_LOST = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', '57P01', '57P02', '57P03', '08006']);

/** One pool of connections, and the two ways to use it. */
export interface Database {
  /** Reads rows; tried once more when the connection was lost, as happens when a sleeping database was stopped. */
  read<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one transaction: all of it, or nothing. Never tried again. */
  write<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** One statement inside a transaction. */
export type Query = <Row>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Opens no connection until the first query. `bigint` columns are read as numbers: cents and ids stay below 2^53. */
export function openDatabase(url: string, log: Log): Database {
  types.setTypeParser(types.builtins.INT8, Number);
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // An idle connection that breaks would otherwise end the process.
  pool.on('error', (error) => log('warn', 'a database connection broke', { error: error.message }));
  return {
    read: (sql, values) => readRows(pool, sql, values),
    write: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

async function readRows<Row>(pool: Pool, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  try {
    return (await pool.query(sql, [...values])).rows as Row[];
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    return (await pool.query(sql, [...values])).rows as Row[];
  }
}

async function inTransaction<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(
      async <Row>(sql: string, values: readonly unknown[] = []) =>
        (await client.query(sql, [...values])).rows as Row[],
    );
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

function isConnectionLost(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return CONNECTION_LOST.has(code ?? '') || message === 'Connection terminated unexpectedly';
}
