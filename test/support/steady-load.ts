import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What became of the requests. */
export interface LoadReport {
  readonly sent: number;
  /** One word for each that failed: its status, or why there was no answer. */
  readonly failed: readonly string[];
}

/** Requests at a steady rate until it is ended. */
export interface SteadyLoad {
  /** Resolves once so many more have been answered. */
  answered(more: number): Promise<void>;
  /** Waits for those under way. */
  end(): Promise<LoadReport>;
}

/** A request that has no answer by then has failed. */
const TIMEOUT_MS = 15_000;
const SOCKETS = 16;
/** On a machine that cannot keep up, one more would only make all of them late. */
const OPEN_MAX = 4 * SOCKETS;

/** Sends `perSecond` requests a second to an address, however long the answers take; none while so many are open. */
export function startLoad(url: string, perSecond: number, host?: string): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const open = new Set<Promise<void>>();
  const failed: string[] = [];
  let sent = 0;
  const answers = { count: 0 };
  const send = (): Promise<void> =>
    new Promise<void>((resolve) => {
      const headers = host === undefined ? {} : { host };
      const call = request(url, { agent, timeout: TIMEOUT_MS, headers }, (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode !== 200) failed.push(String(response.statusCode));
          resolve();
        });
        response.once('error', (error) => {
          failed.push(`broken off: ${error.message}`);
          resolve();
        });
      });
      call.once('timeout', () => call.destroy(new Error('timed out')));
      call.once('error', (error) => {
        failed.push(error.message);
        resolve();
      });
      call.end();
    });
  let due = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    for (; due < ((performance.now() - startedAt) / 1000) * perSecond; due++) {
      if (open.size >= OPEN_MAX) continue;
      sent++;
      const one = send().finally(() => {
        answers.count++;
        open.delete(one);
      });
      open.add(one);
    }
  }, 5);
  return {
    async answered(more) {
      const goal = answers.count + more;
      while (answers.count < goal) await delay(10);
    },
    async end() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return { sent, failed };
    },
  };
}
