import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { deploymentOf, FreezableProcess, testApp, TestWork } from '../support/fly-rig.ts';
import { failure, StrategyRig } from '../support/strategy-rig.ts';

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('a release command', () => {
  test('whose program is not in the image is said to be so, with nothing left behind', async () => {
    const { run } = await newApp('no-program');
    const error = await failure(run('/no/such/migrate --all'));
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toMatch(
      /could not be started: the program is not in the image \(exit code 127\): \/no\/such\/migrate --all/,
    );
    await goneFrom('no-program');
  });

  test('that fails shows its first lines and its very last ones', async () => {
    const { run } = await newApp('last-lines');
    const script = `for (let i = 0; i < 200; i++) console.log('line', i); console.error('the reason'); process.exitCode = 5`;
    const error = await failure(run(`node -e "${script}"`));
    expect(error.message).toContain('exit code 5');
    expect(error.output.at(0)).toBe('line 0');
    expect(error.output).toContain('the reason');
    expect(error.output.length).toBeLessThan(40);
  });

  test('runs without the volume of the app, on a machine of the size of the app', async () => {
    const volume = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };
    const vm = { cpuKind: 'shared', cpus: 2, memoryMb: 512 } as const;
    const { run } = await newApp('no-volume', { volume, vm });
    const seen: unknown[] = [];
    const takeOut = rig.fly.intercept((request, forward) => {
      if (request.method !== 'POST' || !request.url.endsWith('/apps/no-volume/machines')) return null;
      return (async () => {
        seen.push(((await request.clone().json()) as { config: unknown }).config);
        return forward();
      })();
    });
    await run('node -e 1');
    takeOut();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      guest: { cpu_kind: 'shared', cpus: 2, memory_mb: 512 },
      restart: { policy: 'no' },
      services: [],
    });
    expect(Object.keys(seen[0] as object)).not.toContain('mounts');
    const volumes = (await (await rig.fly.call('GET', '/v1/apps/no-volume/volumes')).json()) as unknown[];
    expect(volumes).toEqual([]);
  });

  test('of a process that was killed and never resumed is removed by the next deployment', async () => {
    const { app, image, run } = await newApp('abandoned');
    const process = new FreezableProcess();
    const takeOut = rig.fly.intercept((request, forward) =>
      request.method === 'POST' && request.url.endsWith('/apps/abandoned/machines')
        ? forward().finally(() => process.freeze())
        : null,
    );
    const first = rig.fly.platform(process);
    const command = `node -e "setInterval(() => {}, 1000)"`;
    void first.runReleaseCommand(
      deploymentOf(app, image, 'r-1'),
      command,
      60_000,
      new TestWork({ key: 'run-1/m' }),
    );
    await process.frozen;
    takeOut();
    const [left] = await rig.fly.machines('abandoned');
    expect(left?.config.metadata?.['fly_process_group']).toBe('fly_app_release_command');
    await run('node -e 1');
    await goneFrom('abandoned');
  });

  test('is aborted with its step, and its machine is removed all the same', async () => {
    const { app, image } = await newApp('aborted');
    const stop = new AbortController();
    const work = new TestWork({ signal: stop.signal });
    const command = `node -e "console.log('working'); setInterval(() => {}, 1000)"`;
    const running = rig.platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 60_000, work);
    const ended = running.then(
      () => 'done',
      (error: unknown) => String(error),
    );
    await until(() => work.lines.includes('working'), 'the command to run');
    stop.abort(new Error('the run ends'));
    expect(await ended).toBe('Error: the run ends');
    await goneFrom('aborted');
  });
});

async function newApp(name: string, more: Partial<ResolvedFlyApp> = {}) {
  const app = testApp(name, more);
  await rig.fly.withoutApp(name);
  await rig.platform.ensureApp(app, name, new TestWork());
  const image = await rig.fly.image(name, 'one');
  const run = (command: string): Promise<void> =>
    rig.platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 60_000, new TestWork());
  return { app, image, run };
}

async function goneFrom(app: string): Promise<void> {
  await until(async () => (await rig.fly.machines(app)).length === 0, `the machines of ${app} to be gone`);
}
