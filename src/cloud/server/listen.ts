import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** The only address the local cloud ever binds: nobody but this computer reaches it. */
export const LOOPBACK = '127.0.0.1';

/** What answers requests, as hono's `fetch` does. */
export type FetchHandler = Parameters<typeof createAdaptorServer>[0]['fetch'];

/**
 * Takes a loopback port (0: a free one) and answers 503 until there is a handler: a taken port is found out before
 * anything is started. Throws `CLOUD_PORT_IN_USE`.
 */
export async function listenForApi(
  port: number,
): Promise<{ readonly server: Server; readonly port: number; serve(handler: FetchHandler): void }> {
  let handle: FetchHandler = () => Response.json({ error: 'the local cloud is starting' }, { status: 503 });
  const server = createAdaptorServer({ fetch: (request, env) => handle(request, env) }) as Server;
  // A push of a large image and a `wait` may both take longer than Node's five minutes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, { port, what: 'API', flag: '--port' })));
    server.listen(port, LOOPBACK, resolve);
  });
  const serve = (handler: FetchHandler): void => {
    handle = handler;
  };
  return { server, port: (server.address() as AddressInfo).port, serve };
}

/** Names the port and the way out when a listener could not bind; any other error as it is. */
export function portError(
  error: unknown,
  at: { readonly port: number; readonly what: string; readonly flag: string },
): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const why = code === 'EADDRINUSE' ? 'is in use by another process' : 'may not be opened by this user';
  return new ToolError(
    'CLOUD_PORT_IN_USE',
    `Port ${at.port}, for the ${at.what} of the local cloud, ${why}.`,
    {
      hint: `glidepath cloud up ${at.flag} ${at.port < 1_024 ? 4_280 : at.port + 10}`,
      cause: error,
    },
  );
}

/** Takes no new connection, gives those under way a moment, and closes the rest. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
