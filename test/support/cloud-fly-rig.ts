import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FlyService, FlyServiceOptions } from '../../src/cloud/fly/fly-service.ts';
import { processIdentity } from '../../src/cloud/machines/process-table.ts';
import { systemClock } from '../../src/util/clock.ts';
import { DirectoryImages, serverImage } from './cloud-fly-images.ts';
import { createRecordedFly } from './recorded-fly.ts';

/** The token of every service of the tests. */
export const TEST_TOKEN = 'fm2_test-token';

/** What an answer of the API holds, as loosely as a test needs it. */
export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers freely and check shapes against the document
  readonly body: any;
  readonly headers: Headers;
}

/** A request to the API. */
export interface CallOptions {
  readonly body?: unknown;
  readonly nonce?: string;
  readonly token?: string | null;
}

/** How a request is carried to the service: in this process, or over a socket. */
export type Carry = (request: Request) => Promise<Response>;

/** Calls the API the way every client does. */
export class FlyCaller {
  readonly #carry: Carry;

  constructor(carry: Carry) {
    this.#carry = carry;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const headers = new Headers();
    const token = options.token === undefined ? `Bearer ${TEST_TOKEN}` : options.token;
    if (token !== null) headers.set('authorization', token);
    if (options.nonce !== undefined) headers.set('fly-machine-lease-nonce', options.nonce);
    const init: RequestInit = { method, headers };
    if (options.body !== undefined) {
      headers.set('content-type', 'application/json');
      init.body = JSON.stringify(options.body);
    }
    const response = await this.#carry(new Request(`http://127.0.0.1${path}`, init));
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      headers: response.headers,
    };
  }

  /** Creates a machine and, unless told not to, waits until it has started. */
  async machine(
    app: string,
    config: object,
    options: { body?: object; until?: string } = {},
  ): Promise<Answer['body']> {
    const created = await this.call('POST', `/v1/apps/${app}/machines`, {
      body: { config, ...options.body },
    });
    if (created.status !== 200) throw new Error(`create: ${created.status} ${JSON.stringify(created.body)}`);
    await this.wait(app, created.body.id, options.until ?? 'started');
    return created.body;
  }

  async wait(app: string, id: string, state: string): Promise<Answer> {
    const answer = await this.call('GET', `/v1/apps/${app}/machines/${id}/wait?state=${state}&timeout=60`);
    if (answer.status !== 200)
      throw new Error(`wait ${state}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async get(app: string, id: string): Promise<Answer['body']> {
    return (await this.call('GET', `/v1/apps/${app}/machines/${id}`)).body;
  }
}

/** A service over temporary directories, with an app `web` and an image that serves HTTP. */
export class FlyRig extends FlyCaller {
  readonly dir: string;
  readonly images: DirectoryImages;
  readonly service: FlyService;
  /** The reference of an image that serves HTTP. */
  readonly image: string;

  private constructor(dir: string, images: DirectoryImages, service: FlyService, image: string) {
    super(async (request) => await service.routes.fetch(request));
    this.dir = dir;
    this.images = images;
    this.service = service;
    this.image = image;
  }

  static async start(options: Partial<FlyServiceOptions> = {}): Promise<FlyRig> {
    const dir = mkdtempSync(join(tmpdir(), 'glidepath-fly-'));
    const images = new DirectoryImages(join(dir, 'images'));
    const service = await openService(dir, images, options);
    const rig = new FlyRig(dir, images, service, images.add('web', serverImage('one')));
    await rig.call('POST', '/v1/apps', { body: { name: 'web', org_slug: 'personal' } });
    return rig;
  }

  /** Another service over the same directories, for when the one of before has been shut down. */
  async again(): Promise<FlyRig> {
    const service = await openService(this.dir, this.images, {});
    return new FlyRig(this.dir, this.images, service, this.image);
  }

  /** The pid of a machine's process, or null. */
  pid(id: string): number | null {
    return this.service.processes().find((info) => info.machineId === id)?.pid ?? null;
  }

  /** The port of a machine as the edge sees it. */
  port(app: string, id: string): number {
    return this.service.directory.app(app)?.machines.find((machine) => machine.id === id)?.port ?? 0;
  }

  /** Asks a machine directly. */
  async ask(app: string, id: string, path: string): Promise<string> {
    await until(() => this.isReady(app, id));
    return await (await fetch(`http://127.0.0.1:${this.port(app, id)}${path}`)).text();
  }

  isReady(app: string, id: string): boolean {
    return (
      this.service.directory.app(app)?.machines.some((machine) => machine.id === id && machine.routable) ??
      false
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = this.service.processes().flatMap((info) => info.pids);
    await this.service.shutdown({ stopMachines: true });
    rmSync(this.dir, { recursive: true, force: true });
    await until(() => pids.every((pid) => !isAlive(pid)), `processes ${pids.join(', ')} to end`);
  }
}

function openService(
  dir: string,
  images: DirectoryImages,
  options: Partial<FlyServiceOptions>,
): Promise<FlyService> {
  return createRecordedFly({
    stateDir: join(dir, 'state'),
    clock: systemClock,
    images,
    token: TEST_TOKEN,
    privateAddress: () => null,
    rateLimits: false,
    ...options,
  });
}

/** Waits for a condition, not for a time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(15);
  }
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  return processIdentity(pid) !== null;
}

/** A config with one service on port 8080. */
export function serviceConfig(image: string, more: object = {}): Record<string, unknown> {
  return {
    image,
    services: [{ protocol: 'tcp', internal_port: 8080, ports: [{ port: 80, handlers: ['http'] }] }],
    ...more,
  };
}
