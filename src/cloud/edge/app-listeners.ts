import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

/** Beyond this many, the ports of apps that are gone are given away. */
const PORTS_MAX = 500;
/**
 * Listeners that are open without an app: an address must be given at once when a machine starts, and be certain.
 * More than one machine's environment names.
 */
const SPARES = 8;

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
  /** A server that does not listen yet; `appOf` says for which app it is, null while it is for none. */
  readonly newServer: (appOf: () => string | null) => Server;
}

interface Listener {
  app: string | null;
  readonly server: Server;
  readonly port: number;
}

/** One loopback listener per app, always on the same port: what `*.localhost` cannot be where it does not resolve. */
export class AppListeners {
  readonly #deps: ListenerDeps;
  /** By app, apps that are gone included. */
  readonly #remembered: Map<string, number>;
  readonly #open = new Map<string, Listener>();
  readonly #spares: Listener[] = [];
  #refilling: Promise<void> | null = null;
  #isClosed = false;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    this.#remembered = new Map(Object.entries(readPorts(deps.settings.file)));
  }

  /** Opens the remembered ports, before anybody is told an address, and some for apps to come. */
  async start(): Promise<void> {
    for (const [app, port] of this.#remembered) {
      const listener = await this.#listen(port, app);
      if (listener === null) this.#remembered.delete(app);
      else this.#open.set(app, listener);
    }
    await this.#refill();
  }

  /** The port of an app whose listener is open; null otherwise. */
  portOf(app: string): number | null {
    return this.#open.get(app)?.port ?? null;
  }

  /** The app's port, its own from now on; null only if very many were asked for in the same instant. */
  reserve(app: string): number | null {
    const known = this.portOf(app);
    if (known !== null) return known;
    const at = this.#spares.findIndex((spare) => spare.port === this.#remembered.get(app));
    const [listener] = this.#spares.splice(Math.max(0, at), 1);
    void this.#refill();
    if (listener === undefined) return null;
    listener.app = app;
    this.#open.set(app, listener);
    if (this.#remembered.get(app) !== listener.port) this.#remember(app, listener.port);
    return listener.port;
  }

  /** Opens the app's listener unless it is open, on its remembered port where that is free. */
  async open(app: string): Promise<void> {
    const port = this.#remembered.get(app);
    if (port !== undefined && !this.#open.has(app)) {
      const listener = await this.#listen(port, app);
      // Somebody may have asked for the address meanwhile and been given another.
      if (listener !== null && this.#open.has(app)) listener.server.close();
      else if (listener !== null) this.#open.set(app, listener);
    }
    while (this.reserve(app) === null && !this.#isClosed) await this.#refill();
  }

  /** Closes an app's listener; its port stays remembered. */
  drop(app: string): void {
    const server = this.#open.get(app)?.server;
    this.#open.delete(app);
    server?.close();
    server?.closeIdleConnections();
  }

  /** Every open server, for shutting down; none is opened any more. */
  close(): readonly Server[] {
    this.#isClosed = true;
    return [...this.#open.values(), ...this.#spares].map((listener) => listener.server);
  }

  #refill(): Promise<void> {
    this.#refilling ??= this.#fill().finally(() => (this.#refilling = null));
    return this.#refilling;
  }

  async #fill(): Promise<void> {
    let port = this.#deps.settings.from;
    const end = port + PORTS_MAX + SPARES;
    while (this.#spares.length < SPARES && port < end && !this.#isClosed) {
      const listener = this.#isTaken(port) ? null : await this.#listen(port, null);
      if (listener !== null) this.#spares.push(listener);
      if (port > 0) port += 1;
    }
  }

  #isTaken(port: number): boolean {
    if (port === 0) return false;
    const isOurs = [...this.#open.values(), ...this.#spares].some((listener) => listener.port === port);
    return isOurs || [...this.#remembered.values()].includes(port);
  }

  #remember(app: string, port: number): void {
    this.#remembered.set(app, port);
    for (const gone of this.#remembered.keys()) {
      if (this.#remembered.size <= PORTS_MAX) break;
      if (!this.#open.has(gone)) this.#remembered.delete(gone);
    }
    const { file } = this.#deps.settings;
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    const stored = { version: 1, ports: Object.fromEntries(this.#remembered) };
    writeFileSync(`${file}.tmp`, `${JSON.stringify(stored)}\n`);
    renameSync(`${file}.tmp`, file);
  }

  /** Null when the port is taken or not allowed. */
  async #listen(port: number, app: string | null): Promise<Listener | null> {
    let listener: Listener | null = null;
    const server = this.#deps.newServer(() => listener?.app ?? null);
    const isOpen = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, this.#deps.host, () => resolve(true));
    });
    if (!isOpen) return null;
    if (this.#isClosed) {
      server.close();
      return null;
    }
    listener = { app, server, port: (server.address() as AddressInfo).port };
    return listener;
  }
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
