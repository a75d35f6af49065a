import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/**
 * Below the range from which kernels give out ports for outgoing connections, and apart from the machines' own ports,
 * or a restart could find the port of a database taken.
 */
const PORTS = { min: 12_000, max: 20_000 } as const;
const PORT_ATTEMPTS = 50;

/** What a proxy does with connections. */
export interface TcpProxyHandlers {
  /** Opens the connection behind an accepted one; may take its time, such as to start a server first. */
  connect(): Promise<Socket>;
  /** Sent to a client whose connection could not be opened. */
  refusal(error: unknown): Buffer;
  /** Called whenever the number of open connections changes. */
  onChange(connections: number): void;
}

/** A loopback port that passes connections on. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  #handlers: TcpProxyHandlers;
  readonly #clients = new Set<Socket>();

  private constructor(server: Server, port: number, handlers: TcpProxyHandlers) {
    this.#server = server;
    this.port = port;
    this.#handlers = handlers;
    // A connection that could not be accepted, for want of file descriptors, is the client's to try again.
    server.on('error', () => undefined);
    server.on('connection', (client) => void this.#serve(client));
  }

  /** Listens on `port`, or on a free one when it is null. Rejects with EADDRINUSE when it is taken. */
  static async listen(port: number | null, handlers: TcpProxyHandlers): Promise<TcpProxy> {
    const attempts = port === null ? PORT_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      // Paused, so that nothing the client says before the server is up gets lost.
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      const candidate = port ?? randomInt(PORTS.min, PORTS.max);
      try {
        await listenOn(server, candidate);
        return new TcpProxy(server, candidate, handlers);
      } catch (error) {
        if (attempt === attempts || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  get connections(): number {
    return this.#clients.size;
  }

  /** Breaks the open connections; new ones go by other handlers. No connection is refused meanwhile. */
  handTo(handlers: TcpProxyHandlers): void {
    this.#handlers = handlers;
    for (const client of this.#clients) client.destroy();
  }

  /** Stops listening and breaks the open connections. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  async #serve(client: Socket): Promise<void> {
    this.#clients.add(client);
    client.once('close', () => {
      this.#clients.delete(client);
      this.#handlers.onChange(this.#clients.size);
    });
    client.on('error', () => client.destroy());
    this.#handlers.onChange(this.#clients.size);
    try {
      join(client, await this.#handlers.connect());
    } catch (error) {
      client.resume();
      client.end(this.#handlers.refusal(error));
    }
  }
}

function join(client: Socket, upstream: Socket): void {
  upstream.on('error', () => upstream.destroy());
  if (client.destroyed) {
    upstream.destroy();
    return;
  }
  upstream.once('close', () => client.destroySoon());
  client.once('close', () => upstream.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}

async function listenOn(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
