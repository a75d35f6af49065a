// The edge beside a straight connection to the same process, and beside the least that a proxy on node:http can be, in
// one run: requests per second and p99 over 32 kept-alive connections. And how long a request that wakes a sleeping machine takes over the machine's own boot time.
// `npm run bench -- edge`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createEdge } from '../src/cloud/edge/edge.ts';
import type { Edge } from '../src/cloud/edge/edge.ts';
import { systemClock } from '../src/util/clock.ts';
import { ProcessDirectory } from '../test/support/edge-directory.ts';

const CONNECTIONS = 32;
const ROUNDS = 3;
const WAKES = 7;
const SECONDS = 2;
const LABELS = { straight: 'straight', edge: 'through the edge', bare: 'bare node:http proxy' } as const;
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nhost: web.localhost\r\naccept: */*\r\n\r\n');

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

// Started by itself as a process of its own for each proxy.
if (import.meta.main && process.argv[2] === '--edge') await serveEdge();
if (import.meta.main && process.argv[2] === '--bare') await serveBareProxy();

/** Prints throughput and latency through the edge against straight to the process, and waking against booting. */
export async function run(): Promise<void> {
  await using app = await startApp();
  await using edge = await startProxy('--edge', app.port);
  await using bare = await startProxy('--bare', app.port);
  const ports = { straight: app.port, edge: edge.port, bare: bare.port };
  const rounds: Record<keyof typeof ports, Load>[] = [];
  for (const port of Object.values(ports)) await load(port, 0.5);
  // Taken in turns, so that whatever else the machine does falls on all alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      straight: await load(ports.straight, SECONDS),
      edge: await load(ports.edge, SECONDS),
      bare: await load(ports.bare, SECONDS),
    });
  }
  const straight = middle(rounds.map((each) => each.straight));
  process.stdout.write(`edge, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s\n`);
  for (const name of ['straight', 'edge', 'bare'] as const) {
    const { perSecond, p50, p99 } = middle(rounds.map((each) => each[name]));
    const figures = `${perSecond.toFixed(0).padStart(6)} requests/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`;
    const ratio = `${(perSecond / straight.perSecond).toFixed(2)} × throughput, ${(p99 / straight.p99).toFixed(2)} × p99`;
    process.stdout.write(`  ${LABELS[name].padEnd(20)}${figures}   ${ratio}\n`);
  }
  await wakes();
}

/** Boots the same process by itself, then by a request, in turns. */
async function wakes(): Promise<void> {
  const directory = new ProcessDirectory();
  directory.put('web');
  await directory.addMachine('web', 'm1');
  const edge = await edgeOver(directory);
  const boots: number[] = [];
  const requests: number[] = [];
  for (let count = 0; count < WAKES; count += 1) {
    let began = performance.now();
    await directory.startMachine('web', 'm1');
    boots.push(performance.now() - began);
    await directory.stopMachine('web', 'm1', 'stop');
    began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${edge.appPort}/`);
    if (!answer.ok) throw new Error(await answer.text());
    await answer.text();
    requests.push(performance.now() - began);
    await directory.stopMachine('web', 'm1', 'stop');
  }
  await edge.close();
  await directory.close();
  const [boot, request] = [median(boots), median(requests)];
  process.stdout.write(
    `wake on request, median of ${WAKES}: boot ${boot.toFixed(0)} ms, request ${request.toFixed(0)} ms, ratio ${(request / boot).toFixed(2)}\n`,
  );
}

/** A proxy in a process of its own, as the edge is in the daemon's. */
async function startProxy(
  kind: '--edge' | '--bare',
  appPort: number,
): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const args = [fileURLToPath(import.meta.url), kind, String(appPort)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    port: Number(line.toString()),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** No routing, balancing, retries, limits or figures: what node:http itself costs. */
async function serveBareProxy(): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const port = Number(process.argv[3]);
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const upstream = httpRequest({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  await once(process.stdin.resume(), 'end');
  server.closeAllConnections();
  server.close();
  agent.destroy();
}

/** The edge in front of a process that runs already. */
async function serveEdge(): Promise<void> {
  const directory = new ProcessDirectory();
  directory.put('web', { concurrency: { type: 'requests', softLimit: 1_000, hardLimit: null } });
  await directory.addMachine('web', 'm1');
  directory.say('web', 'm1', {
    port: Number(process.argv[3]),
    state: 'started',
    routable: true,
    startedAt: 1,
  });
  const edge = await edgeOver(directory);
  process.stdout.write(`${edge.appPort}\n`);
  await once(process.stdin.resume(), 'end');
  await edge.close();
}

async function edgeOver(directory: ProcessDirectory): Promise<Edge & { appPort: number }> {
  const options = {
    directory,
    clock: systemClock,
    host: '127.0.0.1',
    port: 0,
    appPorts: { from: 0 },
  } as const;
  const edge = await createEdge(options);
  return Object.assign(edge, { appPort: Number(new URL(edge.routes()[0]?.url ?? '').port) });
}

async function startApp(): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const directory = new ProcessDirectory();
  directory.put('web');
  await directory.addMachine('web', 'm1');
  await directory.startMachine('web', 'm1');
  return { port: directory.machine('web', 'm1').port, [Symbol.asyncDispose]: () => directory.close() };
}

/** As fast as it goes, one request at a time per connection; knows just enough HTTP to find the end of an answer. */
async function load(port: number, forSeconds: number): Promise<Load> {
  const ends = performance.now() + forSeconds * 1_000;
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, () => runConnection(port, ends, latencies)));
  const perSecond = latencies.length / ((performance.now() - began) / 1_000);
  const sorted = Float64Array.from(latencies).sort();
  const at = (fraction: number): number => sorted[Math.floor(sorted.length * fraction)] ?? Number.NaN;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}

async function runConnection(port: number, ends: number, latencies: number[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    let sentAt = 0;
    let answer = '';
    const send = (): void => {
      answer = '';
      sentAt = performance.now();
      socket.write(REQUEST);
    };
    socket.once('connect', send);
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/iu.exec(answer)?.[1] ?? 0);
      if (answer.length < head + 4 + length) return;
      if (!answer.startsWith('HTTP/1.1 200')) {
        reject(new Error(answer.slice(0, head)));
        return;
      }
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < ends) {
        send();
        return;
      }
      socket.destroy();
      resolve();
    });
  });
}

function middle(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map((each) => each.perSecond)),
    p50: median(loads.map((each) => each.p50)),
    p99: median(loads.map((each) => each.p99)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
