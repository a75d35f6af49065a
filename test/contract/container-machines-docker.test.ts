import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/diagnostics/secret.ts';
import { writeLayout } from '../../src/providers/build/oci-layout.ts';
import { processImageConfig } from '../../src/providers/build/process-image.ts';
import { packLayer } from '../../src/providers/build/tar-layer.ts';
import { FLY_TIMING } from '../../src/providers/fly/client/fly-timing.ts';
import { createRegistryClient } from '../../src/providers/fly/registry/registry-client.ts';
import { systemClock } from '../../src/util/clock.ts';
import { SERVER_SCRIPT } from '../support/cloud-fly-images.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { DockerCloud } from '../support/docker-cloud.ts';

const docker = await findDocker();

/** Does as it is asked: `/env`, `/exit/<code>`, `/eat` (all the memory there is), `/reach?url=`. */
const SERVER = `
const { createServer } = require('http');
console.log('up', process.env.FLY_MACHINE_ID);
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/env') return response.end(JSON.stringify(process.env));
  if (url.pathname === '/who') return response.end(JSON.stringify({ uid: process.getuid(), cwd: process.cwd(), cpus: require('os').cpus().length }));
  if (url.pathname.startsWith('/exit/')) process.exit(Number(url.pathname.slice(6)));
  if (url.pathname === '/eat') { const all = []; for (;;) all.push(Buffer.alloc(4e6, 1)); }
  if (url.pathname === '/reach') return response.end(await fetch(process.env.UPSTREAM).then((answer) => answer.text(), String));
  response.end('fine');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log('got ' + signal); process.exit(0); });
setTimeout(() => server.listen(Number(process.env.PORT), '0.0.0.0'), Number(process.env.BOOT_MS ?? 0));
`;
const DOCKERFILE = 'WORKDIR /tmp\nUSER node\nENV FROM_IMAGE=yes\nCMD ["node", "/app/server.cjs"]';

const service = (image: string, more: object = {}): object => ({
  image,
  services: [{ protocol: 'tcp', internal_port: 8080, ports: [{ port: 80, handlers: ['http'] }] }],
  checks: { up: { type: 'tcp', port: 8080, interval: '2s', timeout: '1s' } },
  ...more,
});

/** Pushes an image as process mode makes it; returns its reference. */
async function processImage(cloud: DockerCloud): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-process-image-'));
  try {
    writeFileSync(join(dir, 'server.mjs'), SERVER_SCRIPT);
    const layer = await packLayer(dir, ['server.mjs'], join(dir, 'layer.tgz'));
    const config = processImageConfig({ layer, command: ['node', '/app/server.mjs'], env: {}, labels: {} });
    const layoutDir = join(dir, 'layout');
    await writeLayout(layoutDir, { config, layers: [layer] });
    const client = createRegistryClient({
      registryUrl: `http://${cloud.registryHost}`,
      token: new Secret(cloud.cloud.info.token),
      fetch: (url, init) => fetch(url, init),
      clock: systemClock,
      random: Math.random,
      timing: FLY_TIMING,
    });
    const digest = await client.push('web', layoutDir, new AbortController().signal);
    return `${cloud.registryHost}/web@${digest}`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.skipIf(docker === null)('machines as containers (needs a Docker engine)', () => {
  let cloud: DockerCloud;
  let image: string;

  beforeAll(async () => {
    if (docker === null) return;
    cloud = await DockerCloud.start(docker);
    await cloud.app('web');
    image = await cloud.push('web', DOCKERFILE, { 'server.cjs': SERVER });
  });
  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
  });

  const cleared = async (app: string, id: string): Promise<void> => {
    await cloud.call('DELETE', `/v1/apps/${app}/machines/${id}?force=true`);
    await cloud.waitFor(app, id, 'destroyed');
  };
  const routed = (app: string): Promise<void> =>
    until(
      () => cloud.cloud.services.fly.directory.app(app)?.machines.some(({ routable }) => routable) ?? false,
      `a machine of ${app} to take traffic`,
    );

  test('run from the image as its user, in its directory, with its variables and Fly’s', async () => {
    const id = await cloud.machine('web', service(image, { env: { GREETING: 'hello' } }));
    await routed('web');
    expect(JSON.parse(await cloud.ask('web', '/who'))).toMatchObject({ uid: 1000, cwd: '/tmp' });
    expect(JSON.parse(await cloud.ask('web', '/env'))).toMatchObject({
      FROM_IMAGE: 'yes',
      GREETING: 'hello',
      PORT: '8080',
      FLY_APP_NAME: 'web',
      FLY_MACHINE_ID: id,
      FLY_REGION: 'iad',
    });
    expect((await cloud.read('web', id)).image_ref.digest).toBe(image.split('@')[1]);
    await until(async () => (await cloud.logs('web')).includes(`up ${id}`), 'the log');
    await cleared('web', id);
    expect(await cloud.containers()).toEqual([]);
  });

  test('are published on 127.0.0.1 alone, with the memory and the cores of their guest', async () => {
    const guest = { cpu_kind: 'shared', cpus: 1, memory_mb: 512 };
    const id = await cloud.machine('web', service(image, { guest }));
    const [container = ''] = await cloud.containers();
    const [facts] = JSON.parse(await cloud.docker.run('inspect', container));
    expect(facts.HostConfig).toMatchObject({
      Memory: 512 * 1024 * 1024,
      MemorySwap: 512 * 1024 * 1024,
      NanoCpus: 1e9,
      RestartPolicy: { Name: 'no' },
      Privileged: false,
    });
    expect(facts.HostConfig.PortBindings['8080/tcp']).toMatchObject([{ HostIp: '127.0.0.1' }]);
    await cleared('web', id);
  });

  test('one that takes too much memory is killed, told as out of memory, and started again', async () => {
    const id = await cloud.machine('web', service(image, { guest: { cpus: 1, memory_mb: 256 } }));
    await routed('web');
    await cloud.ask('web', '/eat').catch(() => undefined);
    const exitOf = async () =>
      (await cloud.read('web', id)).events.find((event: { type: string }) => event.type === 'exit');
    await until(async () => (await exitOf()) !== undefined, 'the exit event');
    expect((await exitOf()).request.exit_event).toMatchObject({
      oom_killed: true,
      exit_code: 137,
      requested_stop: false,
      restarting: true,
    });
    await cloud.waitFor('web', id, 'started');
    expect(await cloud.logs('web')).toContain('(OOM)');
    await cleared('web', id);
  });

  test('an exit code is told, and the restart policy is ours: it is started again, or not', async () => {
    const id = await cloud.machine('web', service(image, { restart: { policy: 'no' } }));
    await routed('web');
    await cloud.ask('web', '/exit/3').catch(() => undefined);
    await cloud.waitFor('web', id, 'stopped');
    const { events } = await cloud.read('web', id);
    expect(events.find((event: { type: string }) => event.type === 'exit').request.exit_event).toMatchObject({
      exit_code: 3,
      oom_killed: false,
    });
    expect(await cloud.containers()).toEqual([]);
    await cleared('web', id);
  });

  test('are asked to stop by the signal of their config, killed when they do not, and start again', async () => {
    const stop_config = { signal: 'SIGTERM', timeout: '10s' };
    const id = await cloud.machine('web', service(image, { stop_config }));
    await routed('web');
    await cloud.call('POST', `/v1/apps/web/machines/${id}/stop`);
    await cloud.waitFor('web', id, 'stopped');
    expect(await cloud.logs('web')).toContain('got SIGTERM');
    await cloud.call('POST', `/v1/apps/web/machines/${id}/start`);
    await cloud.waitFor('web', id, 'started');
    await routed('web');
    expect(await cloud.ask('web')).toBe('fine');
    await cleared('web', id);
  });

  test('take requests only once something in the container listens, though the engine accepts before', async () => {
    const id = await cloud.machine('web', service(image, { env: { BOOT_MS: '1500' } }));
    const before = await cloud.read('web', id);
    expect(before.checks[0].status).not.toBe('passing');
    expect(cloud.cloud.services.fly.directory.app('web')?.machines[0]?.routable).toBe(false);
    await routed('web');
    expect(await cloud.ask('web')).toBe('fine');
    await cleared('web', id);
  });

  test('are suspended by pausing them, keep their memory, and go on', async () => {
    const id = await cloud.machine('web', service(image));
    await routed('web');
    const [container = ''] = await cloud.containers();
    await cloud.call('POST', `/v1/apps/web/machines/${id}/suspend`);
    await cloud.waitFor('web', id, 'suspended');
    const state = async () =>
      (await cloud.docker.run('inspect', '--format', '{{.State.Status}}', container)).trim();
    await until(async () => (await state()) === 'paused', 'the container to be paused');
    await cloud.call('POST', `/v1/apps/web/machines/${id}/start`);
    await cloud.waitFor('web', id, 'started');
    await routed('web');
    expect(await cloud.ask('web')).toBe('fine');
    expect(await cloud.containers()).toEqual([container]);
    await cloud.call('POST', `/v1/apps/web/machines/${id}/suspend`);
    await cloud.waitFor('web', id, 'suspended');
    await cleared('web', id);
    expect(await cloud.containers()).toEqual([]);
  });

  test('run commands beside their own: output, input, exit code, and an end when they take too long', async () => {
    const id = await cloud.machine('web', service(image));
    const exec = (body: object) => cloud.call('POST', `/v1/apps/web/machines/${id}/exec`, body);
    expect(
      (await exec({ command: ['/bin/sh', '-c', 'echo $FROM_IMAGE; echo no >&2; exit 4'] })).body,
    ).toMatchObject({
      exit_code: 4,
      stdout: 'yes\n',
      stderr: 'no\n',
    });
    expect((await exec({ command: ['cat'], stdin: 'in and out' })).body).toMatchObject({
      stdout: 'in and out',
    });
    expect((await exec({ command: ['sleep', '30'], timeout: 1 })).status).toBe(408);
    await cleared('web', id);
  });

  test('reach what listens on this computer, by its loopback address and by another app’s private name', async () => {
    const { createServer } = await import('node:http');
    const upstream = createServer((_request, response) => response.end('from this computer'));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as { port: number };
    try {
      const config = service(image, { env: { UPSTREAM: `http://127.0.0.1:${port}/x` } });
      const id = await cloud.machine('web', config);
      await routed('web');
      expect(await cloud.ask('web', '/reach')).toBe('from this computer');
      await cloud.app('front');
      const front = await cloud.machine('front', service(image, { env: { UPSTREAM: 'http://web.flycast' } }));
      await routed('front');
      expect(await cloud.ask('front', '/reach')).toBe('fine');
      await cleared('web', id);
      await cleared('front', front);
    } finally {
      upstream.close();
    }
  });

  test('have their volume where the config says, and find it again when they are made anew', async () => {
    const volume = await cloud.call('POST', '/v1/apps/web/volumes', {
      name: 'data',
      region: 'iad',
      size_gb: 1,
    });
    const base = await cloud.push('web', 'CMD ["sleep", "600"]');
    const mounts = [{ volume: volume.body.id, path: '/data' }];
    const exec = (id: string, command: string) =>
      cloud.call('POST', `/v1/apps/web/machines/${id}/exec`, { command: ['/bin/sh', '-c', command] });
    const one = await cloud.machine('web', { image: base, mounts });
    expect((await exec(one, 'echo kept > /data/file; echo lost > /lost; cat /data/file')).body.stdout).toBe(
      'kept\n',
    );
    await cleared('web', one);
    const two = await cloud.machine('web', { image: base, mounts });
    expect((await exec(two, 'cat /data/file; ls /lost')).body).toMatchObject({
      stdout: 'kept\n',
      exit_code: 2,
    });
    await cleared('web', two);
    await cloud.call('DELETE', `/v1/apps/web/volumes/${volume.body.id}`);
  });

  test('of an image without a system around it are processes, also where an engine answers', async () => {
    const files = await processImage(cloud);
    const id = await cloud.machine('web', service(files));
    await routed('web');
    expect(await cloud.ask('web')).toContain('fine');
    expect(await cloud.containers()).toEqual([]);
    expect(cloud.cloud.services.fly.processes()).toMatchObject([{ machineId: id, container: null }]);
    await cleared('web', id);
  });

  test('a command that is not in the image is an exit with 127', async () => {
    const id = await cloud.machine(
      'web',
      service(image, { init: { exec: ['/no/such/program'] }, restart: { policy: 'no' } }),
      'stopped',
    );
    const { events } = await cloud.read('web', id);
    expect(events.find((event: { type: string }) => event.type === 'exit').request.exit_event.exit_code).toBe(
      127,
    );
    await cleared('web', id);
  });

  test('outlive the daemon: the next one takes them over with their log, and removes what it does not know', async () => {
    const id = await cloud.machine('web', service(image));
    const gone = await cloud.machine('web', service(image, { restart: { policy: 'no' } }));
    const [first = '', second = ''] = await cloud.containers();
    const own = `dev.glidepath.cloud=${cloud.stateDir}`;
    await cloud.docker.run(
      'run',
      '--detach',
      '--label',
      own,
      '--label',
      'dev.glidepath.machine=unknown',
      BASE_IMAGE,
      'sleep',
      '600',
    );
    expect(await cloud.containers()).toHaveLength(3);
    const byMachine = async (machine: string) =>
      (
        await cloud.docker.run(
          'ps',
          '-aq',
          '--no-trunc',
          '--filter',
          `label=dev.glidepath.machine=${machine}`,
        )
      ).trim();
    const kept = await byMachine(id);
    expect([first, second]).toContain(kept);
    const ending = await byMachine(gone);
    const restarting = cloud.restart();
    await cloud.docker.run('kill', '--signal', 'SIGTERM', ending);
    await restarting;
    await until(async () => (await cloud.containers()).length === 1, 'what is left to be removed');
    expect(await cloud.containers()).toEqual([kept]);
    expect((await cloud.read('web', id)).state).toBe('started');
    await cloud.waitFor('web', gone, 'stopped');
    await routed('web');
    const lines = (await cloud.logs('web')).split(`up ${id}`).length - 1;
    expect(lines).toBe(1);
    await cleared('web', id);
    await cleared('web', gone);
  });

  test('a reset takes the images back out of the engine, too', async () => {
    const names = () => cloud.docker.run('image', 'ls', '--quiet', 'glidepath.localhost/last');
    await cloud.app('last');
    const last = await cloud.push('last', DOCKERFILE, { 'server.cjs': SERVER });
    await cloud.machine('last', service(last));
    expect(await names()).not.toBe('');
    await cloud.call('POST', '/_glidepath/reset');
    expect(await names()).toBe('');
    expect(await cloud.containers()).toEqual([]);
  });
});
