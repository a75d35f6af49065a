import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { MachineFaults } from '../../src/cloud/machines/faults.ts';
import { serverImage } from '../support/cloud-fly-images.ts';
import { FlyRig, isAlive, serviceConfig, until } from '../support/cloud-fly-rig.ts';

const path = (id: string, action = ''): string => `/v1/apps/web/machines/${id}${action}`;

const CHECK = { type: 'http', path: '/health', interval: '1s', timeout: '2s', grace_period: '60s' };

function checkedConfig(image: string, more: object = {}): object {
  return { image, services: [{ protocol: 'tcp', internal_port: 8080, checks: [CHECK] }], ...more };
}

async function logOf(rig: FlyRig): Promise<string[]> {
  const { data } = (await rig.call('GET', '/api/v1/apps/web/logs?limit=1000')).body;
  return data.map((line: { attributes: { message: string } }) => line.attributes.message);
}

test("a machine's environment is its own: nothing of the daemon's, everything of image, config, secrets and platform", async () => {
  process.env['GLIDEPATH_PLANTED'] = 'must not be seen';
  onTestFinished(() => {
    delete process.env['GLIDEPATH_PLANTED'];
  });
  await using rig = await FlyRig.start();
  await rig.call('POST', '/v1/apps/web/secrets', { body: { values: { BOTH: 'from the secret' } } });
  const config = serviceConfig(rig.image, {
    env: { GREETING: 'hello', BOTH: 'from the config', PORT: '8080' },
    metadata: { fly_process_group: 'workers' },
  });
  const { id } = await rig.machine('web', config, { body: { region: 'fra' } });
  const env = JSON.parse(await rig.ask('web', id, '/env'));
  expect(env).toMatchObject({
    VERSION: 'one',
    GREETING: 'hello',
    BOTH: 'from the secret',
    PORT: String(rig.port('web', id)),
    FLY_APP_NAME: 'web',
    FLY_MACHINE_ID: id,
    FLY_REGION: 'fra',
    PRIMARY_REGION: 'fra',
    FLY_PROCESS_GROUP: 'workers',
    FLY_IMAGE_REF: rig.image,
    FLY_PRIVATE_IP: '127.0.0.1',
  });
  expect(env.PATH.split(':')[0]).toBe(dirname(process.execPath));
  expect(env).not.toHaveProperty('GLIDEPATH_PLANTED');
  const platform = ['PATH', 'HOME', 'PORT', 'PRIMARY_REGION', 'VERSION', 'GREETING', 'BOTH'];
  expect(Object.keys(env).filter((name) => !name.startsWith('FLY_') && !platform.includes(name))).toEqual([]);
});

test('private addresses of other apps become loopback addresses', async () => {
  await using rig = await FlyRig.start({
    privateAddress: (app) => (app === 'api' ? 'http://127.0.0.1:4100' : null),
  });
  const env = {
    API: 'http://api.flycast/v1',
    INTERNAL: 'http://api.internal:8080',
    OTHER: 'http://nobody.flycast',
  };
  const { id } = await rig.machine('web', serviceConfig(rig.image, { env }));
  expect(JSON.parse(await rig.ask('web', id, '/env'))).toMatchObject({
    API: 'http://127.0.0.1:4100/v1',
    INTERNAL: 'http://127.0.0.1:4100',
    OTHER: 'http://nobody.flycast',
  });
});

test('a secret stays staged while a machine runs, over a crash too, and reaches it at its next start', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image, { restart: { policy: 'always' } }));
  await rig.call('POST', '/v1/apps/web/secrets', { body: { values: { LATE: 'now' } } });
  const first = rig.pid(id);
  await rig.ask('web', id, '/exit/1').catch(() => undefined);
  await until(() => rig.pid(id) !== null && rig.pid(id) !== first);
  expect(JSON.parse(await rig.ask('web', id, '/env'))).not.toHaveProperty('LATE');
  const second = rig.pid(id);
  await rig.call('POST', path(id, '/restart'));
  await until(() => rig.pid(id) !== null && rig.pid(id) !== second);
  expect(JSON.parse(await rig.ask('web', id, '/env'))).toMatchObject({ LATE: 'now' });
});

test('a machine gets requests only once its checks passed, and none while one is critical; it is never restarted for it', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', checkedConfig(rig.image, { env: { SICK: '1' } }));
  const [waiting] = (await rig.get('web', id)).checks;
  expect(waiting).toMatchObject({ name: 'servicecheck-00-http-8080', status: 'warning' });
  expect(rig.isReady('web', id)).toBe(false);
  const says = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${rig.port('web', id)}${path}`);
  await until(async () =>
    says('/well').then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await until(() => rig.isReady('web', id));
  const pid = rig.pid(id);
  expect((await rig.get('web', id)).checks[0].status).toBe('passing');
  await says('/sick');
  await until(() => !rig.isReady('web', id));
  const [sick] = (await rig.get('web', id)).checks;
  expect(sick.status).toBe('critical');
  expect(sick.output).toContain('503');
  await says('/well');
  await until(() => rig.isReady('web', id));
  expect(rig.pid(id)).toBe(pid);
});

test('a check that never passes turns critical when its grace period is over', async () => {
  await using rig = await FlyRig.start();
  const config = {
    image: rig.image,
    env: { SICK: '1' },
    checks: { alive: { ...CHECK, port: 8080, grace_period: '300ms', interval: 2e9 } },
  };
  const { id } = await rig.machine('web', config);
  await until(async () => (await rig.get('web', id)).checks[0].status === 'critical');
  expect((await rig.get('web', id)).checks[0].name).toBe('alive');
});

test('a cordoned machine gets no requests until it is uncordoned', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image), {
    body: { skip_service_registration: true },
  });
  await until(() => rig.service.directory.app('web')?.machines[0]?.port !== 0);
  expect((await rig.get('web', id)).cordoned).toBe(true);
  expect(rig.isReady('web', id)).toBe(false);
  await rig.call('POST', path(id, '/uncordon'));
  await until(() => rig.isReady('web', id));
  await rig.call('POST', path(id, '/cordon'));
  expect(rig.isReady('web', id)).toBe(false);
});

test('the directory wakes a machine and resolves once its port answers, stops it, and tells of every change', async () => {
  await using rig = await FlyRig.start();
  const { directory } = rig.service;
  const services = [
    {
      internal_port: 8080,
      autostop: 'suspend',
      min_machines_running: 1,
      concurrency: { type: 'requests', soft_limit: 3, hard_limit: 5 },
    },
  ];
  const config = { image: rig.image, services, env: { BOOT_MS: '200', PRIMARY_REGION: 'fra' } };
  const { id } = await rig.machine('web', config, { body: { skip_launch: true }, until: 'stopped' });
  expect(directory.app('web')).toMatchObject({
    name: 'web',
    primaryRegion: 'fra',
    minMachinesRunning: 1,
    autostart: true,
    autostop: 'suspend',
    concurrency: { type: 'requests', softLimit: 3, hardLimit: 5 },
    machines: [{ id, port: 0, state: 'stopped', routable: false, wakeable: true, startedAt: null }],
  });
  let changes = 0;
  const unsubscribe = directory.onChange(() => changes++);
  await directory.startMachine('web', id);
  expect(await (await fetch(`http://127.0.0.1:${rig.port('web', id)}/`)).text()).toBe('fine');
  expect(changes).toBeGreaterThan(0);
  unsubscribe();
  await directory.stopMachine('web', id, 'suspend');
  expect(directory.app('web')?.machines[0]).toMatchObject({
    state: 'suspended',
    wakeable: true,
    routable: false,
  });
  await directory.startMachine('web', id);
  await directory.stopMachine('web', id, 'stop');
  expect(directory.app('web')?.machines[0]).toMatchObject({ state: 'stopped', port: 0 });
  expect(directory.app('none')).toBeNull();
  expect(directory.apps().map((app) => app.name)).toEqual(['web']);
});

test('waking a machine that exits at once fails and names its state', async () => {
  await using rig = await FlyRig.start();
  const config = serviceConfig(rig.image, { env: { EXIT_CODE: '1' }, restart: { policy: 'no' } });
  const { id } = await rig.machine('web', config, { body: { skip_launch: true }, until: 'stopped' });
  await expect(rig.service.directory.startMachine('web', id)).rejects.toThrow(
    `machine ${id} did not start, it is 'stopped'`,
  );
});

test('exec runs in the environment of the machine and tells the exit code, output and a timeout', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image, { env: { WHO: 'me' } }));
  const script =
    'process.stdin.on("data", (d) => { console.log(process.env.WHO + d); console.error("oops"); process.exit(4); })';
  const ran = await rig.call('POST', path(id, '/exec'), {
    body: { command: ['node', '-e', script], stdin: '!' },
  });
  expect(ran.body).toMatchObject({ exit_code: 4, stdout: 'me!\n', stderr: 'oops\n' });
  expect(
    (await rig.call('POST', path(id, '/exec'), { body: { cmd: 'echo $FLY_APP_NAME' } })).body.stdout,
  ).toBe('web\n');
  const late = await rig.call('POST', path(id, '/exec'), { body: { command: ['sleep', '60'], timeout: 1 } });
  expect(late.status).toBe(408);
  expect((await rig.call('POST', path(id, '/exec'), { body: {} })).status).toBe(400);
  expect((await rig.get('web', id)).state).toBe('started');
});

test('ps, memory and processes() show what the process tree uses', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image, { env: { CHILD: '1' } }));
  await rig.ask('web', id, '/');
  const ps = (await rig.call('GET', path(id, '/ps'))).body;
  expect(ps.map((row: { command: string }) => row.command)).toContain('sleep');
  const [info] = rig.service.processes();
  expect(info).toMatchObject({ app: 'web', machineId: id });
  expect(info?.pids).toHaveLength(2);
  expect(info?.memoryBytes).toBeGreaterThan(5_000_000);
  expect(info?.cpuMs).toBeGreaterThan(0);
  const memory = (await rig.call('GET', path(id, '/memory'))).body;
  expect(memory.limit_mb).toBe(256);
  expect(memory.available_mb).toBeLessThan(256);
  expect((await rig.call('PUT', path(id, '/memory'), { body: { limit_mb: 512 } })).body.limit_mb).toBe(512);
});

test('a signal reaches the process, by name or number', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine(
    'web',
    serviceConfig(rig.image, {
      env: { DEAF: '1' },
      restart: { policy: 'no' },
      stop_config: { timeout: '50ms' },
    }),
  );
  await rig.ask('web', id, '/');
  await rig.call('POST', path(id, '/signal'), { body: { signal: 'SIGTERM' } });
  await until(async () => (await logOf(rig)).includes('got SIGTERM'));
  expect((await rig.call('POST', path(id, '/signal'), { body: { signal: 'SIGNAL' } })).status).toBe(400);
  await rig.call('POST', path(id, '/signal'), { body: { signal: 9 } });
  await rig.wait('web', id, 'stopped');
  const [exit] = (await rig.get('web', id)).events;
  expect(exit.request.exit_event).toMatchObject({ exit_code: 137, requested_stop: false });
});

test('logs of all machines come in order and page by token', async () => {
  await using rig = await FlyRig.start();
  const a = await rig.machine('web', serviceConfig(rig.image), { body: { region: 'fra' } });
  const b = await rig.machine('web', serviceConfig(rig.image), { body: { region: 'lhr' } });
  for (const [id, word] of [
    [a.id, 'first'],
    [b.id, 'second'],
    [a.id, 'third'],
  ] as const) {
    await rig.ask('web', id, `/say/${word}`);
    await until(async () => (await logOf(rig)).includes(word));
  }
  const said = (await logOf(rig)).filter((line) => ['first', 'second', 'third'].includes(line));
  expect(said).toEqual(['first', 'second', 'third']);
  const ofB = (await rig.call('GET', '/api/v1/apps/web/logs?region=lhr')).body.data;
  expect(new Set(ofB.map((line: { attributes: { instance: string } }) => line.attributes.instance))).toEqual(
    new Set([b.id]),
  );
  const { next_token: token } = (await rig.call('GET', '/api/v1/apps/web/logs')).body.meta;
  expect((await rig.call('GET', `/api/v1/apps/web/logs?next_token=${token}`)).body).toEqual({
    data: [],
    meta: { next_token: token },
  });
  await rig.ask('web', b.id, '/say/fourth');
  const next = async (): Promise<string[]> =>
    (await rig.call('GET', `/api/v1/apps/web/logs?next_token=${token}`)).body.data.map(
      (line: { attributes: { message: string } }) => line.attributes.message,
    );
  await until(async () => (await next()).length > 0);
  expect(await next()).toEqual(['fourth']);
});

test('faults make a start slow, crash it, or keep a machine unhealthy', async () => {
  let fault: ReturnType<MachineFaults['beforeStart']> = { delayMs: 60_000 };
  await using rig = await FlyRig.start({ faults: { beforeStart: () => fault } });
  const created = await rig.machine('web', checkedConfig(rig.image, { restart: { policy: 'no' } }), {
    body: { skip_launch: true },
    until: 'stopped',
  });
  const { id } = created;
  await rig.call('POST', path(id, '/start'));
  expect(await rig.get('web', id)).toMatchObject({ state: 'starting' });
  await rig.call('POST', path(id, '/stop'));
  await rig.wait('web', id, 'stopped');
  fault = { crash: true };
  await rig.call('POST', path(id, '/start'));
  await until(async () => (await rig.get('web', id)).events[0].type === 'exit');
  expect((await rig.get('web', id)).events[0].request.exit_event.exit_code).toBe(1);
  fault = { unhealthy: true };
  await rig.wait('web', id, 'stopped');
  await rig.call('POST', path(id, '/start'));
  await until(
    async () => (await rig.get('web', id)).checks?.[0]?.output === 'the fault "unhealthy" is switched on',
  );
  expect(rig.isReady('web', id)).toBe(false);
});

test('crashMachine kills a machine and the restart policy brings it back', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(id);
  expect(rig.service.crashMachine('web', id)).toBe(true);
  await until(() => rig.pid(id) !== null && rig.pid(id) !== pid);
});

test('shutdown ends every process, running, deaf or suspended', async () => {
  const rig = await FlyRig.start();
  const deaf = { env: { DEAF: '1', CHILD: '1' }, stop_config: { timeout: '200ms' } };
  await rig.machine('web', serviceConfig(rig.image, deaf));
  await rig.machine('web', serviceConfig(rig.image));
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  await rig.call('POST', path(id, '/suspend'));
  await rig.wait('web', id, 'suspended');
  const pids = rig.service.processes().flatMap((info) => [...info.pids]);
  expect(pids.length).toBeGreaterThanOrEqual(3);
  await rig[Symbol.asyncDispose]();
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test('reset ends every machine and forgets every app, after which names are free', async () => {
  await using rig = await FlyRig.start();
  await rig.machine('web', serviceConfig(rig.image));
  const pids = rig.service.processes().flatMap((info) => [...info.pids]);
  await rig.service.reset();
  expect(rig.service.processes()).toEqual([]);
  await until(() => pids.every((pid) => !isAlive(pid)));
  expect((await rig.call('GET', '/v1/apps?org_slug=personal')).body.total_apps).toBe(0);
  expect((await rig.call('POST', '/v1/apps', { body: { name: 'web' } })).status).toBe(201);
});

test('two services over two directories know nothing of each other', async () => {
  await using one = await FlyRig.start();
  await using other = await FlyRig.start();
  const { id } = await one.machine('web', serviceConfig(one.image));
  await other.service.reset();
  expect(isAlive(one.pid(id) ?? 0)).toBe(true);
  expect((await other.call('GET', `/v1/apps/web/machines/${id}`)).status).toBe(404);
});

test('what was sent to a machine before it left rotation reaches it before its stop signal', async () => {
  await using rig = await FlyRig.start();
  const image = rig.images.add('web', {
    ...serverImage('two'),
    files: {
      'server.mjs': `
import { createServer } from 'node:http';
createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => { console.log('signal at ' + Date.now()); process.exit(0); });
`,
    },
  });
  const stopped = async (id: string): Promise<{ leftAt: number; signalAt: number }> => {
    let leftAt = 0;
    const unsubscribe = rig.service.directory.onChange(() => {
      if (leftAt === 0 && !rig.isReady('web', id)) leftAt = Date.now();
    });
    await rig.call('POST', path(id, '/stop'), { body: { signal: 'SIGTERM' } });
    await rig.wait('web', id, 'stopped');
    unsubscribe();
    const line = (await logOf(rig)).findLast((text) => text.startsWith('signal at '));
    return { leftAt, signalAt: Number(line?.slice('signal at '.length)) };
  };
  const { id } = await rig.machine('web', serviceConfig(image));
  await until(() => rig.isReady('web', id));
  const { leftAt, signalAt } = await stopped(id);
  expect(leftAt).toBeGreaterThan(0);
  expect(signalAt - leftAt).toBeGreaterThanOrEqual(20);
});
