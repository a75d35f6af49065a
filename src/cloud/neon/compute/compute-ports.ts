import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** As the ports of the local Postgres servers: below those that kernels give out for outgoing connections. */
const PORTS = { min: 12_000, max: 20_000 } as const;
const PORT_ATTEMPTS = 50;

/** The two doors of a compute. */
export type ComputeDoor = 'direct' | 'pooled';

/** A connection to a compute; the socket is paused and its errors are taken care of. */
export interface ComputeConnection {
  readonly client: Socket;
  readonly endpointId: string;
  readonly door: ComputeDoor;
  /** To be called when it has got to a server: until then it waits, whatever happens to the compute. */
  isServed(): void;
}

/** Answers a connection. */
export type ServeCompute = (connection: ComputeConnection) => void;

interface Listener {
  readonly server: Server;
  readonly port: number;
  readonly clients: Set<Socket>;
  /** Those that have got to a server. */
  readonly served: Set<Socket>;
}

/** Two loopback ports for every compute: they stay while its branch, its data and its server change. */
export class ComputePorts {
  readonly #serve: ServeCompute;
  readonly #listeners = new Map<string, Readonly<Record<ComputeDoor, Listener>>>();

  constructor(serve: ServeCompute) {
    this.#serve = serve;
  }

  /**
   * Listens for a compute: on the ports it had before, or on free ones. A port that somebody else has taken meanwhile is
   * replaced.
   */
  async open(
    endpointId: string,
    before: { readonly port: number; readonly pooledPort: number } | null,
  ): Promise<{ readonly port: number; readonly pooledPort: number }> {
    const direct = await this.#listen(endpointId, 'direct', before?.port ?? null);
    const pooled = await this.#listen(endpointId, 'pooled', before?.pooledPort ?? null);
    this.#listeners.set(endpointId, { direct, pooled });
    return { port: direct.port, pooledPort: pooled.port };
  }

  /** Connections to its server, both doors together. */
  connections(endpointId: string): number {
    const listeners = this.#listeners.get(endpointId);
    return listeners === undefined ? 0 : listeners.direct.served.size + listeners.pooled.served.size;
  }

  /** Breaks the connections to the server of a compute; those that wait for it, and new ones, are let in. */
  cut(endpointId: string): void {
    const listeners = this.#listeners.get(endpointId);
    for (const listener of Object.values(listeners ?? {}))
      for (const client of listener.served) client.destroy();
  }

  /** Stops listening for a compute that is gone. */
  async close(endpointId: string): Promise<void> {
    const listeners = this.#listeners.get(endpointId);
    this.#listeners.delete(endpointId);
    for (const { server, clients } of Object.values(listeners ?? {})) {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => void server.close(resolve));
    }
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#listeners.keys()].map((id) => this.close(id)));
  }

  async #listen(endpointId: string, door: ComputeDoor, wanted: number | null): Promise<Listener> {
    for (let attempt = 1; ; attempt += 1) {
      // Paused, so that nothing is lost of what a client says before it is being listened to.
      const server = createServer({ pauseOnConnect: true, noDelay: true });
      const port = attempt === 1 && wanted !== null ? wanted : randomInt(PORTS.min, PORTS.max);
      try {
        await listenOn(server, port);
        return this.#accept({ server, port, clients: new Set(), served: new Set() }, endpointId, door);
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  #accept(listener: Listener, endpointId: string, door: ComputeDoor): Listener {
    const { server, clients, served } = listener;
    // A connection that could not be accepted, for want of file descriptors, is the client's to try again.
    server.on('error', () => undefined);
    server.on('connection', (client) => {
      clients.add(client);
      client.once('close', () => {
        clients.delete(client);
        served.delete(client);
      });
      client.on('error', () => client.destroy());
      this.#serve({ client, endpointId, door, isServed: () => served.add(client) });
    });
    return listener;
  }
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
