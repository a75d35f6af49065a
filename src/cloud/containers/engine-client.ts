import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { EngineAddress } from './engine-address.ts';

/** A refusal of the engine. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One request to the engine. */
export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** A body that is no JSON. */
  readonly content?: { readonly type: string; readonly stream: Readable };
  readonly signal?: AbortSignal;
}

/** Most requests are answered in milliseconds; starting a container may take seconds on a busy computer. */
const ANSWER_TIMEOUT_MS = 60_000;

/** The API of a Docker engine, in the version that both sides know. Answers are JSON, as the engine's documents name it. */
export class EngineClient {
  readonly address: EngineAddress;
  readonly #version: string;

  /** `version`: as the engine says it, such as `1.41`. */
  constructor(address: EngineAddress, version: string) {
    this.address = address;
    this.#version = version;
  }

  /** Sends a request and reads the answer whole. Throws EngineError for one that is no success. */
  async json(request: EngineRequest): Promise<unknown> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    const answer = await this.stream({ ...request, signal });
    const text = await textOf(answer);
    return text === '' ? null : JSON.parse(text);
  }

  /** As `json`, but null for what is not there (404). */
  async jsonOrNull(request: EngineRequest): Promise<unknown> {
    return this.json(request).catch((error: unknown) => {
      if (error instanceof EngineError && error.status === 404) return null;
      throw error;
    });
  }

  /** Sends a request; the answer's body comes as it is written. Waits as long as the signal allows. */
  async stream(request: EngineRequest): Promise<IncomingMessage> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = this.#open(request);
      sent.once('response', resolve);
      sent.once('error', reject);
      finish(sent, request);
    });
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw new EngineError(status, messageIn(await textOf(answer)));
  }

  /** Sends a request whose connection then carries bytes both ways, as `exec` does. */
  async hijack(request: EngineRequest): Promise<Duplex> {
    return new Promise<Duplex>((resolve, reject) => {
      const sent = this.#open(request, { connection: 'Upgrade', upgrade: 'tcp' });
      sent.once('upgrade', (_answer, socket, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      sent.once('response', (answer) => {
        textOf(answer).then(
          (text) => reject(new EngineError(answer.statusCode ?? 0, messageIn(text))),
          reject,
        );
      });
      sent.once('error', reject);
      finish(sent, request);
    });
  }

  #open(request: EngineRequest, more: Record<string, string> = {}): ClientRequest {
    const { method, path, query, body, content, signal } = request;
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const type = content?.type ?? (body === undefined ? undefined : 'application/json');
    const options: RequestOptions = {
      method,
      path: `/v${this.#version}${path}${search}`,
      headers: { host: 'docker', ...(type === undefined ? {} : { 'content-type': type }), ...more },
      ...(signal === undefined ? {} : { signal }),
      ...connectionOf(this.address),
    };
    return httpRequest(options);
  }
}

/** How node's http reaches an engine. */
export function connectionOf(address: EngineAddress): RequestOptions {
  return address.kind === 'socket' ? { socketPath: address.path } : { host: '127.0.0.1', port: address.port };
}

function finish(sent: ClientRequest, { body, content }: EngineRequest): void {
  if (content !== undefined) {
    content.stream.once('error', (error) => sent.destroy(error));
    content.stream.pipe(sent);
  } else sent.end(body === undefined ? undefined : JSON.stringify(body));
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Said as it is.
  }
  return text.trim() === '' ? 'the engine gave no reason' : text.trim();
}
