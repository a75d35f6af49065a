import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What the edge answers by itself, in place of an app. */
export interface PlainAnswer {
  readonly status: 404 | 502 | 503;
  /** One sentence that names the app. */
  readonly text: string;
  readonly requestId: string;
}

const REASONS = { 404: 'Not Found', 502: 'Bad Gateway', 503: 'Service Unavailable' } as const;

/** Sends a plain text answer, unless one has begun. */
export function answerPlainly(response: ServerResponse, answer: PlainAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, REASONS[answer.status], headersOf(answer));
  response.end(`${answer.text}\n`);
}

/** The same for a connection that asked to be upgraded; closes it. */
export function answerSocketPlainly(socket: Duplex, answer: PlainAnswer): void {
  const headers = headersOf(answer);
  const lines = [`HTTP/1.1 ${answer.status} ${REASONS[answer.status]}`];
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  socket.end(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${answer.text}\n`);
}

function headersOf(answer: PlainAnswer): string[] {
  const headers = ['content-type', 'text/plain; charset=utf-8', 'cache-control', 'no-store'];
  headers.push('content-length', String(Buffer.byteLength(answer.text) + 1));
  headers.push('server', 'glidepath-edge', 'fly-request-id', answer.requestId);
  if (answer.status === 503) headers.push('retry-after', '1');
  return headers;
}
