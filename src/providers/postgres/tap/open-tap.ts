import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { readPostgresUrl, type PostgresUrl } from '../postgres-url.ts';
import { sslChoices } from '../postgres-ssl.ts';
import { acceptClient } from './accept-client.ts';
import { ByteReader } from './byte-reader.ts';
import { connectServer, connectSocket, type ServerConnection } from './connect-server.ts';
import { levelSetBy } from './message-level.ts';
import { loadSplitter, type SplitStatements } from './split-statements.ts';
import { tapUrl } from './tap-url.ts';
import { TapSession } from './tap-session.ts';
import type { Tap, TapOptions } from './tap.ts';
import { cancelMessage, fatalMessage, message } from './wire-messages.ts';

/** How long a cancel request may take, when a tap is closed while something runs. */
const CANCEL_MS = 2_000;

/**
 * Listens on a free port of this machine. Whoever has the tap's URL is let in as the target's user and never sees its
 * password. Throws DATABASE_URL_INVALID; a server that cannot be reached is met by the first client.
 */
export async function openTap(options: TapOptions): Promise<Tap> {
  const target = readPostgresUrl(options.target);
  const split = await loadSplitter();
  const server = createServer({ noDelay: true });
  const port = await listen(server);
  const password = randomBytes(24).toString('base64url');
  const sessions = new TapSessions({ target, password, split, options });
  server.on('connection', (socket) => void sessions.serve(socket));
  return {
    url: tapUrl(options.target, { port, user: target.user, password }),
    get sessions() {
      return sessions.open;
    },
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      await sessions.close();
      await closed;
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A connection that could not be accepted, for want of file descriptors, is the client's to try again.
  server.on('error', () => undefined);
  return (server.address() as AddressInfo).port;
}

/** The target's own options and the client's. */
function optionsOf(target: PostgresUrl, wished: string | undefined): { options?: string } {
  const options = [target.options, wished].filter((part) => part !== null && part !== undefined).join(' ');
  return options === '' ? {} : { options };
}

/** As a client asks for it: by a parameter of its own, or among the options. */
function levelOf(parameters: Readonly<Record<string, string>>): string | null {
  const own = parameters['client_min_messages'];
  return levelSetBy(own === undefined ? (parameters['options'] ?? '') : `client_min_messages=${own}`);
}

interface TapParts {
  readonly target: PostgresUrl;
  readonly password: string;
  readonly split: SplitStatements;
  readonly options: TapOptions;
}

interface OpenSession {
  readonly session: TapSession;
  readonly server: ServerConnection;
  /** What the client proves itself with; the server's own key stays here. */
  readonly key: Buffer;
}

class TapSessions {
  readonly #parts: TapParts;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<OpenSession>();
  readonly #closing = new AbortController();
  #ids = 0;
  #statements = 0;

  constructor(parts: TapParts) {
    this.#parts = parts;
  }

  get open(): number {
    return this.#sessions.size;
  }

  async serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    // A client that breaks off is told of by the end of what it says.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    try {
      await this.#serve(socket);
    } catch (error) {
      if (error instanceof ToolError) {
        this.#parts.options.onError?.(error);
        socket.write(fatalMessage(error.code === 'DATABASE_REFUSED' ? '28000' : '08001', error.message));
      }
      // Anything else is a connection that broke, or bytes that are no Postgres: there is nobody to tell.
    } finally {
      socket.destroySoon();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the tap is closed'));
    await Promise.all(
      [...this.#sessions].map((open) => this.#cancel(open.server).finally(() => open.session.end())),
    );
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new ByteReader(socket);
    const wish = await acceptClient(socket, reader, this.#parts.password);
    if (wish === null) return;
    if (wish.kind === 'cancel') return this.#cancelFor(wish);
    const { target, split, options } = this.#parts;
    const { user: _user, database = target.database, ...rest } = wish.parameters;
    const parameters = { ...rest, database, ...optionsOf(target, rest['options']) };
    const settings = {
      ...options.settings,
      ...(options.hold === undefined ? {} : { client_min_messages: 'debug1' }),
    };
    const server = await connectServer(target, { parameters, settings }, this.#closing.signal);
    const key = randomBytes(4);
    this.#ids += 1;
    const session = new TapSession({
      id: this.#ids,
      client: { socket, reader },
      server,
      hooks: options,
      split,
      level: levelOf(rest),
      nextNumber: () => (this.#statements += 1),
      onAbandoned: () => void this.#cancel(server),
    });
    await this.#run({ session, server, key }, socket);
  }

  async #run(open: OpenSession, socket: Socket): Promise<void> {
    const { server, session, key } = open;
    this.#sessions.add(open);
    const pid = Buffer.alloc(4);
    pid.writeUInt32BE(server.backendPid);
    const ok = message('R', Buffer.alloc(4));
    const keyData = message('K', Buffer.concat([pid, key]));
    socket.write(Buffer.concat([ok, ...server.greeting, keyData, message('Z', Buffer.from('I'))]));
    try {
      await session.run();
    } finally {
      this.#sessions.delete(open);
    }
  }

  async #cancelFor(wish: { readonly backendPid: number; readonly key: Buffer }): Promise<void> {
    for (const { server, key } of this.#sessions) {
      const isIt = server.backendPid === wish.backendPid && key.length === wish.key.length;
      if (isIt && timingSafeEqual(key, wish.key)) await this.#cancel(server);
    }
  }

  /** Asks the server to end what it is at. Never rejects: one that cannot be asked will notice that its client is gone. */
  async #cancel(server: ServerConnection): Promise<void> {
    const { target } = this.#parts;
    const signal = AbortSignal.timeout(CANCEL_MS);
    for (const ssl of await sslChoices(target).catch(() => [])) {
      try {
        const socket = await connectSocket(target, ssl, signal);
        socket.on('error', () => undefined);
        socket.end(cancelMessage(server.backendPid, server.cancelKey));
        // The server has taken it when it closes the connection.
        await new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          signal.addEventListener('abort', () => resolve(), { once: true });
          socket.resume();
        });
        return;
      } catch {
        // The next way to encrypt, if there is one.
      }
    }
  }
}
