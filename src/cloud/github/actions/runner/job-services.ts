import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { refusalMessage } from '../../../postgres/server/refusal-message.ts';
import { TcpProxy } from '../../../postgres/server/tcp-proxy.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import { refusal } from '../known-actions/refusal-of.ts';
import type { JsonObject } from '../model/source.ts';
import type { JobPostgres } from './job-postgres.ts';
import { POSTGRES_PORT } from './service-spec.ts';
import type { WantedService } from './service-spec.ts';
import type { ServicePorts } from './service-ports.ts';

/** What services are started with. */
export interface ServiceHost {
  readonly postgres: JobPostgres;
  readonly ports: ServicePorts;
}

/** Where it is told of, and what gives it up. */
interface Telling {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The services of one job. State: what is to be taken back at its end, the last first. */
export class JobServices {
  readonly #host: ServiceHost;
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(host: ServiceHost) {
    this.#host = host;
  }

  /**
   * Starts them, and waits until they take connections; what the context `job.services` says of them. Throws an
   * {@link ActionFailure}, or the reason of the signal.
   */
  async start(services: readonly WantedService[], telling: Telling): Promise<JsonObject> {
    const fixed = services.flatMap(({ ports }) => ports.filter((port) => port !== null));
    const twice = fixed.find((port, at) => fixed.indexOf(port) !== at);
    if (twice !== undefined)
      throw new ActionFailure(`Two services of the job want port ${twice}: port is already allocated`);
    // The ports first, and always in the same order: so no two jobs ever wait for each other.
    for (const port of fixed.toSorted((a, b) => a - b)) await this.#reserve(port, telling);
    const facts: Record<string, JsonObject> = {};
    for (const service of services) facts[service.name] = await this.#startOne(service, telling);
    return facts;
  }

  async #startOne(service: WantedService, { say, signal }: Telling): Promise<JsonObject> {
    const { name, image } = service;
    const server = await this.#host.postgres(service, signal);
    this.#ends.push(() => server.close());
    say(`${name}: ${image} is Postgres ${server.version} of the local cloud`);
    const ports: Record<string, string> = {};
    for (const port of service.ports) {
      if (port !== null) await this.#listen(name, port, server.port);
      ports[String(POSTGRES_PORT)] = String(port ?? server.port);
      say(`${name}: port ${POSTGRES_PORT} is 127.0.0.1:${ports[String(POSTGRES_PORT)]}`);
    }
    return { id: name, ports };
  }

  async close(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end();
  }

  async #reserve(port: number, { say, signal }: Telling): Promise<void> {
    const release = await this.#host.ports.take(port, signal, () =>
      say(`Another job has port ${port}: waiting until it has ended`),
    );
    this.#ends.push(() => Promise.resolve(release()));
  }

  async #listen(name: string, port: number, to: number): Promise<void> {
    try {
      const proxy = await TcpProxy.listen(port, {
        connect: () => open(to),
        refusal: refusalMessage,
        onChange: () => undefined,
      });
      this.#ends.push(() => proxy.close());
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
      throw new ActionFailure(
        refusal(
          `port ${port} of this machine is not free for the service ${name} (${code})`,
          `Write ports: ['${POSTGRES_PORT}'] and read job.services.${name}.ports['${POSTGRES_PORT}'], or end what has the port.`,
        ),
      );
    }
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
