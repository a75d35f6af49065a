import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

/** How many app ports there may be; beyond it the ports of apps that are gone are given away. */
const PORTS_MAX = 1_000;

/** Where the per-app ports lie and where they are remembered. */
export interface AppPortSettings {
  /** First port to try; 0 takes whatever the system gives. */
  readonly from: number;
  /** A JSON file that keeps each app on its port across restarts; undefined remembers nothing. */
  readonly file?: string | undefined;
}

interface ListenerDeps {
  readonly host: string;
  readonly settings: AppPortSettings;
  /** A server for one app that does not listen yet. */
  readonly newServer: (app: string) => Server;
}

/** One loopback listener per app, always on the same port: what `*.localhost` cannot be where it does not resolve. */
export class AppListeners {
  readonly #deps: ListenerDeps;
  readonly #ports: Map<string, number>;
  readonly #servers = new Map<string, Server>();
  readonly #opening = new Map<string, Promise<number>>();
  /** One at a time, so that two apps never try the same free port. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    this.#ports = new Map(Object.entries(readPorts(deps.settings.file)));
  }

  /** The port of an app whose listener is open; null otherwise. */
  portOf(app: string): number | null {
    return this.#servers.has(app) ? (this.#ports.get(app) ?? null) : null;
  }

  /**
   * The port that an app has or will have, kept for it from now on; null when ports are given by the system. The
   * listener is opened if it is not: an app may be spoken to before it is created.
   */
  reserve(app: string): number | null {
    const known = this.#ports.get(app);
    if (known !== undefined && this.#servers.has(app)) return known;
    if (known === undefined && this.#deps.settings.from === 0) return null;
    const port = known ?? this.#nextPort(0);
    if (known === undefined) {
      this.#ports.set(app, port);
      this.#store();
    }
    void this.open(app).catch(() => undefined);
    return port;
  }

  /** Opens the app's listener unless it is open, on its remembered port where that is free. Returns the port. */
  async open(app: string): Promise<number> {
    const known = this.portOf(app) ?? this.#opening.get(app);
    if (known !== undefined) return known;
    const opening = this.#queue.then(() => this.#bind(app));
    this.#queue = opening.catch(() => undefined);
    this.#opening.set(app, opening);
    return opening.finally(() => this.#opening.delete(app));
  }

  /** Closes an app's listener; its port stays remembered. */
  drop(app: string): void {
    const server = this.#servers.get(app);
    this.#servers.delete(app);
    server?.close();
    server?.closeIdleConnections();
  }

  /** Every open server, for shutting down. */
  servers(): readonly Server[] {
    return [...this.#servers.values()];
  }

  async #bind(app: string): Promise<number> {
    const server = this.#deps.newServer(app);
    const remembered = this.#ports.get(app);
    if (remembered !== undefined && (await listens(server, remembered, this.#deps.host))) {
      return this.#opened(app, server);
    }
    this.#ports.delete(app);
    for (let tries = 0; tries < PORTS_MAX; tries += 1) {
      const port = this.#nextPort(tries);
      if (await listens(server, port, this.#deps.host)) return this.#opened(app, server);
    }
    throw new Error(`no free port for app ${app} from ${this.#deps.settings.from} on`);
  }

  #opened(app: string, server: Server): number {
    const { port } = server.address() as AddressInfo;
    this.#servers.set(app, server);
    if (this.#ports.get(app) !== port) {
      this.#ports.set(app, port);
      this.#store();
    }
    return port;
  }

  #nextPort(skip: number): number {
    const { from } = this.#deps.settings;
    if (from === 0) return 0;
    if (this.#ports.size >= PORTS_MAX) {
      for (const app of this.#ports.keys()) if (!this.#servers.has(app)) this.#ports.delete(app);
    }
    const taken = new Set(this.#ports.values());
    let port = from;
    for (let left = skip; ; port += 1) {
      if (taken.has(port)) continue;
      if (left === 0) return port;
      left -= 1;
    }
  }

  #store(): void {
    const { file } = this.#deps.settings;
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      `${file}.tmp`,
      `${JSON.stringify({ version: 1, ports: Object.fromEntries(this.#ports) })}\n`,
    );
    renameSync(`${file}.tmp`, file);
  }
}

/** Whether the server listens now; false when the port is taken or not allowed. */
async function listens(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const onError = (): void => resolve(false);
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}

/** A file that is missing or damaged means that every app gets a new port, nothing worse. */
function readPorts(file: string | undefined): Record<string, number> {
  if (file === undefined) return {};
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { ports?: Record<string, unknown> };
    const entries = Object.entries(stored.ports ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
    );
  } catch {
    return {};
  }
}
