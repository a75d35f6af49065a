import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/**
 * Lets containers reach what listens on this computer's loopback: databases, other apps, whatever a developer runs. On
 * Linux a container reaches this computer at the gateway of its network, where nothing listens. So for each port that a
 * container's environment names, its connections are passed on from there to 127.0.0.1, to the same port. Only
 * containers of this cloud are on that network.
 */
export class HostGateway {
  readonly #address: string;
  readonly #servers = new Map<number, Promise<Server>>();
  readonly #sockets = new Set<Socket>();

  /** `address`: of this computer on the containers' network. */
  constructor(address: string) {
    this.#address = address;
  }

  /** Resolves once a port is passed on. Throws when somebody else listens there. */
  async open(port: number): Promise<void> {
    const opening = this.#servers.get(port) ?? this.#listen(port);
    this.#servers.set(port, opening);
    try {
      await opening;
    } catch (error) {
      this.#servers.delete(port);
      throw error;
    }
  }

  /** Ends all connections and listeners. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const servers = await Promise.allSettled(this.#servers.values());
    this.#servers.clear();
    const ended = servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          if (server.status === 'fulfilled') server.value.close(() => resolve());
          else resolve();
        }),
    );
    await Promise.all(ended);
  }

  #listen(port: number): Promise<Server> {
    const server = createServer({ allowHalfOpen: true }, (inside) => this.#passOn(inside, port));
    return new Promise((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          new Error(`containers cannot be given port ${port} at ${this.#address}: ${cause.message}`, {
            cause,
          }),
        ),
      );
      server.listen(port, this.#address, () => resolve(server));
    });
  }

  #passOn(inside: Socket, port: number): void {
    const outside = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.once('error', () => other.destroy());
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
