import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import {
  clearFaults,
  cloudMetrics,
  cloudRoutes,
  cloudStatus,
  listFaults,
  readCloud,
  resetCloud,
  setFault,
} from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { processesOfCloud } from '../../src/cloud/control/left-processes.ts';
import { stopCloud } from '../../src/cloud/control/stop.ts';
import { pickLoopbackPort } from '../../src/cloud/machines/loopback-port.ts';
import type { ToolError } from '../../src/diagnostics/tool-error.ts';
import { api, CloudRig, url } from '../support/edge-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

const isLinux = process.platform === 'linux';

async function urlOf(cloud: CloudInfo, app: string): Promise<string> {
  return waitFor(async () => {
    const found = (await cloudRoutes(cloud)).find((route) => route.app === app);
    if (found === undefined) throw new Error(`no route to ${app}`);
    return found.url;
  });
}

async function textOf(address: string): Promise<string> {
  return (await fetch(address)).text();
}

async function killHard(cloud: CloudInfo): Promise<void> {
  process.kill(cloud.pid, 'SIGKILL');
  await waitFor(() => expect(isRunning(cloud.pid)).toBe(false));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended; whoever launched it has only not looked yet.
    return !isLinux || !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('every API asks for the token, and takes it in every form that its clients send', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const paths = [
    '/_glidepath/status',
    '/_glidepath/routes',
    '/v1/apps?org_slug=personal',
    '/v2/',
    '/v1/postgres',
    '/api/v1/apps/x/logs',
    '/api/v2/users/me',
  ];
  for (const path of paths) {
    expect((await fetch(url(cloud, path))).status, path).toBe(401);
    const wrong = { authorization: 'Bearer glidepath_wrong' };
    expect((await fetch(url(cloud, path), { headers: wrong })).status, path).toBe(401);
  }
  const refused = await fetch(url(cloud, '/_glidepath/shutdown'), { method: 'POST' });
  expect(refused.status).toBe(401);
  for (const authorization of [`Bearer ${cloud.token}`, `FlyV1 ${cloud.token}`]) {
    expect(
      (await fetch(url(cloud, '/v1/apps?org_slug=personal'), { headers: { authorization } })).status,
    ).toBe(200);
  }
  const basic = `Basic ${Buffer.from(`x:${cloud.token}`).toString('base64')}`;
  expect((await fetch(url(cloud, '/v2/'), { headers: { authorization: basic } })).status).toBe(200);
});

test.runIf(isLinux)('it listens on loopback only, the ports of apps included', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await rig.deploy(cloud, 'web');
  await urlOf(cloud, 'web');
  const inodes = new Set(
    readdirSync(`/proc/${cloud.pid}/fd`).flatMap((fd) => {
      // A file that was open a moment ago may be closed by now.
      const stat = statSync(`/proc/${cloud.pid}/fd/${fd}`, { throwIfNoEntry: false });
      return stat?.isSocket() === true ? String(stat.ino) : [];
    }),
  );
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/u))
      .filter((row) => row[3] === '0A' && inodes.has(row[9] ?? '')),
  );
  expect(listening.length).toBeGreaterThanOrEqual(3);
  expect(new Set(listening.map((row) => row[1]?.split(':')[0]))).toEqual(new Set(['0100007F']));
});

test('what opens the cloud is readable by its user only, and the token stays the same', async () => {
  await using rig = new CloudRig();
  const first = await rig.up();
  for (const file of ['cloud.json', 'token', 'daemon.log']) {
    expect(statSync(join(rig.stateDir, file)).mode & 0o777, file).toBe(0o600);
  }
  expect(await readCloud(rig.stateDir)).toEqual(first);
  await stopCloud(rig.stateDir);
  expect(await readCloud(rig.stateDir)).toBeNull();
  expect((await rig.up()).token).toBe(first.token);
});

test('a second cloud on the same directory is refused, even in the very same moment (CLOUD_ALREADY_UP)', async () => {
  await using rig = new CloudRig();
  const results = await Promise.allSettled([rig.up(), rig.up(), rig.up()]);
  const up = results.filter((each) => each.status === 'fulfilled').map((each) => each.value);
  const refused = results
    .filter((each) => each.status === 'rejected')
    .map((each) => each.reason as ToolError);
  expect(up).toHaveLength(1);
  expect(refused.map((error) => error.code)).toEqual(['CLOUD_ALREADY_UP', 'CLOUD_ALREADY_UP']);
  const later = await rig.up().catch((error: unknown) => error as ToolError);
  expect(later).toMatchObject({
    code: 'CLOUD_ALREADY_UP',
    message: `The local cloud is already running (process ${up[0]?.pid}, API on port ${up[0]?.apiPort}).`,
    hint: 'glidepath cloud status',
  });
  expect((await cloudStatus(up[0] as CloudInfo)).pid).toBe(up[0]?.pid);
});

test.each([
  ['port', 'API', '--port'],
  ['edgePort', 'apps', '--edge-port'],
] as const)(
  'a taken %s is named with the way out, and nothing is left running (CLOUD_PORT_IN_USE)',
  async (option, what, flag) => {
    await using rig = new CloudRig();
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    try {
      await expect(rig.up({ [option]: port })).rejects.toMatchObject({
        code: 'CLOUD_PORT_IN_USE',
        message: `Port ${port}, for the ${what} of the local cloud, is in use by another process.`,
        hint: `glidepath cloud up ${flag} ${port + 10}`,
      });
      expect(await readCloud(rig.stateDir)).toBeNull();
      expect(processesOfCloud(rig.stateDir, new Set())).toEqual([]);
    } finally {
      squatter.close();
    }
  },
);

test('a state directory that cannot be written is said so (CLOUD_START_FAILED)', async () => {
  await using rig = new CloudRig();
  mkdirSync(rig.stateDir, { recursive: true });
  writeFileSync(join(rig.stateDir, 'a-file'), '');
  await expect(rig.up({ stateDir: join(rig.stateDir, 'a-file/cloud') })).rejects.toMatchObject({
    code: 'CLOUD_START_FAILED',
    message: expect.stringMatching(/^The local cloud cannot write to .*a-file.* \(ENOTDIR\)\.$/u),
  });
});

test.runIf(existsSync('/dev/full'))(
  'a full disk is called that, and nothing is left running (STORE_DISK_FULL)',
  async () => {
    await using rig = new CloudRig();
    mkdirSync(rig.stateDir, { recursive: true });
    symlinkSync('/dev/full', join(rig.stateDir, 'cloud.json.tmp'));
    await expect(rig.up()).rejects.toMatchObject({
      code: 'STORE_DISK_FULL',
      hint: 'Make room, then: glidepath cloud up',
    });
    expect(processesOfCloud(rig.stateDir, new Set())).toEqual([]);
  },
);

test('an app is reached by its port and by host name, and by other apps under its private address', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up({ edgePort: await pickLoopbackPort(new Set(), null) });
  await rig.deploy(cloud, 'web', { API_URL: 'http://api.flycast' });
  const id = await rig.deploy(cloud, 'api');
  expect(await textOf(await urlOf(cloud, 'api'))).toBe(id);
  const privateUrl = await textOf(`${await urlOf(cloud, 'web')}/env`);
  expect(privateUrl).toBe(await urlOf(cloud, 'api'));
  expect(await textOf(privateUrl)).toBe(id);
  const status = await cloudStatus(cloud);
  expect(status.apps.map((app) => [app.name, app.machines.map((machine) => machine.state)])).toEqual([
    ['web', ['started']],
    ['api', ['started']],
  ]);
  expect(status.apps[1]?.machines[0]).toMatchObject({ routable: true, memoryBytes: expect.any(Number) });
  expect((await cloudMetrics(cloud)).find((each) => each.app === 'api')).toMatchObject({
    requests: 2,
    errors: 0,
  });
});

test('killed without a word, it leaves its machines serving, and the next one takes them over', async () => {
  await using rig = new CloudRig();
  const first = await rig.up();
  const id = await rig.deploy(first, 'web');
  const address = await urlOf(first, 'web');
  const before = (await cloudStatus(first)).apps[0]?.machines[0];
  await killHard(first);
  expect(await readCloud(rig.stateDir)).toBeNull();
  expect(isRunning(before?.pid ?? 0)).toBe(true);
  const second = await rig.up();
  expect(second.token).toBe(first.token);
  expect((await cloudStatus(second)).apps[0]?.machines[0]?.pid).toBe(before?.pid);
  expect(await urlOf(second, 'web')).toBe(address);
  expect(await textOf(address)).toBe(id);
});

test('after a kill -9, whoever the ports of the next one answer gets the machine and no error', async () => {
  await using rig = new CloudRig();
  const first = await rig.up();
  const id = await rig.deploy(first, 'web');
  const address = await urlOf(first, 'web');
  await killHard(first);
  const answers = new Set<string>();
  const up = new AbortController();
  const asking = (async () => {
    // Until it is up nobody listens: that alone may fail.
    while (!up.signal.aborted) {
      await textOf(address).then(
        (text) => answers.add(text),
        () => undefined,
      );
    }
  })();
  await rig.up();
  up.abort();
  await asking;
  answers.add(await textOf(address));
  expect([...answers]).toEqual([id]);
});

test('after down no process is left, and up again brings the app back', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const id = await rig.deploy(cloud, 'web');
  const pid = (await cloudStatus(cloud)).apps[0]?.machines[0]?.pid ?? 0;
  expect(await stopCloud(rig.stateDir)).toEqual({ wasRunning: true, ended: 2, containers: 0, strays: [] });
  expect([cloud.pid, pid].filter(isRunning)).toEqual([]);
  expect(await stopCloud(rig.stateDir)).toEqual({ wasRunning: false, ended: 0, containers: 0, strays: [] });
  const again = await rig.up();
  const address = await urlOf(again, 'web');
  expect(await waitFor(() => textOf(address))).toBe(id);
});

test.runIf(isLinux)('down after a kill -9 ends the machines that nobody watches any more', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await rig.deploy(cloud, 'web');
  const pid = (await cloudStatus(cloud)).apps[0]?.machines[0]?.pid ?? 0;
  await killHard(cloud);
  expect(await stopCloud(rig.stateDir)).toMatchObject({ wasRunning: true, ended: 1, strays: [{ pid }] });
  expect(isRunning(pid)).toBe(false);
});

test.each(['GET', 'POST'])(
  'no %s fails while machines are updated in place, one after the other',
  async (method) => {
    await using rig = new CloudRig();
    const cloud = await rig.up();
    const ids = [await rig.deploy(cloud, 'web'), await rig.addMachine(cloud, 'web')];
    const address = await urlOf(cloud, 'web');
    const ending = new AbortController();
    const failures: string[] = [];
    let sent = 0;
    const loops = Array.from({ length: 6 }, async () => {
      while (!ending.signal.aborted) {
        sent += 1;
        const answer = await fetch(address, { method, ...(method === 'POST' ? { body: 'x' } : {}) }).catch(
          String,
        );
        if (typeof answer === 'string') failures.push(answer);
        else if (answer.status === 200) await answer.text();
        else failures.push(`${answer.status} ${await answer.text()}`);
      }
    });
    for (let round = 0; round < 2; round += 1) {
      for (const id of ids) {
        const { config } = (await api(cloud, 'GET', `/v1/apps/web/machines/${id}`)) as { config: object };
        await api(cloud, 'POST', `/v1/apps/web/machines/${id}`, {
          config: { ...config, env: { ROUND: `${round}` } },
        });
        await api(cloud, 'GET', `/v1/apps/web/machines/${id}/wait?state=started`);
        await waitFor(async () => {
          const machines = (await cloudStatus(cloud)).apps[0]?.machines ?? [];
          expect(machines.map((machine) => machine.routable)).toEqual([true, true]);
        });
      }
    }
    ending.abort();
    await Promise.all(loops);
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  },
);

test('databases are adopted after a kill -9, and end with the cloud', async () => {
  await using rig = new CloudRig();
  const first = await rig.up();
  await api(first, 'POST', '/v1/postgres', {
    name: 'shop',
    region: 'iad',
    plan: 'basic',
    org_slug: 'personal',
  });
  const serverOf = async (cloud: CloudInfo): Promise<number> =>
    vi.waitFor(
      async () => {
        const [database] = (await cloudStatus(cloud)).databases;
        expect(database).toMatchObject({ state: 'running', pid: expect.any(Number) });
        return database?.pid ?? 0;
      },
      { timeout: 60_000 },
    );
  const pid = await serverOf(first);
  await killHard(first);
  expect(isRunning(pid)).toBe(true);
  const second = await rig.up();
  expect(await serverOf(second)).toBe(pid);
  if (isLinux) {
    await killHard(second);
    expect((await stopCloud(rig.stateDir)).strays).toMatchObject([{ pid }]);
  } else await stopCloud(rig.stateDir);
  expect(isRunning(pid)).toBe(false);
});

test('a daemon run by hand ends cleanly on SIGTERM with everything it started', async () => {
  await using rig = new CloudRig();
  const entry = fileURLToPath(new URL('../../src/cloud/main.ts', import.meta.url));
  const args = ['--state-dir', rig.stateDir, '--port', '0', '--edge-port', '0'];
  const daemon = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer];
  const { ok, info } = JSON.parse(line.toString()) as { ok: boolean; info: CloudInfo };
  expect(ok).toBe(true);
  await rig.deploy(info, 'web');
  const pid = (await cloudStatus(info)).apps[0]?.machines[0]?.pid ?? 0;
  daemon.kill('SIGTERM');
  expect(await once(daemon, 'exit')).toEqual([0, null]);
  expect(isRunning(pid)).toBe(false);
});

test('reset leaves an empty cloud that is still up', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await rig.deploy(cloud, 'web');
  await setFault(cloud, { kind: 'unhealthy', target: 'web', delayMs: 0, times: null });
  const pid = (await cloudStatus(cloud)).apps[0]?.machines[0]?.pid ?? 0;
  await resetCloud(cloud);
  expect(isRunning(pid)).toBe(false);
  const status = await cloudStatus(cloud);
  expect(status).toMatchObject({ apps: [], databases: [], faults: [] });
  expect(status.services.map((service) => service.holds)).toEqual([0, 0, 0, 0, 0, 0]);
});

test('an idle machine is put to sleep and woken by the next request', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up({ idleMs: 200 });
  const id = await rig.deploy(cloud, 'web');
  const machine = (await api(cloud, 'GET', `/v1/apps/web/machines/${id}`)) as {
    config: { services: object[] };
  };
  const services = machine.config.services.map((service) => ({ ...service, autostop: 'stop' }));
  await api(cloud, 'POST', `/v1/apps/web/machines/${id}`, { config: { ...machine.config, services } });
  const stateOf = async (): Promise<unknown> => (await cloudStatus(cloud)).apps[0]?.machines[0]?.state;
  await waitFor(async () => expect(await stateOf()).toBe('stopped'));
  expect(await textOf(await urlOf(cloud, 'web'))).toBe(id);
  const [metrics] = await cloudMetrics(cloud);
  expect(metrics?.coldStarts.count).toBe(1);
});

test('route faults: an error as often as asked, a delay, an answer that is lost after the work was done', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const create = (name: string): Promise<unknown> =>
    api(cloud, 'POST', '/v1/apps', { name, org_slug: 'personal' });
  await setFault(cloud, { kind: 'error', route: 'POST /v1/apps', status: 500, delayMs: 0, times: 1 });
  await expect(create('one')).rejects.toThrow(/500 .*a fault is switched on for POST \/v1\/apps/u);
  await create('one');
  await setFault(cloud, { kind: 'lost-answer', route: 'POST /v1/apps', status: 503, delayMs: 0, times: 1 });
  await expect(create('two')).rejects.toThrow('fetch failed');
  expect(await api(cloud, 'GET', '/v1/apps/two')).toMatchObject({ name: 'two' });
  await setFault(cloud, { kind: 'delay', route: 'GET /v1/apps/*', status: 503, delayMs: 150, times: null });
  const began = performance.now();
  await api(cloud, 'GET', '/v1/apps/two');
  expect(performance.now() - began).toBeGreaterThan(140);
  const faults = await listFaults(cloud);
  expect(faults).toMatchObject([{ kind: 'delay', struck: 1 }]);
  expect(await clearFaults(cloud, faults[0]?.id)).toHaveLength(1);
  await expect(clearFaults(cloud, 'f99')).rejects.toMatchObject({
    code: 'CLOUD_REFUSED',
    message: expect.stringContaining('there is no fault f99'),
  });
});

test('machine faults: a crash strikes what runs, and a slow boot what starts', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await rig.deploy(cloud, 'web');
  const pidNow = async (): Promise<number | null> =>
    (await cloudStatus(cloud)).apps[0]?.machines[0]?.pid ?? null;
  const before = await pidNow();
  await setFault(cloud, { kind: 'crash', target: 'web', delayMs: 0, times: 1 });
  await waitFor(async () => {
    const now = await pidNow();
    expect(now).not.toBeNull();
    expect(now).not.toBe(before);
  });
  expect(await listFaults(cloud)).toEqual([]);
  expect(await waitFor(async () => (await fetch(await urlOf(cloud, 'web'))).status)).toBe(200);
});

test('the control API says what is wrong with a fault it cannot read', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await expect(api(cloud, 'POST', '/_glidepath/faults', { kind: 'explode' })).rejects.toThrow(
    /400 .*this is no fault/u,
  );
  await expect(api(cloud, 'GET', '/_glidepath/nothing')).rejects.toThrow(
    /404 .*no GET \/_glidepath\/nothing/u,
  );
  await expect(api(cloud, 'GET', '/nothing')).rejects.toThrow(/404 /u);
});
