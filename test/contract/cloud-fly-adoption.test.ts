import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createRecordedFly } from '../support/recorded-fly.ts';
import type { FlyService } from '../../src/cloud/fly/fly-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import { DirectoryImages, serverImage } from '../support/cloud-fly-images.ts';
import { FlyCaller, isAlive, serviceConfig, TEST_TOKEN, until } from '../support/cloud-fly-rig.ts';

const DAEMON = fileURLToPath(new URL('../support/cloud-fly-daemon.ts', import.meta.url));

/** A daemon in a process of its own, and the directories that outlive it. */
class KillableDaemon {
  readonly dir = mkdtempSync(join(tmpdir(), 'glidepath-fly-adopt-'));
  readonly stateDir: string = join(this.dir, 'state');
  readonly images: DirectoryImages = new DirectoryImages(join(this.dir, 'images'));
  readonly image: string = this.images.add('web', serverImage('one'));
  #child: ChildProcess | null = null;
  #successor: FlyService | null = null;

  async start(): Promise<FlyCaller> {
    const child = spawn(process.execPath, [DAEMON, this.stateDir, join(this.dir, 'images')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(first.toString().trim());
    const caller = new FlyCaller(async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = request.method === 'GET' ? null : await request.text();
      return await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body: body === '' ? null : body,
      });
    });
    await caller.call('POST', '/v1/apps', { body: { name: 'web' } });
    return caller;
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    if (this.#child !== null) await once(this.#child, 'exit');
    this.#child = null;
  }

  /** A new service over the same directories, in this process. */
  async succeed(): Promise<{ service: FlyService; caller: FlyCaller }> {
    const service = await createRecordedFly({
      stateDir: this.stateDir,
      clock: systemClock,
      images: this.images,
      token: TEST_TOKEN,
      privateAddress: () => null,
      rateLimits: false,
    });
    this.#successor = service;
    return { service, caller: new FlyCaller(async (request) => await service.routes.fetch(request)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== null) await this.kill();
    const service = this.#successor ?? (await this.succeed()).service;
    const pids = service.processes().flatMap((info) => [...info.pids]);
    await service.shutdown({ stopMachines: true });
    await until(() => pids.every((pid) => !isAlive(pid)));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

test('machines outlive a killed daemon and are adopted with their version, port and log', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id, instance_id: version } = await before.machine('web', serviceConfig(daemon.image));
  await until(async () =>
    JSON.stringify((await before.call('GET', '/api/v1/apps/web/logs')).body).includes('listening'),
  );
  const [{ pid }] = (await before.call('GET', `/v1/apps/web/machines/${id}/ps`)).body as [{ pid: number }];
  await daemon.kill();
  expect(isAlive(pid)).toBe(true);

  const adoptedAt = Date.now();
  const { service, caller } = await daemon.succeed();
  // The edge lets requests wait for the first check of a machine as long ago as that.
  expect(service.directory.app('web')?.machines[0]?.startedAt).toBeGreaterThanOrEqual(adoptedAt);
  expect(await caller.get('web', id)).toMatchObject({ state: 'started', instance_id: version });
  expect(service.processes().map((info) => info.pid)).toEqual([pid]);
  await until(() => service.directory.app('web')?.machines[0]?.routable === true);
  const port = service.directory.app('web')?.machines[0]?.port ?? 0;
  await fetch(`http://127.0.0.1:${port}/say/after%20the%20kill`);
  const log = async (): Promise<string> =>
    JSON.stringify((await caller.call('GET', '/api/v1/apps/web/logs')).body.data);
  await until(async () => (await log()).includes('after the kill'));
  expect(await log()).toContain('listening');
});

test('the end of an adopted process is noticed, with an exit code that is said to be unknown, and it is started again', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id } = await before.machine('web', serviceConfig(daemon.image));
  await daemon.kill();
  const { service, caller } = await daemon.succeed();
  const pid = service.processes()[0]?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await until(() => service.processes().some((info) => info.pid !== pid));
  const exit = (await caller.get('web', id)).events.find((event: { type: string }) => event.type === 'exit');
  expect(exit.request.exit_event).toMatchObject({
    exit_code: -1,
    exit_code_unknown: true,
    requested_stop: false,
  });
});

test('an adopted machine is stopped like any other', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id } = await before.machine('web', serviceConfig(daemon.image));
  await daemon.kill();
  const { service, caller } = await daemon.succeed();
  const pid = service.processes()[0]?.pid ?? 0;
  await caller.call('POST', `/v1/apps/web/machines/${id}/stop`);
  await caller.wait('web', id, 'stopped');
  expect(isAlive(pid)).toBe(false);
});

test('a suspended machine is adopted as suspended and can be resumed', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id } = await before.machine('web', serviceConfig(daemon.image));
  await before.call('POST', `/v1/apps/web/machines/${id}/suspend`);
  await before.wait('web', id, 'suspended');
  await daemon.kill();
  const { service, caller } = await daemon.succeed();
  const pid = service.processes()[0]?.pid;
  expect((await caller.get('web', id)).state).toBe('suspended');
  await service.directory.startMachine('web', id);
  expect(service.processes()[0]?.pid).toBe(pid);
});

test('a machine whose process ended while no daemon ran is marked stopped and nobody else is touched', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id } = await before.machine('web', serviceConfig(daemon.image, { env: { CHILD: 'detached' } }));
  await until(async () => (await before.call('GET', `/v1/apps/web/machines/${id}/ps`)).body.length >= 2);
  const members = (await before.call('GET', `/v1/apps/web/machines/${id}/ps`)).body as {
    pid: number;
    command: string;
  }[];
  const leader = members.find((member) => member.command !== 'sleep')?.pid ?? 0;
  const orphan = members.find((member) => member.command === 'sleep')?.pid ?? 0;
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  await daemon.kill();
  process.kill(leader, 'SIGKILL');
  await until(() => !isAlive(leader));

  const { service, caller } = await daemon.succeed();
  expect((await caller.get('web', id)).state).toBe('stopped');
  expect(service.processes()).toEqual([]);
  await until(() => !isAlive(orphan), 'the orphan of the dead machine to end');
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  stranger.kill();
});

test('a replacement that the kill interrupted is carried to its end', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const deaf = serviceConfig(daemon.image, { env: { DEAF: '1' }, stop_config: { timeout: '60s' } });
  const { id } = await before.machine('web', deaf);
  await until(async () =>
    JSON.stringify((await before.call('GET', '/api/v1/apps/web/logs')).body).includes('listening'),
  );
  const next = daemon.images.add('web', serverImage('two'));
  const body = { config: serviceConfig(next, { stop_config: { timeout: '100ms' } }) };
  const updated = await before.call('POST', `/v1/apps/web/machines/${id}`, { body });
  expect(updated.body.state).toBe('replacing');
  await daemon.kill();
  const { service, caller } = await daemon.succeed();
  await caller.wait('web', id, 'started');
  expect(await caller.get('web', id)).toMatchObject({ instance_id: updated.body.instance_id });
  expect(service.processes()).toHaveLength(1);
  await until(() => service.directory.app('web')?.machines[0]?.routable === true);
  const env = await (
    await fetch(`http://127.0.0.1:${service.directory.app('web')?.machines[0]?.port}/env`)
  ).json();
  expect(env).toMatchObject({ VERSION: 'two' });
});

test('a machine of the policy always that ended meanwhile is started again', async () => {
  await using daemon = new KillableDaemon();
  const before = await daemon.start();
  const { id } = await before.machine('web', serviceConfig(daemon.image, { restart: { policy: 'always' } }));
  const [{ pid }] = (await before.call('GET', `/v1/apps/web/machines/${id}/ps`)).body as [{ pid: number }];
  await daemon.kill();
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
  const { service, caller } = await daemon.succeed();
  await caller.wait('web', id, 'started');
  expect(service.processes()[0]?.pid).not.toBe(pid);
});

test('what a shutdown stopped is started by the next service, what was stopped before is not', async () => {
  await using daemon = new KillableDaemon();
  const first = await daemon.succeed();
  await first.caller.call('POST', '/v1/apps', { body: { name: 'web' } });
  const ran = await first.caller.machine('web', serviceConfig(daemon.image));
  const slept = await first.caller.machine('web', serviceConfig(daemon.image), {
    body: { skip_launch: true },
    until: 'stopped',
  });
  await first.service.shutdown({ stopMachines: true });
  const second = await daemon.succeed();
  await second.caller.wait('web', ran.id, 'started');
  expect((await second.caller.get('web', slept.id)).state).toBe('stopped');
});

test('shutdown without stopping leaves the machines running for the next service', async () => {
  await using daemon = new KillableDaemon();
  const first = await daemon.succeed();
  await first.caller.call('POST', '/v1/apps', { body: { name: 'web' } });
  const { id } = await first.caller.machine('web', serviceConfig(daemon.image));
  const pid = first.service.processes()[0]?.pid ?? 0;
  await first.service.shutdown({ stopMachines: false });
  expect(isAlive(pid)).toBe(true);
  const second = await daemon.succeed();
  expect(await second.caller.get('web', id)).toMatchObject({ state: 'started' });
  expect(second.service.processes()[0]?.pid).toBe(pid);
});
