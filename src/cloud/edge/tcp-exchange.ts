import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { NoBackendError } from './app-traffic.ts';
import type { AppTraffic } from './app-traffic.ts';
import type { ExchangeDeps } from './exchange.ts';

/**
 * Carries a connection to a machine as it is, byte by byte, and wakes one where all sleep. It counts as load until it
 * ends. Tried on another machine as long as connections are refused; a client that cannot be served is hung up on, for
 * nothing is known of what it speaks.
 */
export async function carryTcp(deps: ExchangeDeps, traffic: AppTraffic, client: Socket): Promise<void> {
  const gone = new AbortController();
  client.on('error', () => client.destroy());
  client.once('close', () => gone.abort());
  // Nothing that it says before somebody listens may get lost.
  client.pause();
  client.setNoDelay(true);
  traffic.counters.lastRequestAt = deps.clock.now();
  const outcome = await findMachine(deps, traffic, client, gone.signal);
  if (outcome === 'unserved') {
    if (!gone.signal.aborted) traffic.counters.errors += 1;
    client.destroy();
  }
  traffic.counters.requests += 1;
}

async function findMachine(
  deps: ExchangeDeps,
  traffic: AppTraffic,
  client: Socket,
  gone: AbortSignal,
): Promise<'closed' | 'unserved'> {
  const tried = new Set<string>();
  let firstRefusedAt: number | null = null;
  for (;;) {
    try {
      const backend = traffic.tryAcquire() ?? (await traffic.acquire(tried, gone));
      const outcome = await join(client, backend.machine.port);
      traffic.release(backend);
      if (outcome === 'closed') return 'closed';
      tried.add(backend.machine.id);
      traffic.suspect(backend);
    } catch (error) {
      if (!(error instanceof NoBackendError)) throw error;
      return 'unserved';
    }
    firstRefusedAt ??= deps.clock.now();
    if (deps.clock.now() - firstRefusedAt >= deps.limits.retryMs) return 'unserved';
    traffic.counters.retries += 1;
  }
}

/** Resolves when both sides are closed, or at once when the machine refused the connection. */
function join(client: Socket, port: number): Promise<'closed' | 'refused'> {
  return new Promise((resolve) => {
    if (client.destroyed) {
      resolve('closed');
      return;
    }
    const machine = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const onClientClose = (): void => void machine.destroy();
    client.once('close', onClientClose);
    machine.on('error', () => machine.destroy());
    machine.once('connect', () => {
      machine.once('close', () => {
        client.destroySoon();
        resolve('closed');
      });
      client.pipe(machine);
      machine.pipe(client);
    });
    machine.once('close', () => {
      client.off('close', onClientClose);
      // Without a connection it was never joined; a client that left meanwhile is done with.
      resolve(client.destroyed ? 'closed' : 'refused');
    });
  });
}
