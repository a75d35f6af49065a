import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { refusalMessage } from '../../postgres/server/refusal-message.ts';
import { readFirstPacket, readNeonOptions, writeStartup } from './startup-packet.ts';
import type { FirstPacket } from './startup-packet.ts';
import type { ComputeConnection, ServeCompute } from './compute-ports.ts';

/** A startup packet, the answer to whether there is TLS in between: nobody needs longer for that. */
const FIRST_PACKET_MS = 30_000;

/** Where a connection to a compute is to go. */
export interface ComputeTarget {
  /** Of the Postgres server, on loopback; a connection to it wakes it. */
  readonly port: number;
  readonly isReadOnly: boolean;
}

/** A startup packet as it came. */
export type Startup = Extract<FirstPacket, { kind: 'startup' }>;

/** What serving a compute depends on. */
export interface ComputeDoors {
  /** Waits for what is being done to the branch, and says where to go. Throws for a compute that lets nobody in. */
  admit(endpointId: string): Promise<ComputeTarget>;
  /** Takes a connection to the pooled door over, its startup packet read, `rest` behind it. */
  pool(client: Socket, at: ComputeTarget & { endpointId: string; startup: Startup; rest: Buffer }): void;
  /** Passes a cancel request of a client of the pooled door on. */
  cancelPooled(pid: number, secret: number): void;
}

/** Serves the ports of computes: Neon's proxy, as far as it can be told from a server. Without TLS. */
export function serveCompute(doors: ComputeDoors): ServeCompute {
  return (connection) => {
    serve(connection, doors).catch((error: unknown) => {
      connection.client.resume();
      connection.client.end(refusalMessage(error));
    });
  };
}

async function serve(connection: ComputeConnection, doors: ComputeDoors): Promise<void> {
  const { client, endpointId, door } = connection;
  const { packet, rest } = await firstPacket(client);
  if (packet.kind === 'cancel') {
    if (door === 'pooled') doors.cancelPooled(packet.pid, packet.secret);
    else
      connect((await doors.admit(endpointId)).port, '127.0.0.1')
        .on('error', () => undefined)
        .end(packet.raw);
    client.end();
    return;
  }
  const startup = forPostgres(packet);
  const target = await doors.admit(endpointId);
  if (client.destroyed) return;
  connection.isServed();
  if (door === 'pooled') doors.pool(client, { ...target, endpointId, startup, rest });
  else passOn(client, target, startup, rest);
}

/** Says no to encryption until the client says what it wants. */
async function firstPacket(
  client: Socket,
): Promise<{ packet: Exclude<FirstPacket, { kind: 'ssl' | 'gss' }>; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  client.setTimeout(FIRST_PACKET_MS, () => client.destroy());
  for (;;) {
    const read = readFirstPacket(bytes);
    if (read === null) {
      bytes = Buffer.concat([bytes, await nextBytes(client)]);
      continue;
    }
    const { packet, rest } = read;
    if (packet.kind === 'startup' || packet.kind === 'cancel') {
      client.setTimeout(0);
      return { packet, rest };
    }
    client.write('N');
    bytes = rest;
  }
}

function nextBytes(client: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      client.pause();
      client.off('data', onData);
      client.off('close', onClose);
    };
    const onData = (bytes: Buffer): void => {
      settle();
      resolve(bytes);
    };
    const onClose = (): void => {
      settle();
      reject(new Error('the client has gone'));
    };
    client.on('data', onData);
    client.on('close', onClose);
    client.resume();
  });
}

/** Without what is for Neon's proxy; throws for what only Neon's storage can do. */
function forPostgres(packet: Startup): Startup {
  const { rest, past } = readNeonOptions(packet.parameters.get('options'));
  if (past !== null)
    throw new Error(
      `the local cloud cannot show the past through a connection (${past}): make a branch of it`,
    );
  const parameters = new Map(packet.parameters);
  if (rest === null) parameters.delete('options');
  else parameters.set('options', rest);
  return { ...packet, parameters };
}

function passOn(client: Socket, target: ComputeTarget, startup: Startup, rest: Buffer): void {
  const server = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
  server.on('error', () => server.destroy());
  server.once('close', () => client.destroySoon());
  client.once('close', () => server.destroy());
  server.write(writeStartup(startup.version, withAccess(startup.parameters, target)));
  server.write(rest);
  client.pipe(server);
  server.pipe(client);
}

/** A read-only compute has read-only transactions, unless a session says otherwise. */
export function withAccess(
  parameters: ReadonlyMap<string, string>,
  { isReadOnly }: Pick<ComputeTarget, 'isReadOnly'>,
): ReadonlyMap<string, string> {
  if (!isReadOnly) return parameters;
  const options = [parameters.get('options') ?? '', '-c default_transaction_read_only=on'].join(' ').trim();
  return new Map([...parameters, ['options', options]]);
}
