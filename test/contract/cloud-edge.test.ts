import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createEdge } from '../../src/cloud/edge/edge.ts';
import type { Edge, EdgeOptions } from '../../src/cloud/edge/edge.ts';
import { systemClock } from '../../src/util/clock.ts';
import { freePort, ProcessDirectory } from '../support/edge-directory.ts';
import { waitFor } from '../support/wait-for.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function newDirectory(): ProcessDirectory {
  const directory = new ProcessDirectory();
  cleanUps.push(() => directory.close());
  return directory;
}

async function newEdge(directory: ProcessDirectory, options: Partial<EdgeOptions> = {}): Promise<Edge> {
  const edge = await createEdge({
    directory,
    clock: systemClock,
    host: '127.0.0.1',
    port: 0,
    appPorts: { from: 0 },
    ...options,
  });
  cleanUps.push(() => edge.close());
  return edge;
}

/** An app `web` with started machines. */
async function webWith(
  machines: readonly string[],
  options: Partial<EdgeOptions> = {},
): Promise<{ directory: ProcessDirectory; edge: Edge }> {
  const directory = newDirectory();
  directory.put('web');
  for (const id of machines) await directory.addMachine('web', id);
  await Promise.all(machines.map((id) => directory.startMachine('web', id)));
  return { directory, edge: await newEdge(directory, options) };
}

interface SendOptions {
  readonly host?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
  readonly agent?: Agent;
}

async function send(port: number, path: string, options: SendOptions = {}): Promise<Answer> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method: options.method ?? 'GET',
    agent: options.agent ?? false,
    headers: { host: options.host ?? 'web.localhost', ...options.headers },
  });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

function metricsOf(edge: Edge, app = 'web'): ReturnType<Edge['metrics']>[number] {
  const found = edge.metrics().find((each) => each.app === app);
  if (found === undefined) throw new Error(`no metrics of ${app}`);
  return found;
}

/** A steady load until stopped; counts what failed in any way. */
function startLoad(
  port: number,
  workers: number,
  options: SendOptions & { path?: string } = {},
): { stop(): Promise<{ sent: number; failures: string[] }> } {
  const agent = new Agent({ keepAlive: true, maxSockets: workers });
  const failures: string[] = [];
  let sent = 0;
  const ending = new AbortController();
  const loops = Array.from({ length: workers }, async () => {
    while (!ending.signal.aborted) {
      sent += 1;
      try {
        const answer = await send(port, options.path ?? '/', { ...options, agent });
        if (answer.status !== 200) failures.push(`${answer.status} ${answer.text}`);
      } catch (error) {
        failures.push(String(error));
      }
    }
  });
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
      agent.destroy();
      return { sent, failures };
    },
  };
}

describe('routing', () => {
  test('an app answers under .localhost, .fly.dev and its custom hosts, and every host is refused that is no app', async () => {
    const { directory, edge } = await webWith(['m1']);
    directory.put('web', { hosts: ['Shop.Example.com'] });
    for (const host of [
      'web.localhost',
      `web.localhost:${edge.port}`,
      'WEB.fly.dev',
      'shop.example.com',
      'web.flycast',
    ]) {
      expect(await send(edge.port, '/', { host }), host).toMatchObject({ status: 200, text: 'm1' });
    }
    const refused = await send(edge.port, '/', {
      host: 'other.localhost',
      headers: { 'x-forwarded-host': 'web.localhost' },
    });
    expect(refused.status).toBe(404);
    expect(refused.text).toBe('no app answers to host "other.localhost" (apps: web)\n');
  });

  test('each app has a loopback port of its own, the same after a restart of the edge', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'edge-'));
    cleanUps.push(() => rmSync(dir, { recursive: true }));
    const directory = newDirectory();
    for (const app of ['web', 'api']) {
      directory.put(app);
      await directory.addMachine(app, `${app}-1`);
      await directory.startMachine(app, `${app}-1`);
    }
    const appPorts = { from: await freePort(), file: join(dir, 'ports.json') };
    const first = await createEdge({ directory, clock: systemClock, host: '127.0.0.1', port: 0, appPorts });
    const before = first.routes();
    expect(before.map((route) => route.app)).toEqual(['web', 'api']);
    for (const { app, url } of before) {
      expect(await send(Number(new URL(url).port), '/', { host: 'whatever' })).toMatchObject({
        text: `${app}-1`,
      });
    }
    await first.close();
    directory.remove('web');
    directory.put('web');
    const second = await newEdge(directory, { appPorts });
    const urls = (routes: typeof before): unknown =>
      Object.fromEntries(routes.map(({ app, url }) => [app, url]));
    expect(urls(second.routes())).toEqual(urls(before));
  });

  test('an address can be had for an app that does not exist yet, and is its address once it does', async () => {
    const directory = newDirectory();
    const edge = await newEdge(directory, { appPorts: { from: await freePort() } });
    const address = edge.addressOf('later') ?? '';
    directory.put('later');
    await directory.addMachine('later', 'l1');
    await directory.startMachine('later', 'l1');
    expect(await waitFor(async () => (await fetch(address)).text())).toBe('l1');
    expect(edge.routes()).toMatchObject([{ app: 'later', url: address }]);
  });
});

describe('an app that goes away', () => {
  test('keeps its port, which says so, and its counts, for when it comes back', async () => {
    const { directory, edge } = await webWith(['m1']);
    const [route] = edge.routes();
    expect(await (await fetch(route?.url ?? '')).text()).toBe('m1');
    directory.remove('web');
    const gone = await fetch(route?.url ?? '');
    expect([gone.status, await gone.text()]).toEqual([503, 'web has no machines\n']);
    directory.put('web');
    expect(edge.routes()).toEqual([route]);
    expect(metricsOf(edge).requests).toBe(1);
  });
});

describe('headers', () => {
  test('the app is told who asked and how, and a client cannot claim it', async () => {
    const { edge } = await webWith(['m1']);
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'fly-client-ip': '203.0.113.9',
      connection: 'x-private, keep-alive',
      'x-private': '1',
      te: 'trailers',
      'proxy-authorization': 'Basic eA==',
    };
    const answer = await send(edge.port, '/headers', { headers });
    const seen = JSON.parse(answer.text) as Record<string, string>;
    expect(seen).toMatchObject({
      host: 'web.localhost',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-host': 'web.localhost',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(edge.port),
      'fly-client-ip': '127.0.0.1',
      via: '1.1 fly.io',
    });
    expect(seen['fly-request-id']).toMatch(/^[0-9A-Z]{26}-local$/);
    expect(answer.headers['fly-request-id']).toBe(seen['fly-request-id']);
    for (const name of ['x-private', 'te', 'proxy-authorization']) expect(seen).not.toHaveProperty(name);
  });
});

describe('balancing', () => {
  test('requests go to the least busy machine, and equal ones take turns', async () => {
    const { directory, edge } = await webWith(['m1', 'm2']);
    const held = await holdOne(edge, directory);
    for (let count = 0; count < 4; count += 1) {
      expect((await send(edge.port, '/')).text).not.toBe(held.id);
    }
    await held.release();
    const turns = [];
    for (let count = 0; count < 4; count += 1) turns.push((await send(edge.port, '/')).text);
    expect(new Set(turns)).toEqual(new Set(['m1', 'm2']));
  });

  test('a machine at its hard limit gets nothing more: the request waits for the slot', async () => {
    const { directory, edge } = await webWith(['m1']);
    directory.put('web', { concurrency: { type: 'requests', softLimit: 1, hardLimit: 1 } });
    const held = await holdOne(edge, directory);
    const waiting = send(edge.port, '/');
    await waitFor(() => expect(metricsOf(edge).waiting).toBe(1));
    expect(metricsOf(edge).load).toEqual({ m1: 1 });
    await held.release();
    expect((await waiting).text).toBe('m1');
  });

  test('a request that waited too long for a slot gets a 503 that says so', async () => {
    const { directory, edge } = await webWith(['m1'], { limits: { queueMs: 60 } });
    directory.put('web', { concurrency: { type: 'requests', softLimit: 1, hardLimit: 1 } });
    const held = await holdOne(edge, directory);
    const refused = await send(edge.port, '/');
    expect(refused.status).toBe(503);
    expect(refused.text).toBe('web: every machine is at its limit; gave up after 60 ms\n');
    await held.release();
    expect(metricsOf(edge)).toMatchObject({ requests: 2, errors: 1, inFlight: 0 });
  });

  /** Occupies one machine until released. */
  async function holdOne(
    edge: Edge,
    directory: ProcessDirectory,
  ): Promise<{ id: string; release(): Promise<void> }> {
    const done = send(edge.port, '/hold');
    const id = await waitFor(() => {
      const busy = Object.entries(metricsOf(edge).load).find(([, load]) => load === 1);
      if (busy === undefined) throw new Error('nothing in flight');
      return busy[0];
    });
    const { port } = directory.machine('web', id);
    return {
      id,
      // Asked until it worked: what counts as load at the edge may not have reached the machine yet.
      async release() {
        const ended = new AbortController();
        void done.finally(() => ended.abort());
        while (!ended.signal.aborted) await fetch(`http://127.0.0.1:${port}/release`);
      },
    };
  }
});

describe('when a machine fails', () => {
  test('a refused connection is tried on another machine', async () => {
    const { directory, edge } = await webWith(['m1', 'm2']);
    directory.machine('web', 'm1').process?.removeAllListeners('exit');
    await directory.kill('web', 'm1');
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push(await send(edge.port, '/', { method: 'POST' }));
    expect(answers.map((each) => each.text)).toEqual(Array(6).fill('m2'));
    expect(metricsOf(edge)).toMatchObject({ errors: 0 });
    expect(metricsOf(edge).retries).toBeGreaterThan(0);
  });

  test('a single machine that comes back within the limit loses no request', async () => {
    const { directory, edge } = await webWith(['m1']);
    const machine = directory.machine('web', 'm1');
    machine.process?.removeAllListeners('exit');
    await directory.kill('web', 'm1');
    const waiting = send(edge.port, '/');
    await directory.startMachine('web', 'm1');
    expect(await waiting).toMatchObject({ status: 200, text: 'm1' });
  });

  test('a connection that breaks before the answer: GET is sent again, POST is not', async () => {
    const { edge } = await webWith(['m1', 'm2']);
    const get = await send(edge.port, '/cut');
    expect(get).toMatchObject({ status: 502 });
    expect(get.text).toMatch(/^web: machine m[12] closed the connection before it answered\n$/);
    const retries = metricsOf(edge).retries;
    expect(retries).toBeGreaterThan(0);
    const fresh = await newEdgeWithNoPool();
    expect((await send(fresh.port, '/cut', { method: 'POST', body: Buffer.from('x') })).status).toBe(502);
    expect(metricsOf(fresh)).toMatchObject({ retries: 0, errors: 1 });

    async function newEdgeWithNoPool(): Promise<Edge> {
      return (await webWith(['n1', 'n2'])).edge;
    }
  });

  test('an answer that breaks off half-way breaks off for the client too, and counts', async () => {
    const { edge } = await webWith(['m1']);
    await expect(send(edge.port, '/half')).rejects.toThrow(/aborted/);
    await waitFor(() => expect(metricsOf(edge)).toMatchObject({ errors: 1, inFlight: 0 }));
  });

  test('an app without machines, without healthy ones, or asleep for good says so in a 503', async () => {
    const { directory, edge } = await webWith(['m1'], { limits: { settleMs: 50 } });
    directory.say('web', 'm1', { routable: false, startedAt: Date.now() - 60_000 });
    expect(await send(edge.port, '/')).toMatchObject({
      status: 503,
      text: 'web: none of its 1 started machines is healthy and uncordoned\n',
    });
    directory.put('web', { autostart: false });
    await directory.stopMachine('web', 'm1', 'stop');
    expect(await send(edge.port, '/')).toMatchObject({
      status: 503,
      text: 'web: all 1 machines are stopped and autostart is off\n',
    });
    directory.put('empty');
    expect(await send(edge.port, '/', { host: 'empty.localhost' })).toMatchObject({
      status: 503,
      text: 'empty has no machines\n',
    });
  });
});

describe('rolling restarts under load', () => {
  test.each([
    ['GET', undefined],
    ['POST', Buffer.alloc(1_000, 'b')],
  ])('no %s fails while the machines restart one by one, three times over', async (method, body) => {
    const { directory, edge } = await webWith(['m1', 'm2']);
    const load = startLoad(edge.port, 8, body === undefined ? { method } : { method, body, path: '/echo' });
    for (let round = 0; round < 3; round += 1) {
      for (const id of ['m1', 'm2']) {
        await directory.stopMachine('web', id, 'stop');
        await directory.startMachine('web', id);
      }
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    expect(metricsOf(edge).errors).toBe(0);
  });

  test('no GET fails while machines are killed without a word', async () => {
    const { directory, edge } = await webWith(['m1', 'm2']);
    const load = startLoad(edge.port, 8, { path: '/slow?ms=2' });
    for (let round = 0; round < 2; round += 1) {
      for (const id of ['m1', 'm2']) {
        await directory.kill('web', id);
        await directory.startMachine('web', id);
      }
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  });

  test('nothing fails when machines close their idle connections all the time', async () => {
    const directory = newDirectory();
    directory.put('web');
    await directory.addMachine('web', 'm1', { env: { KEEP_ALIVE_MS: '1' } });
    await directory.startMachine('web', 'm1');
    const edge = await newEdge(directory);
    const load = startLoad(edge.port, 4, { method: 'POST', body: Buffer.from('x'), path: '/echo' });
    await waitFor(() => expect(metricsOf(edge).requests).toBeGreaterThan(400));
    expect((await load.stop()).failures).toEqual([]);
  });

  test('what is in flight on a machine that leaves still finishes, and nothing new goes there', async () => {
    const { directory, edge } = await webWith(['m1', 'm2']);
    const inFlight = [send(edge.port, '/hold'), send(edge.port, '/hold')];
    await waitFor(() => expect(metricsOf(edge).load).toEqual({ m1: 1, m2: 1 }));
    const stopped = directory.stopMachine('web', 'm1', 'stop');
    const later = await Promise.all([send(edge.port, '/'), send(edge.port, '/')]);
    expect(later.map((each) => each.text)).toEqual(['m2', 'm2']);
    const { port } = directory.machine('web', 'm2');
    // What is held on the machine that leaves is let go by its SIGTERM.
    await waitFor(async () => {
      await fetch(`http://127.0.0.1:${port}/release`);
      expect(metricsOf(edge).inFlight).toBe(0);
    });
    expect((await Promise.all(inFlight)).map((each) => each.text).toSorted()).toEqual(['m1', 'm2']);
    await stopped;
  });
});

describe('autostart and autostop', () => {
  test('many requests at once wake one machine once and all get an answer', async () => {
    const directory = newDirectory();
    directory.put('web');
    await directory.addMachine('web', 'm1', { env: { BOOT_MS: '50' } });
    await directory.addMachine('web', 'm2');
    const edge = await newEdge(directory);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(edge.port, '/')));
    expect(answers.map((each) => each.text)).toEqual(Array(10).fill('m1'));
    expect(directory.calls).toEqual(['start m1']);
    expect(metricsOf(edge).coldStarts).toMatchObject({
      count: 1,
      failed: 0,
      lastMachine: 'm1',
    });
    expect(metricsOf(edge).coldStarts.lastMs).toBeGreaterThan(50);
  });

  test('a machine of the primary region is woken first', async () => {
    const directory = newDirectory();
    directory.put('web', { primaryRegion: 'fra' });
    await directory.addMachine('web', 'm1', { region: 'iad' });
    await directory.addMachine('web', 'm2', { region: 'fra' });
    const edge = await newEdge(directory);
    expect((await send(edge.port, '/')).text).toBe('m2');
  });

  test('a machine that cannot be started leads to a 503 with the reason', async () => {
    const directory = newDirectory();
    directory.put('web');
    await directory.addMachine('web', 'm1');
    directory.startError = 'no such image';
    const edge = await newEdge(directory);
    expect(await send(edge.port, '/')).toMatchObject({
      status: 503,
      text: 'web: machine m1 could not be started: no such image\n',
    });
  });

  test('when all running machines are at the soft limit another is woken, and nobody waits for it', async () => {
    const { directory, edge } = await webWith(['m1']);
    await directory.addMachine('web', 'm2');
    directory.put('web', { concurrency: { type: 'requests', softLimit: 1, hardLimit: null } });
    const held = Promise.all([send(edge.port, '/hold'), send(edge.port, '/hold')]);
    await waitFor(() => expect(directory.calls).toEqual(['start m1', 'start m2']));
    const m1 = directory.machine('web', 'm1').port;
    // Both are with the first machine: nobody waits for the second.
    let asked = 0;
    const others = async (): Promise<number> => Number((await send(m1, '/served')).text) - ++asked;
    await waitFor(async () => expect(await others()).toBe(2));
    expect((await send(m1, '/release')).text).toBe('m1');
    expect((await held).map((each) => each.text)).toEqual(['m1', 'm1']);
    await waitFor(() => expect(directory.machine('web', 'm2').state).toBe('started'));
  });

  test('idle machines stop one after the other down to the minimum of the primary region', async () => {
    const directory = newDirectory();
    directory.put('web', { autostop: 'stop', minMachinesRunning: 1 });
    for (const id of ['m1', 'm2', 'm3']) await directory.addMachine('web', id);
    await directory.addMachine('web', 'far', { region: 'syd' });
    for (const id of ['m1', 'm2', 'm3', 'far']) await directory.startMachine('web', id);
    directory.calls.length = 0;
    await newEdge(directory, { idle: { checkMs: 20, idleMs: 20 } });
    await waitFor(() => expect(directory.calls).toHaveLength(3));
    const states = ['m1', 'm2', 'm3', 'far'].map((id) => directory.machine('web', id).state);
    await waitFor(() =>
      expect(directory.apps()[0]?.machines.filter((each) => each.state === 'started')).toHaveLength(1),
    );
    expect(directory.calls).toContain('stop far');
    expect(states.filter((state) => state === 'started').length).toBeGreaterThan(0);
    await delay(100);
    expect(directory.calls).toHaveLength(3);
  });

  test('a busy machine is not stopped, and one that was suspended comes back for the next request', async () => {
    const directory = newDirectory();
    directory.put('web', { autostop: 'suspend' });
    await directory.addMachine('web', 'm1');
    await directory.startMachine('web', 'm1');
    const edge = await newEdge(directory, { idle: { checkMs: 10, idleMs: 10 } });
    expect((await send(edge.port, '/slow?ms=200')).text).toBe('m1');
    await waitFor(() => expect(directory.machine('web', 'm1').state).toBe('suspended'));
    expect((await send(edge.port, '/')).text).toBe('m1');
    expect(directory.calls.slice(0, 3)).toEqual(['start m1', 'suspend m1', 'start m1']);
  });

  test('requests never fail while their machine is put to sleep again and again', async () => {
    const directory = newDirectory();
    directory.put('web', { autostop: 'stop' });
    await directory.addMachine('web', 'm1');
    const edge = await newEdge(directory, { idle: { checkMs: 5, idleMs: 1 } });
    for (let count = 0; count < 8; count += 1) {
      expect(await send(edge.port, '/', { method: 'POST' })).toMatchObject({ status: 200, text: 'm1' });
      await delay(count * 4);
    }
    expect(directory.calls.filter((call) => call === 'stop m1').length).toBeGreaterThan(2);
  });
});

describe('bodies and streams', () => {
  test('large bodies pass unchanged in both directions', async () => {
    const { edge } = await webWith(['m1']);
    const body = randomBytes(5 * 1024 * 1024);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const known = await send(edge.port, '/echo', {
      method: 'PUT',
      body,
      headers: { 'content-length': body.length },
    });
    expect(JSON.parse(known.text)).toMatchObject({ bytes: body.length, sha256, method: 'PUT' });
    const chunked = await send(edge.port, '/echo', {
      method: 'POST',
      body,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(JSON.parse(chunked.text)).toMatchObject({ bytes: body.length, sha256 });
    expect((await send(edge.port, '/big?chunks=64')).text.length).toBe(64 * 64 * 1024);
  });

  test('an event stream is seen to have begun before its first event, and each event as it is sent', async () => {
    const { directory, edge } = await webWith(['m1']);
    const request = httpRequest({
      host: '127.0.0.1',
      port: edge.port,
      path: '/events',
      headers: { host: 'web.localhost' },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
    const release = (): Promise<unknown> =>
      fetch(`http://127.0.0.1:${directory.machine('web', 'm1').port}/release`);
    await release();
    expect((await chunks.next()).value).toContain('data: one');
    await release();
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      expect(next.value).toContain('data: two');
    }
  });

  test('a client that goes away frees its slot', async () => {
    const { edge } = await webWith(['m1']);
    const request = httpRequest({
      host: '127.0.0.1',
      port: edge.port,
      path: '/hold',
      headers: { host: 'web.localhost' },
    });
    request.on('error', () => undefined);
    request.end();
    await waitFor(() => expect(metricsOf(edge).inFlight).toBe(1));
    request.destroy();
    await waitFor(() => expect(metricsOf(edge)).toMatchObject({ inFlight: 0, errors: 0 }));
  });

  test('HEAD, an empty POST and an error of the app come through as they are', async () => {
    const { edge } = await webWith(['m1']);
    expect(await send(edge.port, '/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(JSON.parse((await send(edge.port, '/echo', { method: 'POST' })).text)).toMatchObject({ bytes: 0 });
    expect(await send(edge.port, '/error')).toMatchObject({ status: 500, text: 'broken' });
    expect(metricsOf(edge)).toMatchObject({ errors: 0, appErrors: 1 });
  });
});

describe('websockets', () => {
  async function upgrade(
    port: number,
    path: string,
  ): Promise<{ head: string; socket: ReturnType<typeof connect> }> {
    const socket = connect(port, '127.0.0.1');
    cleanUps.push(() => void socket.destroy());
    const key = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\n';
    socket.write(`GET ${path} HTTP/1.1\r\nhost: web.localhost\r\n${key}\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return { head: data.toString(), socket };
  }

  test('an upgraded connection carries bytes both ways and counts as load until it closes', async () => {
    const { edge } = await webWith(['m1']);
    const { head, socket } = await upgrade(edge.port, '/ws');
    expect(head).toMatch(/^HTTP\/1.1 101 /);
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    expect(metricsOf(edge).load).toEqual({ m1: 1 });
    socket.end();
    await waitFor(() => expect(metricsOf(edge)).toMatchObject({ inFlight: 0, requests: 1 }));
  });

  test('an app that does not upgrade has its answer passed on', async () => {
    const { edge } = await webWith(['m1']);
    const { head, socket } = await upgrade(edge.port, '/no-upgrade');
    expect(head).toMatch(/^HTTP\/1.1 403 Forbidden/);
    await once(socket, 'close');
    await waitFor(() => expect(metricsOf(edge)).toMatchObject({ inFlight: 0, requests: 1 }));
  });

  test('a websocket wakes a sleeping machine', async () => {
    const { directory, edge } = await webWith(['m1']);
    await directory.stopMachine('web', 'm1', 'stop');
    expect((await upgrade(edge.port, '/ws')).head).toMatch(/^HTTP\/1.1 101 /);
  });
});
