import type { IncomingMessage } from 'node:http';

/** How a request's body is carried to the app. */
export type BodyPlan =
  /** Nothing to send; `framing` says whether a zero length has to be said. */
  | { readonly kind: 'none'; readonly framing: 'none' | 'empty' }
  /** Small and of known length: read first, so that it can be sent again. */
  | { readonly kind: 'buffer'; readonly framing: 'length' }
  /** Large or of unknown length: passed through as it comes, over a connection of its own. */
  | { readonly kind: 'stream'; readonly framing: 'length' | 'chunked' };

const METHODS_WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE']);

/** Decides by the framing headers alone (RFC 9112 §6.3). */
export function planBody(request: IncomingMessage, replayBytesMax: number): BodyPlan {
  if (request.headers['transfer-encoding'] !== undefined) return { kind: 'stream', framing: 'chunked' };
  const length = request.headers['content-length'];
  if (length === undefined) {
    const framing = METHODS_WITHOUT_BODY.has(request.method ?? 'GET') ? 'none' : 'empty';
    return { kind: 'none', framing };
  }
  if (length === '0') return { kind: 'none', framing: 'none' };
  return Number(length) <= replayBytesMax
    ? { kind: 'buffer', framing: 'length' }
    : { kind: 'stream', framing: 'length' };
}

/** Reads a small body whole; null when the client went away before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(null));
    request.on('close', () => resolve(null));
  });
}
