import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Hono } from 'hono';
import { pathOfRequest } from '../../src/cloud/github/path-of-request.ts';
import { createGithubService } from '../../src/cloud/github/github-service.ts';
import type { GithubOptions, GithubService } from '../../src/cloud/github/github-service.ts';
import type { GithubEvent } from '../../src/cloud/github/events/github-event.ts';
import { githubControlRoutes } from '../../src/cloud/control/github-control-routes.ts';
import { recordExchanges } from '../../src/cloud/server/exchange-recorder.ts';
import { closeServer, listenForApi } from '../../src/cloud/server/listen.ts';
import { systemClock } from '../../src/util/clock.ts';
import { exchangesOfThisTest } from './recorded-fly.ts';

const run = promisify(execFile);

/** The token of the administrator in tests. */
export const ADMIN_TOKEN = 'glidepath_token_of_the_administrator';

/** One answer, read. */
export interface GithubAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** A local GitHub of its own, on a port of its own, with a directory for clones. */
export class GithubRig {
  readonly dir: string = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-github-')));
  readonly events: GithubEvent[] = [];
  github!: GithubService;
  baseUrl!: string;
  #close!: () => Promise<void>;

  static async open(options: Partial<GithubOptions> = {}): Promise<GithubRig> {
    const rig = new GithubRig();
    await rig.start(options);
    return rig;
  }

  async start(options: Partial<GithubOptions> = {}): Promise<void> {
    const api = await listenForApi(0);
    const { server, port } = api;
    this.baseUrl = `http://127.0.0.1:${port}`;
    this.github = await createGithubService({
      stateDir: join(this.dir, 'state'),
      clock: systemClock,
      adminToken: ADMIN_TOKEN,
      baseUrl: this.baseUrl,
      rateLimits: false,
      onError: (error) => {
        throw error;
      },
      ...options,
    });
    this.github.onEvent('test', (event) => void this.events.push(event));
    const routes = new Hono({ getPath: pathOfRequest });
    routes.route('/_glidepath', githubControlRoutes(this.github));
    routes.route('/', this.github.routes);
    routes.route('/', this.beside());
    const dir = exchangesOfThisTest();
    api.serve(dir === undefined ? routes.fetch : recordExchanges(routes.fetch, dir));
    this.github.resume();
    this.#close = async () => {
      await closeServer(server, 0);
      await this.github.close();
    };
  }

  /** What is served beside it. */
  protected beside(): Hono {
    return new Hono();
  }

  /** Ends the service as a daemon does that is told to; its directory stays. */
  stop(): Promise<void> {
    return this.#close();
  }

  /** One call of the API; without a token as nobody. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    token: string | null = ADMIN_TOKEN,
  ): Promise<GithubAnswer> {
    return this.fetch(method, `/api/v3${path}`, body, token);
  }

  /** One call of the control API. Throws on a refusal. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  async control(method: string, path: string, body?: unknown): Promise<any> {
    const { status, body: answer } = await this.fetch(method, `/_glidepath/github${path}`, body, null);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async fetch(method: string, path: string, body: unknown, token: string | null): Promise<GithubAnswer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** A repository with one commit on `main`, and its clone. */
  async repository(name = 'acme/shop', more: Readonly<Record<string, unknown>> = {}): Promise<Clone> {
    await this.control('PUT', '/repositories', { repository: name, ...more });
    const clone = await this.clone(name, ADMIN_TOKEN);
    await clone.commit('README.md', '# Shop\n');
    await clone.git('push', '--quiet', 'origin', 'main');
    return clone;
  }

  async clone(name: string, token: string, into = mkdtempSync(join(this.dir, 'clone-'))): Promise<Clone> {
    const clone = new Clone(into);
    const url = `${this.baseUrl.replace('http://', `http://x-access-token:${token}@`)}/${name}.git`;
    await clone.git('init', '--quiet', '--initial-branch=main');
    await clone.git('remote', 'add', 'origin', url);
    await clone.git('fetch', '--quiet', 'origin');
    return clone;
  }

  /** The events of a name so far, once all were told. */
  async told(name: string): Promise<readonly GithubEvent[]> {
    await this.github.context.events.settled();
    return this.events.filter((event) => event.name === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A work tree of somebody. */
export class Clone {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Runs git there and returns what it prints. Throws with what it says when it fails. */
  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('git', args, {
      cwd: this.dir,
      env: {
        PATH: process.env['PATH'],
        HOME: this.dir,
        LC_ALL: 'C',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    });
    return stdout.trim();
  }

  /** What git says when it refuses; throws when it does not. */
  async refused(...args: readonly string[]): Promise<string> {
    try {
      await this.git(...args);
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
    throw new Error(`git ${args.join(' ')} was not refused`);
  }

  /** Writes a file and commits it; returns the commit. */
  async commit(file: string, text: string, message = `Change ${file}`): Promise<string> {
    mkdirSync(dirname(join(this.dir, file)), { recursive: true });
    writeFileSync(join(this.dir, file), text);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }
}
