import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { NoBackendError } from './app-traffic.ts';
import type { AppTraffic } from './app-traffic.ts';
import type { Backend } from './backend.ts';
import type { ExchangeDeps } from './exchange.ts';
import { answerSocketPlainly } from './plain-answer.ts';
import { headersToApp, headersToClient } from './proxy-headers.ts';
import type { RequestOrigin } from './proxy-headers.ts';

/** A connection that asks to become something else (a WebSocket), with what already came after its headers. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Carries an upgrade to a machine and joins both connections. It counts as load until either side closes. Tried on
 * another machine as long as connections are refused.
 */
export async function carryUpgrade(
  deps: ExchangeDeps,
  traffic: AppTraffic,
  origin: RequestOrigin,
  upgrade: UpgradeRequest,
): Promise<void> {
  const { socket } = upgrade;
  const gone = new AbortController();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => gone.abort());
  traffic.counters.lastRequestAt = deps.clock.now();
  const tried = new Set<string>();
  let firstRefusedAt: number | null = null;
  for (;;) {
    let text: string;
    try {
      const backend = await traffic.acquire(tried, gone.signal);
      const outcome = await join(backend, origin, upgrade, gone.signal);
      traffic.release(backend);
      if (outcome === 'closed') break;
      tried.add(backend.machine.id);
      traffic.suspect(backend);
      firstRefusedAt ??= deps.clock.now();
      text = `${traffic.name}: machine ${backend.machine.id} refuses connections`;
      if (deps.clock.now() - firstRefusedAt < deps.limits.retryMs) {
        traffic.counters.retries += 1;
        continue;
      }
    } catch (error) {
      if (!(error instanceof NoBackendError)) throw error;
      text = error.message;
    }
    if (!gone.signal.aborted) traffic.counters.errors += 1;
    answerSocketPlainly(socket, { status: 503, text, requestId: origin.requestId });
    break;
  }
  traffic.counters.requests += 1;
}

/** Resolves when both sides are closed, or at once when the machine refused the connection. */
async function join(
  backend: Backend,
  origin: RequestOrigin,
  upgrade: UpgradeRequest,
  gone: AbortSignal,
): Promise<'closed' | 'refused'> {
  const { request, socket, head } = upgrade;
  if (gone.aborted) return 'closed';
  let resolve: (outcome: 'closed' | 'refused') => void = () => undefined;
  const promise = new Promise<'closed' | 'refused'>((settle) => (resolve = settle));
  const protocol = request.headers.upgrade;
  const upstream = httpRequest({
    host: '127.0.0.1',
    port: backend.machine.port,
    method: request.method,
    path: request.url,
    headers: headersToApp(request.rawHeaders, origin, { body: 'none', upgrade: protocol }),
    setHost: false,
    agent: false,
  });
  const onGone = (): void => {
    upstream.destroy();
  };
  gone.addEventListener('abort', onGone, { once: true });
  upstream.once('upgrade', (answer, appSocket, appHead) => {
    const headers = headersToClient(answer.rawHeaders, origin.requestId);
    headers.push('connection', 'Upgrade', 'upgrade', answer.headers.upgrade ?? protocol ?? '');
    socket.write(headText(answer, headers));
    if (appHead.length > 0) socket.write(appHead);
    if (head.length > 0) appSocket.write(head);
    gone.removeEventListener('abort', onGone);
    splice(socket, appSocket, () => resolve('closed'));
  });
  upstream.once('response', (answer) => {
    // Not upgraded: the app's answer is passed on as it is, and the connection ends with it.
    const headers = headersToClient(answer.rawHeaders, origin.requestId);
    headers.push('connection', 'close');
    socket.write(headText(answer, headers));
    answer.pipe(socket);
    answer.once('close', () => resolve('closed'));
  });
  upstream.once('error', (error: NodeJS.ErrnoException) => {
    if (error.syscall === 'connect' && !gone.aborted) {
      resolve('refused');
      return;
    }
    socket.destroy();
    resolve('closed');
  });
  upstream.end();
  return promise.finally(() => gone.removeEventListener('abort', onGone));
}

function headText(answer: IncomingMessage, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage ?? ''}`];
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Joins two connections in both directions; when one has closed the other gets what is still on its way and closes. */
function splice(client: Duplex, app: Duplex, done: () => void): void {
  client.once('close', () => app.end(() => app.destroy()));
  app.once('close', () => {
    client.end(() => client.destroy());
    done();
  });
  app.on('error', () => app.destroy());
  client.pipe(app);
  app.pipe(client);
}
