import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../src/cloud/server/start-cloud.ts';
import type { Cloud } from '../../src/cloud/server/start-cloud.ts';
import { systemClock } from '../../src/util/clock.ts';
import { BASE_IMAGE } from './docker.ts';
import type { Docker } from './docker.ts';
import { until } from './cloud-fly-rig.ts';

/** What an answer holds, as loosely as a test needs it. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers freely
type Loose = any;

/** A local cloud in this process whose machines are containers. */
export class DockerCloud implements AsyncDisposable {
  readonly stateDir: string;
  readonly docker: Docker;
  #cloud: Cloud;

  private constructor(stateDir: string, docker: Docker, cloud: Cloud) {
    this.stateDir = stateDir;
    this.docker = docker;
    this.#cloud = cloud;
  }

  static async start(docker: Docker, stateDir?: string): Promise<DockerCloud> {
    const dir = stateDir ?? realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-docker-')));
    return new DockerCloud(dir, docker, await open(dir));
  }

  get cloud(): Cloud {
    return this.#cloud;
  }

  get registryHost(): string {
    return `127.0.0.1:${this.#cloud.info.apiPort}`;
  }

  /** Ends the services and leaves the containers, then starts anew, as after a kill. */
  async restart(): Promise<void> {
    await this.#cloud.close({ keepMachines: true });
    this.#cloud = await open(this.stateDir);
  }

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Loose }> {
    const response = await fetch(`http://${this.registryHost}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#cloud.info.token}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  async app(name: string): Promise<void> {
    await this.call('POST', '/v1/apps', { name, org_slug: 'personal' });
  }

  /** Builds a Dockerfile on the base image and pushes it with the docker command; returns `host/app@sha256:…`. */
  async push(app: string, dockerfile: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    const tag = `${this.registryHost}/${app}:test`;
    const dir = mkdtempSync(join(tmpdir(), 'glidepath-context-'));
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
      writeFileSync(join(dir, 'Dockerfile'), `FROM ${BASE_IMAGE}\nCOPY . /app\n${dockerfile}\n`);
      await this.docker.run('build', '--quiet', '--tag', tag, dir);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    await this.login();
    await this.docker.run('push', '--quiet', tag);
    const head = await fetch(`http://${this.registryHost}/v2/${app}/manifests/test`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${this.#cloud.info.token}` },
    });
    await this.docker.run('image', 'rm', tag);
    return `${this.registryHost}/${app}@${head.headers.get('docker-content-digest')}`;
  }

  async login(): Promise<void> {
    await this.docker.run(
      'login',
      '--username',
      'x',
      '--password',
      this.#cloud.info.token,
      this.registryHost,
    );
  }

  /** Makes a machine and waits until it is in a state. */
  async machine(app: string, config: object, state = 'started'): Promise<string> {
    const { status, body } = await this.call('POST', `/v1/apps/${app}/machines`, { config, region: 'iad' });
    if (status !== 200) throw new Error(`no machine: ${status} ${JSON.stringify(body)}`);
    await this.waitFor(app, body.id, state);
    return body.id;
  }

  async waitFor(app: string, id: string, state: string): Promise<void> {
    await until(async () => (await this.read(app, id)).state === state, `${id} to be ${state}`);
  }

  async read(app: string, id: string): Promise<Loose> {
    return (await this.call('GET', `/v1/apps/${app}/machines/${id}`)).body;
  }

  /** What the edge answers for an app. */
  async ask(app: string, path = '/'): Promise<string> {
    const url = this.#cloud.services.edge.addressOf(app);
    return (await fetch(`${url}${path}`)).text();
  }

  /** What is printed by the machines of an app. */
  async logs(app: string): Promise<string> {
    return JSON.stringify((await this.call('GET', `/api/v1/apps/${app}/logs`)).body);
  }

  /** The engine's ids of this cloud's containers, ended ones too. */
  async containers(): Promise<string[]> {
    const filter = `label=dev.glidepath.cloud=${this.stateDir}`;
    const text = await this.docker.run('ps', '--all', '--quiet', '--no-trunc', '--filter', filter);
    return text.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.call('POST', '/_glidepath/reset');
    await this.#cloud.close();
    await this.docker.failure('logout', this.registryHost);
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

function open(stateDir: string): Promise<Cloud> {
  return startCloud({
    stateDir,
    apiPort: 0,
    edgePort: 0,
    clock: systemClock,
    rateLimits: false,
    machines: { asked: 'container', env: process.env },
  });
}
