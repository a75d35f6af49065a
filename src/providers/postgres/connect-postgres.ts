import type { Client } from 'pg';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { connectError, isNotReady, isTlsRefused } from './connect-error.ts';
import { sslChoices, type SslChoice } from './postgres-ssl.ts';
import { databaseWords, readPostgresUrl, type PostgresUrl } from './postgres-url.ts';

/** How a session is opened. */
export interface PostgresSessionOptions {
  /** Ends the connection; what waits for an answer is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default 30 s: a cluster that sleeps is started by the connection. */
  readonly connectTimeoutMs?: number;
  /** What others see in pg_stat_activity. Default `glidepath`. */
  readonly applicationName?: string;
  /** Settings for this session: `{ lock_timeout: '2s' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const CONNECT_MS = 30_000;

/**
 * Runs `work` with one connection to a database, and closes it. Throws DATABASE_URL_INVALID, DATABASE_UNREACHABLE or
 * DATABASE_REFUSED; what the server says to a query of `work` goes through as it is. No message shows a password.
 */
export async function withPostgres<T>(
  url: string,
  options: PostgresSessionOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const target = readPostgresUrl(url);
  options.signal?.throwIfAborted();
  const client = await connect(target, options);
  const lost = watchConnection(client);
  const abort = (): void => void client.end().catch(() => undefined);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    for (const [name, value] of Object.entries(options.settings ?? {}))
      await client.query('select set_config($1, $2, false)', [name, value]);
    return await work(client);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ToolError || !(lost() || isNotReady(error))) throw error;
    throw new ToolError(
      'DATABASE_UNREACHABLE',
      `The connection to ${databaseWords(target)} broke: ${error instanceof Error ? error.message : String(error)}.`,
      { retry: 'safe', cause: error },
    );
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await client.end().catch(() => undefined);
  }
}

/** Says whether the connection is gone. Without a listener an idle connection that breaks would end the process. */
function watchConnection(client: Client): () => boolean {
  let isLost = false;
  client.on('error', () => (isLost = true));
  client.on('end', () => (isLost = true));
  return () => isLost;
}

async function connect(target: PostgresUrl, options: PostgresSessionOptions): Promise<Client> {
  const choices = await sslChoices(target);
  let failure: unknown = null;
  for (const [index, ssl] of choices.entries()) {
    try {
      return await connectOnce(target, ssl, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      failure = error;
      if (index === choices.length - 1 || !isTlsRefused(error, ssl !== false)) break;
    }
  }
  throw connectError(target, failure);
}

async function connectOnce(
  target: PostgresUrl,
  ssl: SslChoice,
  options: PostgresSessionOptions,
): Promise<Client> {
  // Loaded here, because a command that touches no database should not pay for it.
  const { Client } = await import('pg');
  const client = new Client({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    ssl,
    application_name: options.applicationName ?? 'glidepath',
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_MS,
    enableChannelBinding: target.isChannelBindingRequired,
    ...(target.options === null ? {} : { options: target.options }),
  });
  client.on('error', () => undefined);
  const abort = (): void => void client.end().catch(() => undefined);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}
