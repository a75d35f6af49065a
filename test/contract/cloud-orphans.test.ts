import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { cloudRoutes, cloudStatus, organizationToken } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { stopCloud } from '../../src/cloud/control/stop.ts';
import { memoryOfTree } from '../../src/cloud/postgres/server/process-inspection.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import { createFlyPostgresPlatform } from '../../src/providers/fly-postgres/fly-postgres-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { api, CloudRig } from '../support/edge-cloud.ts';
import { flyDatabase, queryAt } from '../support/fly-database-rig.ts';
import { TestWork } from '../support/fly-rig.ts';
import { UNPACED } from '../support/unpaced.ts';

/** Kills at moments that nobody chose. */
const KILLS = 2;
/** A shell that waits. */
const GUARD_BYTES_MAX = 2 * 1_024 * 1_024;

describe.runIf(process.platform === 'linux')('a cloud that is killed', () => {
  test('leaves no server and no machine behind, and every database starts again with its rows', async () => {
    await using rig = new CloudRig();
    lingerFor(0);
    let cloud = await rig.up();
    await rig.deploy(cloud, 'web');
    const tables: Table[] = [];
    for (const make of [managedUrl, neonUrl, unmanagedUrl]) tables.push(await withTable(await make(cloud)));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const writing = tables.map((table) => writeUntilCut(table));
      await vi.waitFor(() => expect(tables.every(({ isWritten }) => isWritten)).toBe(true), PATIENCE);
      expect(processesNaming(rig.stateDir).length).toBeGreaterThan(tables.length);
      await killHard(cloud);
      await vi.waitFor(() => expect(processesNaming(rig.stateDir)).toEqual([]), PATIENCE);
      await Promise.all(writing);
      cloud = await rig.up();
      for (const table of tables) {
        const rows = await vi.waitFor(() => queryAt(table.url, 'select max(n) as last from kept'), PATIENCE);
        expect(Number(rows[0]?.['last'])).toBeGreaterThanOrEqual(table.acknowledged);
        table.isWritten = false;
      }
    }
    await vi.waitFor(async () => {
      const [web] = (await cloudStatus(cloud)).apps.filter(({ name }) => name === 'web');
      expect(web?.machines).toMatchObject([{ state: 'started' }]);
    }, PATIENCE);
  });

  test('is followed by the next one at any moment, also while its servers are being ended', async () => {
    await using rig = new CloudRig();
    lingerFor(0);
    let cloud = await rig.up();
    const { url } = await withTable(await managedUrl(cloud));
    await queryAt(url, 'insert into kept values (1)');
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killHard(cloud);
      cloud = await rig.up();
      expect(await queryAt(url, 'select n from kept')).toEqual([{ n: 1 }]);
    }
  });

  test('has its guard sent away by the next one, which has one of its own, and by down', async () => {
    await using rig = new CloudRig();
    lingerFor(3_600_000);
    const first = await rig.up();
    const before = guardOf(rig);
    expect(await memoryOfTree(before)).toBeLessThan(GUARD_BYTES_MAX);
    await killHard(first);
    const second = await rig.up();
    const after = guardOf(rig);
    expect(isRunning(before)).toBe(false);
    expect(isRunning(after)).toBe(true);
    await killHard(second);
    await stopCloud(rig.stateDir);
    expect(isRunning(after)).toBe(false);
  });

  test('has a guard only while it runs: it goes with an orderly end', async () => {
    await using rig = new CloudRig();
    await rig.up();
    const guard = guardOf(rig);
    expect(isRunning(guard)).toBe(true);
    // It must not hold up a job that waits for whoever has its output open.
    expect([1, 2].map((fd) => readlinkSync(`/proc/${guard}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null']);
    await stopCloud(rig.stateDir);
    expect(isRunning(guard)).toBe(false);
    expect(existsSync(join(rig.stateDir, 'guard.json'))).toBe(false);
  });
});

async function killHard(cloud: CloudInfo): Promise<void> {
  process.kill(cloud.pid, 'SIGKILL');
  await vi.waitFor(() => expect(isRunning(cloud.pid)).toBe(false), { ...PATIENCE, interval: 1 });
}

const PATIENCE = { timeout: 60_000, interval: 50 };
/** What a daemon reads when it starts. */
const LINGER = 'GLIDEPATH_CLOUD_LINGER_MS';

function lingerFor(ms: number): void {
  const before = process.env[LINGER];
  process.env[LINGER] = String(ms);
  onTestFinished(() => {
    if (before === undefined) delete process.env[LINGER];
    else process.env[LINGER] = before;
  });
}

interface Table {
  readonly url: string;
  /** The last number whose commit was told. */
  acknowledged: number;
  isWritten: boolean;
}

async function withTable(url: string): Promise<Table> {
  await vi.waitFor(() => queryAt(url, 'create table if not exists kept (n integer)'), PATIENCE);
  return { url, acknowledged: 0, isWritten: false };
}

/** Writes one number after the other until the connection ends. */
async function writeUntilCut(table: Table): Promise<void> {
  const client = new Client(table.url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (;;) {
      await client.query('insert into kept values ($1)', [table.acknowledged + 1]);
      table.acknowledged += 1;
      table.isWritten = true;
    }
  } catch {
    await client.end().catch(() => undefined);
  }
}

async function managedUrl(cloud: CloudInfo): Promise<string> {
  const order = { name: 'shop', region: 'iad', plan: 'basic', org_slug: 'personal' };
  const { data } = (await api(cloud, 'POST', '/v1/postgres', order)) as { data: { id: string } };
  const path = `/v1/postgres/${data.id}`;
  const { port } = await vi.waitFor(async () => {
    const shown = (await api(cloud, 'GET', path)) as {
      data: { endpoints?: { primary: { direct: { port: number } } } };
    };
    expect(shown.data.endpoints).toBeDefined();
    return shown.data.endpoints?.primary.direct ?? { port: 0 };
  }, PATIENCE);
  const login = (await api(cloud, 'GET', `${path}/users/fly-user/credentials`)) as {
    data: { username: string; password: string };
  };
  return `postgresql://${login.data.username}:${login.data.password}@127.0.0.1:${port}/fly-db`;
}

async function neonUrl(cloud: CloudInfo): Promise<string> {
  const made = (await api(cloud, 'POST', '/api/v2/projects', { project: { name: 'shop' } })) as {
    connection_uris: [{ connection_uri: string }];
  };
  return made.connection_uris[0].connection_uri;
}

/** A machine of Fly that runs Postgres. */
async function unmanagedUrl(cloud: CloudInfo): Promise<string> {
  const platform = createFlyPostgresPlatform({
    apiBaseUrl: `http://127.0.0.1:${cloud.apiPort}`,
    token: new Secret(await organizationToken(cloud, 'acme')),
    fetch,
    clock: systemClock,
    random: () => 0.5,
    reach: async (host) => {
      const route = (await cloudRoutes(cloud)).find(({ app }) => host.replace(/\.[a-z]+$/, '') === app);
      return route === undefined ? null : new URL(route.url).host;
    },
    timing: { pollMs: 20 },
    pacer: UNPACED,
  });
  const database = flyDatabase('shop-db');
  await platform.ensure(database, new TestWork());
  const { url, outsideUrl } = await platform.address(database, { use: 'direct' });
  return outsideUrl ?? url;
}

function guardOf(rig: CloudRig): number {
  const { guard } = JSON.parse(readFileSync(join(rig.stateDir, 'guard.json'), 'utf8')) as {
    guard: { pid: number };
  };
  return guard.pid;
}

function isRunning(pid: number): boolean {
  return processStates().some((each) => each.pid === pid);
}

/** Every process that speaks of the directory, in its command line or its environment: the guard too. */
function processesNaming(dir: string): string[] {
  return processStates()
    .filter(({ command, environment }) => command.includes(dir) || environment.includes(`=${dir}`))
    .map(({ pid, command }) => `${pid} ${command}`);
}

function processStates(): { pid: number; command: string; environment: string }[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').replaceAll('\0', ' ').trim();
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => !/\) [ZX] /.test(read(name, 'stat')) && read(name, 'stat') !== '')
    .map((name) => ({
      pid: Number(name),
      command: read(name, 'cmdline'),
      environment: read(name, 'environ'),
    }));
}
