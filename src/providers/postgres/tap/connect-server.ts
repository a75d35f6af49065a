import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { connectError, isTlsRefused } from '../connect-error.ts';
import { sslChoices, type SslChoice } from '../postgres-ssl.ts';
import type { PostgresUrl } from '../postgres-url.ts';
import { ByteReader, type WireMessage } from './byte-reader.ts';
import { logIn } from './log-in.ts';
import { ServerRefusal } from './server-refusal.ts';
import { message, queryMessage, readFields, sslRequestMessage, startupMessage } from './wire-messages.ts';

/** A session on the real server that waits for its first statement. */
export interface ServerConnection {
  readonly socket: Socket;
  readonly reader: ByteReader;
  readonly backendPid: number;
  /** What proves that a cancel request comes from here. */
  readonly cancelKey: Buffer;
  /** ParameterStatus and other messages that a client is to have, too. */
  readonly greeting: readonly Buffer[];
}

/** Which session is wanted. */
export interface WantedSession {
  /** The client's own parameters, the database among them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Ours, which win. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Opens a session as the target's own user. Throws DATABASE_UNREACHABLE or DATABASE_REFUSED with what the server said. */
export async function connectServer(
  target: PostgresUrl,
  wanted: WantedSession,
  signal: AbortSignal,
): Promise<ServerConnection> {
  const choices = await sslChoices(target);
  let failure: unknown = null;
  for (const [index, ssl] of choices.entries()) {
    try {
      return await openAnyhow(target, ssl, wanted, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
      if (index === choices.length - 1 || !isTlsRefused(error, ssl !== false)) break;
    }
  }
  throw connectError(target, failure);
}

/** A bare connection, encrypted as far as is asked for. */
export async function connectSocket(
  target: PostgresUrl,
  ssl: SslChoice,
  signal: AbortSignal,
): Promise<Socket> {
  const plain = target.host.startsWith('/')
    ? connect({ path: `${target.host}/.s.PGSQL.${target.port}`, signal })
    : connect({ host: target.host, port: target.port, noDelay: true, signal });
  try {
    await once(plain, 'connect', { signal });
    return ssl === false ? plain : await encrypt(plain, target.host, ssl, signal);
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

async function encrypt(
  plain: Socket,
  host: string,
  ssl: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  plain.write(sslRequestMessage());
  const [answer] = (await once(plain, 'data', { signal })) as [Buffer];
  plain.pause();
  // More than one byte would be something that somebody on the way put in front of the encrypted part.
  if (answer.toString() !== 'S')
    throw new ServerRefusal('08001', 'The server does not support SSL connections');
  const secure = connectTls({
    ...ssl,
    socket: plain,
    ALPNProtocols: ['postgresql'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  await once(secure, 'secureConnect', { signal });
  return secure;
}

async function openAnyhow(
  target: PostgresUrl,
  ssl: SslChoice,
  { parameters, settings }: WantedSession,
  signal: AbortSignal,
): Promise<ServerConnection> {
  try {
    return await openSession(
      target,
      ssl,
      { parameters: { ...parameters, ...settings }, statements: [] },
      signal,
    );
  } catch (error) {
    // A pooler takes only the parameters that it knows: what it does not is set once the session is open.
    if (!(error instanceof ServerRefusal) || !error.message.includes('unsupported startup parameter'))
      throw error;
    const statements = Object.entries(settings).map(([name, value]) => setStatement(name, value));
    return openSession(target, ssl, { parameters, statements }, signal);
  }
}

async function openSession(
  target: PostgresUrl,
  ssl: SslChoice,
  start: { readonly parameters: Readonly<Record<string, string>>; readonly statements: readonly string[] },
  signal: AbortSignal,
): Promise<ServerConnection> {
  const socket = await connectSocket(target, ssl, signal);
  // Broken later, it ends what reads from it; there is nothing else to do about it.
  socket.on('error', () => undefined);
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const reader = new ByteReader(socket);
    socket.write(startupMessage({ ...start.parameters, user: target.user }));
    await logIn(socket, reader, target, randomBytes(18).toString('base64'));
    const opened = await untilReady(reader);
    for (const sql of start.statements) {
      socket.write(queryMessage(sql));
      await untilReady(reader);
    }
    return { socket, reader, ...opened };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function untilReady(reader: ByteReader): Promise<Omit<ServerConnection, 'socket' | 'reader'>> {
  let backendPid = 0;
  let cancelKey: Buffer = Buffer.alloc(0);
  const greeting: Buffer[] = [];
  for (let said = await next(reader); said.type !== 'Z'; said = await next(reader)) {
    if (said.type === 'K') {
      backendPid = said.body.readUInt32BE(0);
      cancelKey = Buffer.from(said.body.subarray(4));
    } else greeting.push(message(said.type, said.body));
  }
  return { backendPid, cancelKey, greeting };
}

async function next(reader: ByteReader): Promise<WireMessage> {
  const said = await reader.message();
  if (said === null) throw new ServerRefusal('57P01', 'The server ended the connection');
  if (said.type === 'E') throw ServerRefusal.of(readFields(said.body));
  return said;
}

/** Names are ours; a value is quoted. */
function setStatement(name: string, value: string): string {
  return `set ${name} = '${value.replaceAll("'", "''")}'`;
}
