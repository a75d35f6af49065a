import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { PooledClient } from './pool/pooled-client.ts';
import { ServerPool } from './pool/server-pool.ts';
import { ServerRefusal } from './pool/server-session.ts';
import { fatalMessage, textAt, wireMessage, WireReader } from './pool/wire-messages.ts';
import type { WireMessage } from './pool/wire-messages.ts';
import type { ComputeTarget, Startup } from './serve-compute.ts';

/** Taken from a client at its start, by PgBouncer's documentation and Neon's settings of it; any other is refused. */
const TAKEN = new Set([
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
  'application_name',
]);
const IGNORED = new Set(['user', 'database', 'extra_float_digits']);

const CANCEL_CODE = 80_877_102;

type Door = ComputeTarget & { readonly endpointId: string; readonly startup: Startup; readonly rest: Buffer };

/**
 * Transaction pooling, as PgBouncer does it in front of Neon's computes: a client has a session of the server's for one
 * transaction and another one for the next. Settings, advisory locks, temporary tables, LISTEN and SQL's PREPARE do not
 * last; statements prepared by the protocol do.
 */
export class Pooler {
  readonly #pools = new Map<string, { readonly pool: ServerPool; clients: number }>();
  readonly #clients = new Map<number, { readonly client: PooledClient; readonly port: number }>();

  /** Takes over a connection whose startup packet has been read. */
  serve(socket: Socket, door: Door): void {
    this.#begin(socket, door).catch((error: unknown) => {
      socket.resume();
      socket.end(
        error instanceof ServerRefusal ? error.raw : fatalMessage('08006', (error as Error).message),
      );
    });
  }

  /** Passes a cancel request on to the server that works for the client now. */
  cancel(pid: number, secret: number): void {
    const found = this.#clients.get(pid);
    const key = found?.client.session?.key ?? null;
    if (found === undefined || key === null || found.client.key.secret !== secret) return;
    const request = Buffer.alloc(16);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(CANCEL_CODE, 4);
    request.writeInt32BE(key.pid, 8);
    request.writeInt32BE(key.secret, 12);
    connect(found.port, '127.0.0.1')
      .on('error', () => undefined)
      .end(request);
  }

  close(): void {
    for (const { pool } of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  async #begin(socket: Socket, door: Door): Promise<void> {
    const { parameters } = door.startup;
    const wanted = wantedParameters(parameters);
    const [user, database] = [
      parameters.get('user') ?? '',
      parameters.get('database') ?? parameters.get('user') ?? '',
    ];
    const reader = new WireReader();
    const { password, early } = await askPassword(socket, reader, door.rest);
    const hash = createHash('sha256').update(password).digest('hex');
    const { port, isReadOnly } = door;
    // After a restore the same compute is in front of another server.
    const key = JSON.stringify([door.endpointId, port, user, database, hash]);
    const entry = this.#pools.get(key) ?? {
      pool: new ServerPool({ port, isReadOnly, user, database, password }),
      clients: 0,
    };
    this.#pools.set(key, entry);
    entry.clients += 1;
    const client = new PooledClient(socket, entry.pool, wanted);
    this.#clients.set(client.key.pid, { client, port });
    socket.once('close', () => {
      this.#clients.delete(client.key.pid);
      entry.clients -= 1;
      if (entry.clients > 0) return;
      this.#pools.delete(key);
      entry.pool.close();
    });
    await client.begin(reader, early);
  }
}

/** What the client wants set in every session. Throws for what a pooled session cannot be started with. */
function wantedParameters(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  for (const [name, value] of parameters) {
    const key = name.toLowerCase();
    if (key === 'options')
      throw new Error(
        `unsupported startup parameter in options: ${value}. Please use unpooled connection or remove this parameter from the startup package`,
      );
    if (TAKEN.has(key)) wanted.set(CANONICAL[key] ?? name, value);
    else if (!IGNORED.has(key)) throw new Error(`unsupported startup parameter: ${name}`);
  }
  return wanted;
}

/** As the server writes them. */
const CANONICAL: Readonly<Record<string, string>> = { datestyle: 'DateStyle', timezone: 'TimeZone' };

/** The server is asked with it, so that it must come in clear; nothing leaves this computer. */
async function askPassword(
  socket: Socket,
  reader: WireReader,
  rest: Buffer,
): Promise<{ readonly password: string; readonly early: readonly WireMessage[] }> {
  socket.write(wireMessage('R', 3));
  let messages = reader.push(rest);
  while (messages.length === 0) {
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const onClose = (): void => reject(new Error('the client has gone'));
      socket.once('close', onClose);
      socket.once('data', (chunk) => {
        socket.pause();
        socket.off('close', onClose);
        resolve(chunk);
      });
      socket.resume();
    });
    messages = reader.push(bytes);
  }
  const [answer, ...early] = messages;
  if (answer?.type !== 'p') throw new Error('expected password response');
  return { password: textAt(answer.body).text, early };
}
