import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';
import { createNeon } from '../../src/cloud/neon/neon-service.ts';
import type { Neon, NeonOptions } from '../../src/cloud/neon/neon-service.ts';
import { Organizations } from '../../src/cloud/organizations/organizations.ts';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { recordExchanges } from '../../src/cloud/server/exchange-recorder.ts';
import { systemClock } from '../../src/util/clock.ts';
import { until } from './cloud-fly-rig.ts';
import { exchangesOfThisTest } from './recorded-fly.ts';

const TOKEN = 'the-token-of-a-local-cloud';
const NEONCTL = join(import.meta.dirname, '../../node_modules/.bin/neonctl');

/** An answer of the API; its body is whatever it is. */
export interface NeonAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies of many shapes, held against the document elsewhere
  readonly body: any;
}

/** The local Neon over real servers, on a socket, with the clients that people use. */
export class NeonRig implements AsyncDisposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'glidepath-neon-'));
  readonly token: string = TOKEN;
  /** Every answer so far, as `POST /projects/…/branches 423`. */
  readonly answers: string[] = [];
  neon!: Neon;
  postgres!: PostgresService;
  #server: Server | null = null;
  #port = 0;
  #options: Partial<NeonOptions> = {};

  static async start(options: Partial<NeonOptions> = {}): Promise<NeonRig> {
    const rig = new NeonRig();
    rig.#options = options;
    await rig.open();
    return rig;
  }

  /** Everything again on the same files, as after a restart. */
  async open(): Promise<void> {
    const clock = this.#options.clock ?? systemClock;
    this.postgres = await createPostgresService({
      stateDir: join(this.dir, 'postgres'),
      clock: systemClock,
      idleMs: null,
      settings: { fsync: false },
    });
    this.neon = await createNeon({
      stateDir: join(this.dir, 'neon'),
      postgres: this.postgres,
      clock,
      organizations: new Organizations({ stateDir: this.dir, adminToken: TOKEN, clock }),
      rateLimits: false,
      ...this.#options,
    });
    const dir = exchangesOfThisTest();
    const answer = this.neon.routes.fetch;
    const handle = async (request: Request, env: unknown): Promise<Response> => {
      const response = await answer(request, env);
      this.answers.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
      return response;
    };
    this.#server = createAdaptorServer({
      fetch: dir === undefined ? handle : recordExchanges(handle, dir),
    }) as Server;
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
    await this.neon.close();
    await this.postgres.close({ stop: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** One call; `path` is below `/api/v2`. */
  async call(method: string, path: string, body?: unknown, token: string = TOKEN): Promise<NeonAnswer> {
    const response = await fetch(`${this.url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** One call that must succeed, and the end of what it began. */
  async done(method: string, path: string, body?: unknown): Promise<NeonAnswer['body']> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    const project = /^\/projects\/([^/?]+)/.exec(path)?.[1] ?? answer.body?.project?.id;
    if (project === undefined || method === 'GET') return answer.body;
    await this.settled(project);
    for (const { id } of (answer.body?.operations ?? []) as { readonly id: string }[]) {
      const { body } = await this.call('GET', `/projects/${project}/operations/${id}`);
      const { status, error, action } = body?.operation ?? { status: 'finished' };
      if (status !== 'finished') throw new Error(`${method} ${path}: ${action} ${status}: ${error}`);
    }
    return answer.body;
  }

  /** Waits until no operation of a project is under way. */
  async settled(project: string): Promise<void> {
    await until(async () => {
      const { body } = await this.call('GET', `/projects/${project}/operations`);
      const operations = (body?.operations ?? []) as { readonly status: string }[];
      return operations.every(({ status }) => status !== 'running' && status !== 'scheduling');
    });
  }

  /** Runs the command line client; what it printed. Throws what it said on a failure. */
  async neonctl(...args: readonly string[]): Promise<string> {
    const where = ['--api-host', `${this.url}/api/v2`, '--config-dir', join(this.dir, 'neonctl')];
    const child = spawn(
      process.execPath,
      [NEONCTL, ...args, ...where, '--api-key', TOKEN, '--no-analytics'],
      {
        cwd: this.dir,
        env: { PATH: process.env['PATH'], HOME: this.dir, CI: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const printed = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`neonctl ${args.join(' ')}: ${code}\n${printed.err}${printed.out}`);
    return printed.out;
  }

  /** The same, read as JSON. */
  async neonctlJson(...args: readonly string[]): Promise<NeonAnswer['body']> {
    return JSON.parse(await this.neonctl(...args, '--output', 'json'));
  }
}

/** The rows of one query in a session of its own. */
export async function rowsOf<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return withSession(url, async (client) => (await client.query<Row>(sql, [...values])).rows);
}

/** Runs something in a session. */
export async function withSession<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
