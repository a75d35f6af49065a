import { Agent, request } from 'node:http';

/** What the load saw. */
export interface LoadReport {
  readonly sent: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

/** A load that runs until it is stopped. */
export interface Load {
  stop(): Promise<void>;
  report(): LoadReport;
}

/** Requests a second to each address: steady, well below what two cores can bear beside a deployment. */
const RATE_PER_ADDRESS = 15;
/** A request that takes longer has failed. */
const TIMEOUT_MS = 10_000;

/** Sends a steady stream of requests over kept-alive connections, one stream an address. */
export async function startLoad(addresses: readonly string[]): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies: number[] = [];
  const failures: string[] = [];
  const inFlight = new Set<Promise<void>>();
  const startedAt = performance.now();
  let endedAt = startedAt;
  let sent = 0;
  const fire = (address: string): void => {
    sent++;
    const begun = performance.now();
    const one = get(agent, address)
      .then(() => void latencies.push(performance.now() - begun))
      .catch((error: unknown) => void failures.push(`${address}: ${String(error)}`))
      .finally(() => void inFlight.delete(one));
    inFlight.add(one);
  };
  const timers = addresses.map((address) => setInterval(() => fire(address), 1000 / RATE_PER_ADDRESS));
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(inFlight);
      agent.destroy();
      endedAt = performance.now();
    },
    report() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (share: number): number =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return {
        sent,
        failed: failures.length,
        failures,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        seconds: (endedAt - startedAt) / 1000,
      };
    },
  };
}

function get(agent: Agent, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(address, { agent, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if ((response.statusCode ?? 500) < 400) resolve();
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    call.once('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    call.once('error', reject);
    call.end();
  });
}
