import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../util/clock.ts';
import { AppListeners } from './app-listeners.ts';
import type { AppPortSettings } from './app-listeners.ts';
import type { AppCounters, AppMetrics } from './app-metrics.ts';
import { AppTraffic } from './app-traffic.ts';
import type { EdgeDirectory } from './directory.ts';
import { DEFAULT_EDGE_LIMITS } from './edge-limits.ts';
import type { EdgeLimits } from './edge-limits.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeDeps } from './exchange.ts';
import { DEFAULT_IDLE, watchIdle } from './idle-watch.ts';
import type { IdleSettings } from './idle-watch.ts';
import { answerPlainly, answerSocketPlainly } from './plain-answer.ts';
import type { PlainAnswer } from './plain-answer.ts';
import type { RequestOrigin } from './proxy-headers.ts';
import type { ResponseSeries } from './response-counts.ts';
import { RequestIds } from './request-id.ts';
import { carryTcp } from './tcp-exchange.ts';
import { appOfHost } from './route-host.ts';
import { carryUpgrade } from './upgrade-exchange.ts';
import type { UpgradeRequest } from './upgrade-exchange.ts';

/** Longer than any client pools a connection, so that it is the client that closes and never we while it sends. */
const KEEP_ALIVE_MS = 75_000;
/** Requests under way get this long at shutdown before their connections are cut. */
const SHUTDOWN_GRACE_MS = 2_000;
/** Host headers looked up before; more than that many different ones are an accident or an attack. */
const HOST_CACHE_MAX = 1_000;
/** Apps that are gone whose counts are kept, and whose ports stay open. */
const RETIRED_MAX = 200;
/** Shown in `fly-region` and request ids: the region the edge pretends to be in. */
const EDGE_REGION = 'local';

/** What an edge is made of. */
export interface EdgeOptions {
  readonly directory: EdgeDirectory;
  readonly clock: Clock;
  readonly host: '127.0.0.1';
  /** For host routing; 0 takes a free one. */
  readonly port: number;
  readonly appPorts: AppPortSettings;
  readonly idle?: IdleSettings;
  readonly limits?: Partial<EdgeLimits>;
  /** Simulated delay in milliseconds of requests to a region. */
  readonly latencyMs?: (region: string) => number;
  /** Requests are held until then: before, nothing is known of any app. Default: at once. */
  readonly ready?: Promise<void>;
}

/** How one app is reached from this machine. */
export interface EdgeRoute {
  readonly app: string;
  /** Works everywhere: `http://127.0.0.1:4301`. */
  readonly url: string;
  /** For browsers, which resolve `*.localhost` by themselves. */
  readonly browserUrl: string;
}

/** A running edge. */
export interface Edge {
  readonly port: number;
  routes(): readonly EdgeRoute[];
  metrics(): readonly AppMetrics[];
  /** What the machines of an app answered of late, by machine and status; also of an app that is gone. */
  responses(app: string): readonly ResponseSeries[];
  /**
   * The loopback address that stands for an app's private one, kept for it from now on even if it does not exist yet.
   * Null only if very many addresses were asked for in the same instant.
   */
  addressOf(app: string): string | null;
  /** Stops taking requests, lets those under way finish for a moment, and closes every socket. */
  close(): Promise<void>;
}

/** Starts the proxy in front of the apps. Rejects with the listener's error (EADDRINUSE, EACCES). */
export async function createEdge(options: EdgeOptions): Promise<Edge> {
  const edge = new RunningEdge(options);
  await edge.listen();
  return edge;
}

class RunningEdge implements Edge {
  readonly #options: EdgeOptions;
  readonly #deps: ExchangeDeps;
  readonly #main: Server;
  readonly #listeners: AppListeners;
  readonly #traffic = new Map<string, AppTraffic>();
  readonly #retired = new Map<string, AppCounters>();
  readonly #hosts = new Map<string, string | null>();
  readonly #ids = new RequestIds(EDGE_REGION);
  readonly #closing = new AbortController();
  /** Connections that are passed on as they are. */
  readonly #passedOn = new Set<Socket>();
  #stopListening: () => void = () => undefined;
  #isReady: boolean;

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#isReady = options.ready === undefined;
    void options.ready?.then(() => (this.#isReady = true));
    const limits = { ...DEFAULT_EDGE_LIMITS, ...options.limits };
    this.#deps = { clock: options.clock, limits, latencyMs: options.latencyMs };
    this.#main = this.#newServer(() => null);
    this.#listeners = new AppListeners({
      host: options.host,
      settings: options.appPorts,
      newServer: (appOf) => this.#newServer(appOf),
    });
  }

  get port(): number {
    return (this.#main.address() as AddressInfo).port;
  }

  /** Binds the host-routing port and a port per app. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#main.once('error', reject);
      this.#main.listen(this.#options.port, this.#options.host, resolve);
    });
    this.#main.removeAllListeners('error');
    await this.#listeners.start();
    const { directory, clock, idle } = this.#options;
    this.#stopListening = directory.onChange(() => {
      void this.#changed();
    });
    await this.#changed();
    const traffic = (): Iterable<AppTraffic> => this.#traffic.values();
    void watchIdle({ directory, clock, idle: idle ?? DEFAULT_IDLE, traffic }, this.#closing.signal);
  }

  routes(): readonly EdgeRoute[] {
    return this.#options.directory.apps().flatMap(({ name }) => {
      const port = this.#listeners.portOf(name);
      if (port === null) return [];
      const url = `http://${this.#options.host}:${port}`;
      return [{ app: name, url, browserUrl: `http://${name}.localhost:${this.port}` }];
    });
  }

  metrics(): readonly AppMetrics[] {
    return [...this.#traffic.values()].map((traffic) => traffic.metrics());
  }

  responses(app: string): readonly ResponseSeries[] {
    const counters = this.#traffic.get(app)?.counters ?? this.#retired.get(app);
    return counters?.responses.series(this.#options.clock.now()) ?? [];
  }

  addressOf(app: string): string | null {
    const port = this.#listeners.reserve(app);
    return port === null ? null : `http://${this.#options.host}:${port}`;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopListening();
    const servers = [this.#main, ...this.#listeners.close()];
    const closed = Promise.all(servers.map((server) => closeServer(server)));
    for (const socket of this.#passedOn) socket.destroy();
    const grace = new AbortController();
    const cut = this.#options.clock.sleep(SHUTDOWN_GRACE_MS, grace.signal).then(
      () => servers.forEach((server) => server.closeAllConnections()),
      () => undefined,
    );
    for (const traffic of this.#traffic.values()) traffic.close();
    await closed;
    grace.abort();
    await cut;
  }

  /** An app or machine changed: everyone reads anew, at once, so that nothing new goes where it should not. */
  async #changed(): Promise<void> {
    this.#hosts.clear();
    const names = new Set(this.#options.directory.apps().map((app) => app.name));
    for (const [name, traffic] of this.#traffic) {
      traffic.refresh();
      if (names.has(name)) continue;
      traffic.close();
      this.#traffic.delete(name);
      this.#retire(name, traffic.counters);
    }
    const opened: Promise<unknown>[] = [];
    for (const name of names) {
      if (this.#traffic.has(name)) continue;
      const { directory } = this.#options;
      const counters = this.#retired.get(name);
      this.#traffic.set(name, new AppTraffic({ name, ...this.#deps, directory, counters }));
      opened.push(this.#listeners.open(name));
    }
    await Promise.all(opened);
  }

  /** An app without machines may have some again: its port goes on answering and its counts are kept. */
  #retire(name: string, counters: AppCounters): void {
    this.#retired.delete(name);
    this.#retired.set(name, counters);
    for (const oldest of this.#retired.keys()) {
      if (this.#retired.size <= RETIRED_MAX) break;
      this.#retired.delete(oldest);
      if (!this.#traffic.has(oldest)) this.#listeners.drop(oldest);
    }
  }

  #newServer(appOf: () => string | null): Server {
    const options: ServerOptions & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean } = {
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A stream that a client sends slowly for minutes is its own business.
      requestTimeout: 0,
      // Any other upgrade (h2c) is an offer that may be passed over: the request is then an ordinary one.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    };
    const server = createServer(options, (request, response) => this.#serve(appOf(), request, response));
    server.on('upgrade', (request, socket, head) => {
      void this.#upgrade(appOf(), { request, socket, head });
    });
    const serveHttp = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket) => {
      const traffic = this.#traffic.get(appOf() ?? '');
      if (traffic?.app?.isTcp === true) void this.#passOn(traffic, socket);
      else for (const listener of serveHttp) listener.call(server, socket);
    });
    return server;
  }

  async #passOn(traffic: AppTraffic, socket: Socket): Promise<void> {
    this.#passedOn.add(socket);
    await carryTcp(this.#deps, traffic, socket);
    this.#passedOn.delete(socket);
  }

  #serve(app: string | null, request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isReady) {
      void this.#options.ready?.then(() => this.#serve(app, request, response));
      return;
    }
    const origin = this.#origin(request);
    const traffic = this.#trafficOf(app, request);
    if (traffic === null) {
      answerPlainly(response, this.#unknownApp(app, request, origin));
      return;
    }
    new Exchange(this.#deps, traffic, origin, { request, response }).start();
  }

  async #upgrade(app: string | null, upgrade: UpgradeRequest): Promise<void> {
    if (!this.#isReady) {
      upgrade.socket.once('error', () => upgrade.socket.destroy());
      await this.#options.ready;
    }
    const origin = this.#origin(upgrade.request);
    const traffic = this.#trafficOf(app, upgrade.request);
    if (traffic === null) answerSocketPlainly(upgrade.socket, this.#unknownApp(app, upgrade.request, origin));
    else await carryUpgrade(this.#deps, traffic, origin, upgrade);
  }

  #trafficOf(app: string | null, request: IncomingMessage): AppTraffic | null {
    const name = app ?? this.#appByHost(request.headers.host);
    return name === null ? null : (this.#traffic.get(name) ?? null);
  }

  #appByHost(host: string | undefined): string | null {
    if (host === undefined) return null;
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const app = appOfHost(host, this.#options.directory.apps());
    if (this.#hosts.size >= HOST_CACHE_MAX) this.#hosts.clear();
    this.#hosts.set(host, app);
    return app;
  }

  #origin(request: IncomingMessage): RequestOrigin {
    return {
      requestId: this.#ids.next(this.#options.clock.now()),
      clientIp: request.socket.remoteAddress ?? '127.0.0.1',
      port: request.socket.localPort ?? this.port,
      region: EDGE_REGION,
    };
  }

  #unknownApp(app: string | null, request: IncomingMessage, origin: RequestOrigin): PlainAnswer {
    if (app !== null) return { status: 503, text: `${app} has no machines`, requestId: origin.requestId };
    const asked = `host "${request.headers.host ?? ''}"`;
    const names = this.#options.directory.apps().map((each) => each.name);
    const known = names.length === 0 ? 'no app is deployed' : `apps: ${names.join(', ')}`;
    const text = `no app answers to ${asked} (${known})`;
    return { status: 404, text, requestId: origin.requestId };
  }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
