import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { isFreePort, pickLoopbackPort, PORT_MAX, PORT_MIN } from './loopback-port.ts';

/** So many ports in a row belong to one cloud: most have no more machines, and there is room for a hundred clouds. */
const BLOCK_PORTS = 100;
const BLOCKS = Math.floor((PORT_MAX - PORT_MIN) / BLOCK_PORTS);

/**
 * Ports of 127.0.0.1 that no other cloud of this computer gives to a machine. Between our looking at a port and the
 * machine's listening on it lies its boot, seconds sometimes: two clouds that took ports where they like would now and
 * then give the same one to two machines, of which one answers the checks of both until it ends. A cloud listens on the
 * first port of a block, and so has the others; the system takes that back when its process ends, however it ends.
 */
export class PortBlocks {
  /** By their first port. */
  readonly #claims = new Map<number, Promise<Server | null>>();
  /** Where it begins to look for a block, so that machines that start at once find the same one. */
  readonly #start = randomInt(BLOCKS);

  /** The blocks are given back when the signal aborts. */
  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => void this.#giveBack(), { once: true });
  }

  /** A free port: the preferred one where it is free and no other cloud's, else one that nobody in `taken` has. */
  async pick(taken: ReadonlySet<number>, preferred: number | null): Promise<number> {
    if (preferred !== null && !taken.has(preferred) && (await this.#isOurs(preferred))) return preferred;
    for (const first of this.#claims.keys()) {
      const port = await this.#pickIn(first, taken);
      if (port !== null) return port;
    }
    for (let turn = 0; turn < BLOCKS; turn++) {
      const port = await this.#pickIn(PORT_MIN + ((this.#start + turn) % BLOCKS) * BLOCK_PORTS, taken);
      if (port !== null) return port;
    }
    // As many clouds as there are blocks: a port that is free now is better than none.
    return pickLoopbackPort(taken, null);
  }

  async #isOurs(port: number): Promise<boolean> {
    const isInBlocks = port >= PORT_MIN && port < PORT_MIN + BLOCKS * BLOCK_PORTS;
    const first = port - ((port - PORT_MIN) % BLOCK_PORTS);
    return (!isInBlocks || (port !== first && (await this.#claim(first)))) && (await isFreePort(port));
  }

  async #pickIn(first: number, taken: ReadonlySet<number>): Promise<number | null> {
    if (!(await this.#claim(first))) return null;
    const count = BLOCK_PORTS - 1;
    const start = randomInt(count);
    for (let turn = 0; turn < count; turn++) {
      const port = first + 1 + ((start + turn) % count);
      if (!taken.has(port) && (await isFreePort(port))) return port;
    }
    return null;
  }

  async #claim(first: number): Promise<boolean> {
    const claim = this.#claims.get(first) ?? listenOn(first);
    this.#claims.set(first, claim);
    if ((await claim) !== null) return true;
    this.#claims.delete(first);
    return false;
  }

  async #giveBack(): Promise<void> {
    const claims = [...this.#claims.values()];
    this.#claims.clear();
    for (const server of await Promise.all(claims)) server?.close();
  }
}

/** Null where somebody else listens there. */
function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server.unref()));
  });
}
