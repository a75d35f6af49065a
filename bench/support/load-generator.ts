// Sends requests at a steady rate to one address, however long the answers take, and counts those that fail. Runs as a
// process of its own, so that it neither disturbs what is measured nor is disturbed by it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What became of the requests. */
export interface LoadReport {
  readonly sent: number;
  readonly failed: number;
  /** One line for each kind of failure: how often, and what it was. */
  readonly failures: Readonly<Record<string, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Load that goes on until it is ended. */
export interface Load {
  end(): Promise<LoadReport>;
}

/** Starts the load; resolves once the first answer came. */
export async function startLoad(url: string, perSecond: number): Promise<Load> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), url, String(perSecond)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return {
    async end() {
      child.stdin.end();
      const [line] = (await once(lines, 'line')) as [string];
      return JSON.parse(line) as LoadReport;
    },
  };
}

/** Sockets kept open: enough for the rate at 100 ms an answer. */
const SOCKETS = 32;
const TIMEOUT_MS = 10_000;
/** How often requests that are due are sent. */
const TICK_MS = 5;

async function generate(url: string, perSecond: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const latencies: number[] = [];
  const failures: Record<string, number> = {};
  const open = new Set<Promise<void>>();
  let sent = 0;
  const fail = (what: string): void => void (failures[what] = (failures[what] ?? 0) + 1);
  const send = (): Promise<void> =>
    new Promise((resolve) => {
      const startedAt = performance.now();
      const call = request(url, { agent, timeout: TIMEOUT_MS }, (response) => {
        response.resume();
        response.once('end', () => {
          latencies.push(performance.now() - startedAt);
          if (response.statusCode !== 200) fail(`status ${response.statusCode}`);
          resolve();
        });
        response.once('error', (error) => {
          fail(`broken off: ${error.message}`);
          resolve();
        });
      });
      call.once('timeout', () => call.destroy(new Error('timed out')));
      call.once('error', (error) => {
        fail(error.message);
        resolve();
      });
      call.end();
    });
  await send();
  console.log('ready');
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; sent < due; sent++) {
      const one = send().finally(() => open.delete(one));
      open.add(one);
    }
  }, TICK_MS);
  process.stdin.resume();
  await once(process.stdin, 'end');
  clearInterval(timer);
  await Promise.all(open);
  agent.destroy();
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  console.log(JSON.stringify({ sent, failed, failures, medianMs: at(0.5), p99Ms: at(0.99) }));
}

const [, , target, rate] = process.argv;
if (import.meta.main && target !== undefined) await generate(target, Number(rate));
