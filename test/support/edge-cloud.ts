import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { create } from 'tar';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { launchCloud } from '../../src/cloud/control/launch.ts';
import type { LaunchOptions } from '../../src/cloud/control/launch.ts';
import { stopCloud } from '../../src/cloud/control/stop.ts';
import { recordingEnvironment } from './recorded-fly.ts';

/** A web server that answers with its machine's id, and what a private address became. */
const APP = `
const { createServer } = require('node:http');
const server = createServer((req, res) => res.end(req.url === '/env' ? process.env.API_URL : process.env.FLY_MACHINE_ID));
server.listen(process.env.PORT, '127.0.0.1');
// Node takes a connection whose first request it has not read yet for an idle one: closing at once would lose what the
// edge sent a moment before it knew. So it lingers, as any app should.
const end = () => setTimeout(() => { server.close(() => process.exit(0)); server.closeIdleConnections(); }, 200);
process.on('SIGTERM', end);
process.on('SIGINT', end);
`;

/** What a killed daemon leaves is there for its successor, also on a machine that takes its time to start one. */
const LONG_LINGER = { GLIDEPATH_CLOUD_LINGER_MS: '600000' };

/** One state directory with whatever daemon runs on it. */
export class CloudRig {
  readonly stateDir: string;
  readonly #root: string;

  constructor() {
    this.#root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-cloud-')));
    this.stateDir = join(this.#root, 'cloud');
  }

  /** Starts the daemon on free ports; it inherits where to write its exchanges down. */
  up(options: Partial<LaunchOptions> = {}): Promise<CloudInfo> {
    Object.assign(process.env, { ...LONG_LINGER, ...process.env, ...recordingEnvironment() });
    return launchCloud({ stateDir: this.stateDir, port: 0, edgePort: 0, ...options });
  }

  /** Ends everything and removes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await stopCloud(this.stateDir).catch(() => undefined);
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** Pushes the test app's image as an app of this name and returns its reference. */
  async push(cloud: CloudInfo, app: string): Promise<string> {
    const dir = join(this.#root, 'image');
    mkdirSync(join(dir, 'app'), { recursive: true });
    writeFileSync(join(dir, 'app/server.cjs'), APP);
    const chunks: Buffer[] = [];
    for await (const chunk of Readable.from(create({ gzip: true, cwd: dir, portable: true }, ['app']))) {
      chunks.push(chunk as Buffer);
    }
    const layer = Buffer.concat(chunks);
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { Cmd: ['node', 'server.cjs'], WorkingDir: '/app' },
        rootfs: { type: 'layers', diff_ids: [digestOf(gunzipSync(layer))] },
      }),
    );
    for (const blob of [layer, config]) await this.#pushBlob(cloud, app, blob);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: digestOf(config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: digestOf(layer),
          size: layer.length,
        },
      ],
    });
    const digest = digestOf(Buffer.from(manifest));
    await api(cloud, 'PUT', `/v2/${app}/manifests/${digest}`, manifest, MANIFEST);
    return `127.0.0.1:${cloud.apiPort}/${app}@${digest}`;
  }

  /** An app with one running machine; returns the machine's id once it takes requests. */
  async deploy(cloud: CloudInfo, app: string, env: Record<string, string> = {}): Promise<string> {
    await api(cloud, 'POST', '/v1/apps', { name: app, org_slug: 'personal' });
    return this.addMachine(cloud, app, env);
  }

  /** One more machine of an app. */
  async addMachine(cloud: CloudInfo, app: string, env: Record<string, string> = {}): Promise<string> {
    const image = await this.push(cloud, app);
    const services = [
      { protocol: 'tcp', internal_port: 8080, ports: [{ port: 80, handlers: ['http'] }], autostart: true },
    ];
    const machine = await api(cloud, 'POST', `/v1/apps/${app}/machines`, {
      config: { image, env, services },
    });
    const { id, instance_id: version } = machine as { id: string; instance_id: string };
    await api(cloud, 'GET', `/v1/apps/${app}/machines/${id}/wait?state=started&instance_id=${version}`);
    return id;
  }

  async #pushBlob(cloud: CloudInfo, app: string, blob: Buffer): Promise<void> {
    const begun = await fetch(url(cloud, `/v2/${app}/blobs/uploads/`), {
      method: 'POST',
      headers: headers(cloud),
    });
    const location = new URL(begun.headers.get('location') ?? '', url(cloud, '/'));
    location.searchParams.set('digest', digestOf(blob));
    const done = await fetch(location, {
      method: 'PUT',
      headers: { ...headers(cloud), 'content-type': 'application/octet-stream' },
      body: new Uint8Array(blob),
    });
    if (done.status !== 201) throw new Error(`blob: ${done.status} ${await done.text()}`);
  }
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** One call of a platform API; throws unless it succeeds. */
export async function api(
  cloud: CloudInfo,
  method: string,
  path: string,
  body?: object | string,
  type = 'application/json',
): Promise<unknown> {
  const response = await fetch(url(cloud, path), {
    method,
    headers: { ...headers(cloud), 'content-type': type },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text;
}

/** The address of a path on the API port. */
export function url(cloud: CloudInfo, path: string): string {
  return `http://127.0.0.1:${cloud.apiPort}${path}`;
}

function headers(cloud: CloudInfo): Record<string, string> {
  return { authorization: `Bearer ${cloud.token}` };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
