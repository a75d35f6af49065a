import type { Client, FieldDef } from 'pg';
import { SqlRouteError } from './sql-route-error.ts';

/** What to run. */
export interface SqlOrder {
  readonly queries: readonly {
    readonly text: string;
    readonly values: readonly unknown[];
    /** Rows as arrays, not as objects. */
    readonly isArrayMode: boolean;
  }[];
  /** Values as Postgres writes them; else numbers, booleans and JSON as JSON has them. */
  readonly isRawText: boolean;
  /** How the transaction around them begins; null: none. */
  readonly begin: string | null;
}

/** Of an error of Postgres, what the driver makes its own error of. */
const FIELDS = [
  'code',
  'severity',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

/** Runs queries one after the other in a session of their own. Throws what Postgres refuses as {@link SqlRouteError}. */
export async function runSql(url: string, order: SqlOrder): Promise<readonly object[]> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (order.begin !== null) await client.query(order.begin);
    const results: object[] = [];
    for (const query of order.queries) results.push(await runOne(client, query, order.isRawText));
    if (order.begin !== null) await client.query('commit');
    return results;
  } catch (error) {
    const known = error as Readonly<Record<string, unknown>>;
    throw new SqlRouteError(
      error instanceof Error ? error.message : String(error),
      400,
      Object.fromEntries(FIELDS.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]))),
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function runOne(
  client: Client,
  query: SqlOrder['queries'][number],
  isRawText: boolean,
): Promise<object> {
  const answer = await client.query<unknown[]>({
    text: query.text,
    values: [...query.values],
    rowMode: 'array',
    ...(isRawText ? { types: { getTypeParser: () => (value: unknown) => value } } : {}),
  });
  const rows = query.isArrayMode ? answer.rows : answer.rows.map((row) => byName(answer.fields, row));
  return {
    command: answer.command,
    rowCount: answer.rowCount,
    rows,
    fields: answer.fields,
    rowAsArray: query.isArrayMode,
  };
}

function byName(fields: readonly FieldDef[], row: readonly unknown[]): object {
  return Object.fromEntries(fields.map(({ name }, index) => [name, row[index]]));
}
