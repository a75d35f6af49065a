// A small real web server, run as a child process by the edge's tests and benchmark: `node edge-app.ts`, with ID, PORT
// and optionally BOOT_MS (listens that much later), KEEP_ALIVE_MS and GRACE=0 (dies at SIGTERM without finishing).
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const id = process.env['ID'] ?? 'app';
let served = 0;
let releaseHeld: () => void = () => undefined;
let held = new Promise<void>((resolve) => (releaseHeld = resolve));

const server = createServer(
  { keepAliveTimeout: Number(process.env['KEEP_ALIVE_MS'] ?? 5_000) },
  (req, res) => {
    served += 1;
    void route(req, res);
  },
);

server.on('upgrade', (req, socket) => {
  socket.on('error', () => socket.destroy());
  if (req.url === '/no-upgrade') {
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nnot it');
    return;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nx-id: ${id}\r\n\r\n`,
  );
  socket.on('data', (chunk) => socket.write(chunk));
  socket.on('end', () => socket.end());
});

async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://app');
  res.setHeader('x-id', id);
  switch (url.pathname) {
    case '/slow':
      await delay(Number(url.searchParams.get('ms') ?? 50));
      return void res.end(id);
    case '/hold':
      await held;
      return void res.end(id);
    case '/release':
      releaseHeld();
      held = new Promise<void>((resolve) => (releaseHeld = resolve));
      return void res.end(id);
    case '/headers':
      return void res.end(JSON.stringify(req.headers));
    case '/echo': {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of req as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      return void res.end(JSON.stringify({ id, bytes, sha256: hash.digest('hex'), method: req.method }));
    }
    case '/big': {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      for (let left = Number(url.searchParams.get('chunks') ?? 16); left > 0; left -= 1) {
        if (!res.write(chunk)) await new Promise<void>((resolve) => res.once('drain', () => resolve()));
      }
      return void res.end();
    }
    case '/events':
      res.setHeader('content-type', 'text/event-stream');
      res.flushHeaders();
      for (const line of ['one', 'two']) {
        await held;
        res.write(`data: ${line}\n\n`);
      }
      return void res.end();
    case '/error':
      res.statusCode = 500;
      return void res.end('broken');
    case '/cut':
      return void req.socket.destroy();
    case '/half':
      res.setHeader('content-length', '100');
      res.write('half');
      return void setTimeout(() => req.socket.destroy(), 10);
    case '/die':
      return process.exit(1);
    case '/served':
      return void res.end(String(served));
    case '/exit-later':
      res.end('bye');
      return void setTimeout(() => process.exit(0), 20);
    default:
      return void res.end(id);
  }
}

process.on('SIGTERM', () => {
  if (process.env['GRACE'] === '0') process.exit(0);
  server.close(() => process.exit(0));
  // Who asks it to end lets go of what is held as well, a moment later.
  setTimeout(() => releaseHeld(), 100);
  server.closeIdleConnections();
});
await delay(Number(process.env['BOOT_MS'] ?? 0));
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => process.stdout.write('ready\n'));
