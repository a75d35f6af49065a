import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { runHealthChecks, type Health, type HealthChecks } from './health.ts';
import { findRoute, HttpProblem, json, type Reply, type Route } from './http-messages.ts';
import { jsonLog, type Log } from './json-log.ts';
import { numberSetting } from './settings.ts';

/** One of the three services. */
export interface Service {
  readonly name: string;
  readonly routes: readonly Route[];
  /** What must work for it to serve; asked at every `GET /health`. */
  readonly checks: HealthChecks;
  /** Releases what it holds, after the last response. */
  readonly close?: () => Promise<void>;
}

/** A service that listens. */
export interface RunningService {
  readonly port: number;
  /** Answers what has come in, takes nothing new, and releases everything. */
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024;

/** A proxy keeps connections open for about a minute; ending one first would meet a request already under way. */
const KEEP_ALIVE_MS = 75_000;

/**
 * How long connections are still taken after the signal to stop, each answered with `connection: close`: the proxy in
 * front learns of the stop at about the same time and may have a request under way.
 */
const LINGER_MS = 200;

/** Requests that have not ended by then are cut off, so that the process is gone before a platform kills it at 10 s. */
const FINISH_WITHIN_MS = 9_000;

/** Runs a service until SIGTERM or SIGINT, then ends the process: 0 after a clean stop, 1 when it could not start. */
export function runService(service: Service): void {
  const log = jsonLog(service.name);
  startService(service, { port: numberSetting('PORT', 8080), host: process.env['HOST'] ?? '127.0.0.1', log })
    .then((running) => stopOnSignal(running, log))
    .catch((error: unknown) => {
      log('error', 'could not start', { error: String(error) });
      process.exit(1);
    });
}

/** Listens; rejects when the port cannot be had. Port 0 takes any. */
export async function startService(
  service: Service,
  options: { port: number; host: string; log: Log },
): Promise<RunningService> {
  const state = { stopping: false };
  const noteHealth = healthNotes(options.log);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void respond(service, {
      request,
      response,
      log: options.log,
      isStopping: () => state.stopping,
      noteHealth,
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  options.log('info', 'listening', { port });
  return {
    port,
    async stop() {
      state.stopping = true;
      await delay(LINGER_MS);
      await closeServer(server);
      await service.close?.();
    },
  };
}

function stopOnSignal(running: RunningService, log: Log): void {
  let isStopping = false;
  const onSignal = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    log('info', 'stopping', { signal });
    running.stop().then(
      () => {
        log('info', 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log('error', 'could not stop cleanly', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function closeServer(server: Server): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS - LINGER_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(cutOff);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Log;
  readonly isStopping: () => boolean;
  readonly noteHealth: (health: Health) => void;
}

async function respond(
  service: Service,
  { request, response, log, isStopping, noteHealth }: Exchange,
): Promise<void> {
  const startedAt = performance.now();
  const url = new URL(request.url ?? '/', 'http://service');
  const reply = await answer(service, request, url, noteHealth).catch((error: unknown) =>
    problemReply(error, log),
  );
  if (isStopping()) response.setHeader('connection', 'close');
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
  // Asked every second or so: what it said is noted when it changes.
  log(url.pathname === '/health' ? 'debug' : 'info', 'request', {
    method: request.method,
    path: url.pathname,
    status: reply.status,
    ms: Math.round(performance.now() - startedAt),
  });
}

async function answer(
  service: Service,
  request: IncomingMessage,
  url: URL,
  noteHealth: (health: Health) => void,
): Promise<Reply> {
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  if (method === 'GET' && url.pathname === '/health') {
    const health = await runHealthChecks(service.name, service.checks);
    noteHealth(health);
    return json(health.status === 'ok' ? 200 : 503, health);
  }
  const { route, params } = findRoute(service.routes, method, url.pathname);
  return route.handle({ params, query: url.searchParams, body: await readJson(request) });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new HttpProblem(413, `A body may have ${BODY_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new HttpProblem(400, 'The body is not JSON.');
  }
}

/** Logs what is wrong when it begins, changes or ends, and not with every request that asks. */
function healthNotes(log: Log): (health: Health) => void {
  let last = '';
  return ({ status, checks }) => {
    const now = status === 'ok' ? '' : JSON.stringify(checks);
    if (now === last) return;
    last = now;
    if (status === 'ok') log('info', 'healthy again');
    else log('warn', 'unhealthy', { checks });
  };
}

function problemReply(error: unknown, log: Log): Reply {
  if (error instanceof HttpProblem) return json(error.status, { error: error.message });
  log('error', 'request failed', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return json(500, { error: 'Something went wrong on our side.' });
}
