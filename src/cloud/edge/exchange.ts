import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../util/clock.ts';
import { NoBackendError } from './app-traffic.ts';
import type { AppTraffic } from './app-traffic.ts';
import type { Backend } from './backend.ts';
import type { EdgeLimits } from './edge-limits.ts';
import { answerPlainly } from './plain-answer.ts';
import { headersToApp, headersToClient } from './proxy-headers.ts';
import type { RequestOrigin } from './proxy-headers.ts';
import { planBody, readBody } from './request-body.ts';
import type { BodyPlan } from './request-body.ts';

/** What one proxied request needs of the edge. */
export interface ExchangeDeps {
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  /** One-way delay to a region in milliseconds, for both directions together once per request. */
  readonly latencyMs: ((region: string) => number) | undefined;
}

/** Sent again even if the app may have seen it (RFC 9110 §9.2.1, less TRACE). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * One request on its way through the edge:
 *
 *     start ─► (read a small body) ─► acquire a machine ─► send ─► answer ─► done
 *                                          ▲                │
 *                                          └── retry ◄──────┘ the connection was refused, or broke before the answer
 *
 * Sent again when the connection never came about (nothing was sent); when a pooled connection broke without one
 * byte of an answer, which is what a machine that closes an idle connection looks like, and the body is at hand; or
 * when a safe request without a body broke. Everything else is answered with 502.
 */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #traffic: AppTraffic;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #body: BodyPlan;
  readonly #headers: string[];
  readonly #began = performance.now();
  readonly #gone = new AbortController();
  #bytes: Buffer | null = null;
  #backend: Backend | null = null;
  #upstream: ClientRequest | null = null;
  #tried: Set<string> | null = null;
  #resets = 0;
  /** A pooled connection broke: others of the pool may be as dead, so the next try opens one of its own. */
  #wantsFresh = false;
  #firstRefusedAt: number | null = null;
  /** When the request was sent to its machine, and how long that took to begin an answer. */
  #sentAt = 0;
  #answered: { readonly status: number; readonly ms: number } | null = null;
  #isDone = false;

  constructor(
    deps: ExchangeDeps,
    traffic: AppTraffic,
    origin: RequestOrigin,
    messages: { request: IncomingMessage; response: ServerResponse },
  ) {
    this.#deps = deps;
    this.#traffic = traffic;
    this.#request = messages.request;
    this.#response = messages.response;
    this.#requestId = origin.requestId;
    this.#body = planBody(this.#request, deps.limits.replayBytesMax);
    this.#headers = headersToApp(this.#request.rawHeaders, origin, { body: this.#body.framing });
  }

  /** Begins; everything that follows happens in callbacks and ends with an answer or a closed connection. */
  start(): void {
    this.#response.sendDate = false;
    this.#response.once('close', () => this.#clientClosed());
    this.#traffic.counters.lastRequestAt = this.#deps.clock.now();
    if (this.#body.kind === 'buffer') void this.#readThenSend();
    else this.#acquireAndSend();
  }

  async #readThenSend(): Promise<void> {
    this.#bytes = await readBody(this.#request);
    if (this.#bytes === null) this.#end();
    else this.#acquireAndSend();
  }

  #acquireAndSend(): void {
    if (this.#isDone) return;
    const backend = this.#tried === null ? this.#traffic.tryAcquire() : null;
    if (backend === null) void this.#waitAndSend();
    else this.#sendSoon(backend);
  }

  async #waitAndSend(): Promise<void> {
    try {
      this.#sendSoon(await this.#traffic.acquire(this.#tried, this.#gone.signal));
    } catch (error) {
      if (!(error instanceof NoBackendError)) throw error;
      this.#fail(503, error.message);
    }
  }

  #sendSoon(backend: Backend): void {
    const delayMs = this.#deps.latencyMs?.(backend.machine.region) ?? 0;
    if (delayMs <= 0) this.#send(backend);
    else void this.#deps.clock.sleep(delayMs).then(() => this.#send(backend));
  }

  #send(backend: Backend): void {
    if (this.#isDone) {
      this.#traffic.release(backend);
      return;
    }
    this.#backend = backend;
    this.#sentAt = performance.now();
    try {
      this.#open(backend, this.#body.kind === 'stream');
    } catch (error) {
      // What one parser lets through and the other refuses, such as an odd character in the path.
      this.#fail(502, `${this.#traffic.name}: the request cannot be passed on: ${(error as Error).message}`);
    }
  }

  #open(backend: Backend, isStream: boolean): void {
    const upstream = httpRequest({
      host: '127.0.0.1',
      port: backend.machine.port,
      method: this.#request.method,
      path: this.#request.url,
      headers: this.#headers,
      setHost: false,
      // A streamed body cannot be sent twice, so it never goes over a connection that may just be closing.
      agent: isStream || this.#wantsFresh ? false : backend.agent,
    });
    this.#upstream = upstream;
    upstream.on('response', (answer) => {
      try {
        this.#answer(answer, backend);
      } catch (error) {
        answer.on('error', () => undefined);
        this.#fail(502, `${this.#traffic.name}: the answer cannot be passed on: ${(error as Error).message}`);
      }
    });
    upstream.on('error', (error) => this.#broke(error, upstream, backend));
    if (isStream) this.#streamBody(upstream);
    else if (this.#bytes === null) upstream.end();
    else upstream.end(this.#bytes);
  }

  /** Starts only once connected: until then nothing of the body is consumed and another machine can be tried. */
  #streamBody(upstream: ClientRequest): void {
    upstream.once('socket', (socket) => {
      socket.once('connect', () => this.#request.pipe(upstream));
    });
  }

  #answer(answer: IncomingMessage, backend: Backend): void {
    const response = this.#response;
    const status = answer.statusCode ?? 502;
    if (status >= 500) this.#traffic.counters.appErrors += 1;
    this.#answered = { status, ms: performance.now() - this.#sentAt };
    response.writeHead(status, answer.statusMessage, headersToClient(answer.rawHeaders, this.#requestId));
    let hasBytes = false;
    answer.on('data', (chunk: Buffer) => {
      hasBytes = true;
      if (!response.write(chunk)) {
        answer.pause();
        response.once('drain', () => answer.resume());
      }
    });
    answer.on('end', () => {
      if (answer.rawTrailers.length > 0) response.addTrailers(answer.trailers);
      this.#countResponse(backend, status);
      this.#backend = null;
      this.#traffic.release(backend);
      this.#end();
      response.end();
    });
    answer.on('error', () => this.#brokeOff());
    // Headers go out with the first bytes; an event stream that has none yet must still be seen to have begun.
    if (answer.headers['content-length'] === undefined) {
      setImmediate(() => {
        if (!hasBytes && !response.writableEnded && !response.destroyed) response.flushHeaders();
      });
    }
  }

  /** The connection to the machine failed. Before an answer: retried if that is safe. */
  #broke(error: NodeJS.ErrnoException, upstream: ClientRequest, backend: Backend): void {
    if (this.#isDone || this.#upstream !== upstream || this.#backend !== backend) return;
    if (this.#response.headersSent) {
      this.#brokeOff();
      return;
    }
    this.#upstream = null;
    this.#backend = null;
    this.#traffic.release(backend);
    const isRefused = error.syscall === 'connect';
    if (isRefused) this.#traffic.suspect(backend);
    if (!this.#mayRetry(isRefused, upstream.reusedSocket)) {
      this.#countResponse(backend, 502);
      const how = isRefused ? 'refuses connections' : 'closed the connection before it answered';
      this.#fail(502, `${this.#traffic.name}: machine ${backend.machine.id} ${how}`);
      return;
    }
    this.#traffic.counters.retries += 1;
    // A pooled connection that broke says nothing of the machine; a refused one does.
    if (isRefused || !upstream.reusedSocket) (this.#tried ??= new Set()).add(backend.machine.id);
    else this.#wantsFresh = true;
    this.#acquireAndSend();
  }

  #mayRetry(isRefused: boolean, wasPooled: boolean): boolean {
    if (isRefused) {
      const now = this.#deps.clock.now();
      this.#firstRefusedAt ??= now;
      return now - this.#firstRefusedAt < this.#deps.limits.retryMs;
    }
    if (this.#body.kind === 'stream' || this.#resets >= this.#deps.limits.resetRetriesMax) return false;
    this.#resets += 1;
    if (wasPooled) return true;
    return this.#body.kind === 'none' && SAFE_METHODS.has(this.#request.method ?? '');
  }

  /** After the status line no second answer is possible: the client must see that this one is incomplete. */
  #brokeOff(): void {
    if (this.#isDone) return;
    if (this.#backend !== null) this.#countResponse(this.#backend, 502);
    this.#traffic.counters.errors += 1;
    this.#end();
    this.#response.destroy();
  }

  #fail(status: 502 | 503, text: string): void {
    if (this.#isDone) return;
    this.#traffic.counters.errors += 1;
    this.#end();
    answerPlainly(this.#response, { status, text, requestId: this.#requestId });
  }

  #clientClosed(): void {
    if (this.#isDone) return;
    if (this.#backend !== null && this.#answered !== null)
      this.#countResponse(this.#backend, this.#answered.status);
    this.#gone.abort();
    this.#end();
  }

  /** By machine: an answer that never came or broke off counts as the 502 that the edge makes of it. */
  #countResponse({ machine }: Backend, status: number): void {
    const ms = this.#answered?.ms ?? performance.now() - this.#sentAt;
    const seen = { instance: machine.id, region: machine.region, status, ms };
    this.#traffic.counters.responses.add(seen, this.#deps.clock.now());
  }

  /** Counts the request, frees its slot and lets go of the machine, exactly once. */
  #end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const { counters } = this.#traffic;
    counters.requests += 1;
    counters.latency.add(performance.now() - this.#began);
    if (this.#backend === null) return;
    const backend = this.#backend;
    this.#backend = null;
    this.#traffic.release(backend);
    this.#upstream?.destroy();
  }
}
