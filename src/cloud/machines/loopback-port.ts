import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * Below every system's range of ephemeral ports (Linux from 32768, macOS from 49152), so that no outgoing connection
 * takes a port between our looking at it and the machine's listening on it.
 */
export const PORT_MIN = 20_000;
/** The first that is not ours. */
export const PORT_MAX = 32_000;
const ATTEMPTS_MAX = 200;

/** A free port of 127.0.0.1: the preferred one when it is free, else a random one that nobody in `taken` has. */
export async function pickLoopbackPort(
  taken: ReadonlySet<number>,
  preferred: number | null,
): Promise<number> {
  if (preferred !== null && !taken.has(preferred) && (await isFreePort(preferred))) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (!taken.has(port) && (await isFreePort(port))) return port;
  }
  throw new Error(`no free port between ${PORT_MIN} and ${PORT_MAX} after ${ATTEMPTS_MAX} attempts`);
}

/** Whether something accepts a TCP connection on a port of 127.0.0.1 within the time. */
export function acceptsConnections(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

/** Between the engine's acceptance of a connection and its news that nobody in the container listens. */
const HANG_UP_MS = 100;

/**
 * Whether something in a container listens behind a published port. The engine itself accepts every connection there,
 * and hangs up at once when the container does not: one that stays, or brings bytes, has reached somebody.
 */
export function holdsConnections(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (holds: boolean): void => {
      socket.destroy();
      resolve(holds);
    };
    let isConnected = false;
    socket.setTimeout(timeoutMs, () => answer(isConnected));
    socket.once('connect', () => {
      isConnected = true;
      socket.setTimeout(Math.min(HANG_UP_MS, timeoutMs));
      socket.once('data', () => answer(true));
      // Also what makes the end of the other side be seen.
      socket.resume();
    });
    socket.once('end', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

/** Whether a port of 127.0.0.1 can be listened on now. */
export function isFreePort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
