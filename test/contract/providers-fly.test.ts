import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { AppPlatform } from '../../src/providers/app-platform.ts';
import { until } from '../support/cloud-fly-rig.ts';
import {
  deploymentOf,
  FreezableProcess,
  MemoryJournal,
  ProviderRig,
  testApp,
  TestWork,
} from '../support/fly-rig.ts';

/** Replaced in its place: the other strategies put another machine beside one that serves alone. */
const ONE_IN_PLACE = { regions: [{ region: 'iad', count: 1 }], strategy: 'immediate' } as const;

// One service for the file: every test has an app of its own.
let rig: ProviderRig;
let platform: AppPlatform;

beforeAll(async () => {
  rig = await ProviderRig.start();
  platform = rig.platform();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe('the first deployment', () => {
  test('makes the app with its addresses and as many healthy machines as are written', async () => {
    const { app, image } = await newApp('first');
    const work = new TestWork();
    const result = await platform.deploy(deploymentOf(app, image, 'r-1'), work);
    expect(result.machines).toHaveLength(2);
    expect(result.machines.every((machine) => machine.created)).toBe(true);
    const observed = await platform.observeApp('first');
    expect(
      observed?.machines.map(({ state, healthy, release, cordoned }) => ({
        state,
        healthy,
        release,
        cordoned,
      })),
    ).toEqual(
      Array.from({ length: 2 }, () => ({ state: 'started', healthy: true, release: 'r-1', cordoned: false })),
    );
    expect(observed?.machines.every((machine) => image.endsWith(machine.digest ?? 'none'))).toBe(true);
    const { ips } = (await (await rig.call('GET', '/v1/apps/first/ip_assignments')).json()) as {
      ips: unknown[];
    };
    expect(ips).toHaveLength(3);
  });
});

describe.concurrent('a rolling deployment', () => {
  test('changes every machine and is never below the promised number of healthy, routed machines', async () => {
    const { app } = await deployed('rolling', { regions: [{ region: 'iad', count: 3 }] });
    const lowest = watchRoutable('rolling');
    const image = await rig.image('rolling', 'two', { BOOT_MS: '300' });
    const result = await platform.deploy(
      deploymentOf(app, image, 'r-2'),
      new TestWork({ key: 'run-2/deploy' }),
    );
    expect(lowest.stop()).toBe(2);
    expect(result.machines).toHaveLength(3);
    expect(await summary('rolling')).toEqual(Array.from({ length: 3 }, () => `started ${image} r-2`));
    expect(await leases('rolling')).toEqual([]);
  });

  test('changes two at once when two may be out of service', async () => {
    const { app } = await deployed('pairs', { regions: [{ region: 'iad', count: 3 }], maxUnavailable: 2 });
    const lowest = watchRoutable('pairs');
    const image = await rig.image('pairs', 'two', { BOOT_MS: '600' });
    await platform.deploy(deploymentOf(app, image, 'r-2'), new TestWork({ key: 'run-2/deploy' }));
    expect(lowest.stop()).toBe(1);
  });

  test('brings the number of machines to what is written, creating first and removing last', async () => {
    const { app } = await deployed('scaled', { regions: [{ region: 'iad', count: 2 }] });
    const wider = {
      ...app,
      regions: [
        { region: 'iad', count: 1 },
        { region: 'sjc', count: 2 },
      ],
    };
    const image = await rig.image('scaled', 'two');
    const result = await platform.deploy(
      deploymentOf(wider, image, 'r-2'),
      new TestWork({ key: 'run-2/deploy' }),
    );
    expect(result.machines.map(({ region, created }) => `${region} ${created}`)).toEqual([
      'sjc true',
      'sjc true',
      'iad false',
    ]);
    const machines = await rig.machines('scaled');
    expect(machines.map((machine) => machine.region).sort()).toEqual(['iad', 'sjc', 'sjc']);
  });

  test('does nothing to machines that run the very release already', async () => {
    const { app, image } = await deployed('same');
    const before = (await rig.machines('same')).map((machine) => machine.instance_id);
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork({ key: 'run-2/deploy' }));
    expect((await rig.machines('same')).map((machine) => machine.instance_id)).toEqual(before);
  });

  test('leaves sleeping machines asleep, one of them woken once to prove the release', async () => {
    const { app } = await deployed('sleepy', { sleep: 'when-idle' });
    const [asleep] = await rig.machines('sleepy');
    await rig.call('POST', `/v1/apps/sleepy/machines/${asleep?.id}/stop`, {});
    await until(async () => (await rig.machines('sleepy')).some((machine) => machine.state === 'stopped'));
    const work = new TestWork({ key: 'run-2/deploy' });
    const image = await rig.image('sleepy', 'two');
    await platform.deploy(deploymentOf(app, image, 'r-2'), work);
    expect((await summary('sleepy')).sort()).toEqual([`started ${image} r-2`, `stopped ${image} r-2`]);
    expect(work.lines.filter((line) => line.includes('woken once to prove it'))).toHaveLength(1);
  });

  test('counts a worker as started when it keeps running, and as failed when it ends', async () => {
    const worker = { port: null, health: null, regions: [{ region: 'iad', count: 1 }] };
    const { app } = await deployed('worker', worker);
    const bad = deploymentOf(app, await rig.image('worker', 'two', { EXIT_CODE: '3' }), 'r-2');
    // Its end is seen at once, however long a busy machine takes until then.
    const patient = rig.platform(new FreezableProcess(), { settleMs: 60_000 });
    const error = await failure(patient.deploy(bad, new TestWork({ key: 'run-2/deploy' })));
    expect(error.code).toBe('DEPLOY_EXITED');
    expect(error.message).toContain('code 3');
  });

  test('refuses an image that the registry does not have, before anything is changed', async () => {
    const { app, image } = await deployed('gone');
    const missing = image.replace(/[0-9a-f]{8}$/, '00000000');
    const error = await failure(
      platform.deploy(deploymentOf(app, missing, 'r-2'), new TestWork({ key: 'run-2/deploy' })),
    );
    expect(error.code).toBe('DEPLOY_IMAGE_MISSING');
    expect(await summary('gone')).toEqual(Array.from({ length: 2 }, () => `started ${image} r-1`));
  });

  test('warns when what runs now could not be put back', async () => {
    const { app, image } = await deployed('pruned');
    const digest = image.split('@')[1] ?? '';
    const takeOut = rig.intercept((request) =>
      request.method === 'HEAD' && request.url.includes(digest) && request.url.includes('/pruned/')
        ? Promise.resolve(new Response(null, { status: 404 }))
        : null,
    );
    const work = new TestWork({ key: 'run-2/deploy' });
    await platform.deploy(deploymentOf(app, await rig.image('pruned', 'two'), 'r-2'), work);
    takeOut();
    expect(work.lines.some((line) => line.includes('could not be put back'))).toBe(true);
  });
});

describe.concurrent('a bad release', () => {
  const cases = [
    {
      what: 'that exits at once',
      env: { EXIT_CODE: '7' },
      code: 'DEPLOY_EXITED',
      answers: null,
      says: /exited with code 7/,
    },
    {
      what: 'that never listens',
      env: { BOOT_MS: '600000' },
      code: 'DEPLOY_UNHEALTHY',
      answers: /ECONNREFUSED/,
      says: /nothing listens on its port 8080/,
    },
    {
      what: 'that boots and fails its health check',
      env: { SICK: '1' },
      code: 'DEPLOY_UNHEALTHY',
      answers: /503/,
      says: /health check at \/health.*503/,
    },
  ] as const;
  test.each(cases)(
    '$what stops at the first machine, and undo puts the old one back',
    async ({ env, code, answers, says }) => {
      const name = `bad-${Object.keys(env)[0]?.toLowerCase().replace('_', '-')}`;
      // An exit ends it at once: to sit out the whole time would be more than this test has.
      const withinMs = answers === null ? 600_000 : 2_500;
      const { app, image } = await deployed(name);
      const before = await rig.machines(name);
      const impatient = {
        ...app,
        health: { path: '/health', intervalMs: 1000, timeoutMs: 500, gracePeriodMs: 200, withinMs },
      };
      const bad = deploymentOf(impatient, await rig.image(name, 'bad', env), 'r-2');
      const work = new TestWork({ key: 'run-2/deploy' });
      const lowest = watchRoutable(name);
      const takeOut = answers === null ? null : answersUpdateLate(name, answers);
      const error = await failure(platform.deploy(bad, work));
      takeOut?.();
      expect(error.code).toBe(code);
      expect(error.message).toMatch(says);
      expect(error.output.join('\n')).toContain('version bad starts');
      const untouched = (await rig.machines(name)).filter((machine) =>
        before.some((old) => old.instance_id === machine.instance_id),
      );
      expect(untouched).toHaveLength(1);

      await platform.undoDeploy(bad, work);
      expect(lowest.stop()).toBe(1);
      expect(await summary(name)).toEqual(Array.from({ length: 2 }, () => `started ${image} r-1`));
      const now = await rig.machines(name);
      expect(now.map((machine) => machine.config)).toEqual(before.map((machine) => machine.config));
      await until(() => rig.routable(name) === 2, 'both machines to be routed again');
    },
  );

  test('that gives its machines too little time to start is undone all the same', async () => {
    const slow = { BOOT_MS: '2000' };
    const { app } = await newApp('hasty');
    const image = await rig.image('hasty', 'slow', slow);
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork());
    const hasty = {
      ...app,
      health: { path: '/health', intervalMs: 1000, timeoutMs: 500, gracePeriodMs: 200, withinMs: 1_000 },
    };
    const bad = deploymentOf(hasty, await rig.image('hasty', 'hasty', slow), 'r-2');
    const work = new TestWork({ key: 'run-2/deploy' });
    expect((await failure(platform.deploy(bad, work))).code).toBe('DEPLOY_UNHEALTHY');
    await platform.undoDeploy(bad, work);
    expect(await summary('hasty')).toEqual(Array.from({ length: 2 }, () => `started ${image} r-1`));
  });

  test('is undone once: a second undo, and an undo of nothing, change nothing', async () => {
    const { app } = await deployed('twice');
    const bad = deploymentOf(app, await rig.image('twice', 'bad', { EXIT_CODE: '1' }), 'r-2');
    const work = new TestWork({ key: 'run-2/deploy' });
    await failure(platform.deploy(bad, work));
    await platform.undoDeploy(bad, work);
    const once = await rig.world(['twice']);
    await platform.undoDeploy(bad, work);
    await platform.undoDeploy(bad, new TestWork({ key: 'run-3/deploy' }));
    expect(await rig.world(['twice'])).toBe(once);
  });

  test('on a new app is undone by removing what was created', async () => {
    const { app } = await newApp('stillborn');
    const bad = deploymentOf(app, await rig.image('stillborn', 'bad', { EXIT_CODE: '1' }), 'r-1');
    const work = new TestWork();
    expect((await failure(platform.deploy(bad, work))).code).toBe('DEPLOY_EXITED');
    await platform.undoDeploy(bad, work);
    await goneFrom('stillborn');
  });

  test('found bad later is undone whole: removed machines are made again, created ones destroyed', async () => {
    const { app, image } = await deployed('later', { regions: [{ region: 'iad', count: 2 }] });
    const moved = {
      ...app,
      regions: [
        { region: 'iad', count: 1 },
        { region: 'sjc', count: 1 },
      ],
    };
    const next = deploymentOf(moved, await rig.image('later', 'two'), 'r-2');
    const work = new TestWork({ key: 'run-2/deploy' });
    await platform.deploy(next, work);
    expect((await rig.machines('later')).map((machine) => machine.region).sort()).toEqual(['iad', 'sjc']);
    await platform.undoDeploy(next, work);
    const machines = await rig.machines('later');
    expect(machines.map((machine) => machine.region)).toEqual(['iad', 'iad']);
    expect(await summary('later')).toEqual(Array.from({ length: 2 }, () => `started ${image} r-1`));
    await platform.undoDeploy(next, work);
    expect(await rig.machines('later')).toHaveLength(2);
  });

  test('that cannot be put back is said, with the command to do it by hand', async () => {
    const { app } = await deployed('stuck', { ...ONE_IN_PLACE });
    const [machine] = await rig.machines('stuck');
    const bad = deploymentOf(app, await rig.image('stuck', 'bad', { EXIT_CODE: '1' }), 'r-2');
    const work = new TestWork({ key: 'run-2/deploy' });
    await failure(platform.deploy(bad, work));
    const takeOut = rig.intercept((request) =>
      request.method === 'POST' && request.url.endsWith(`/machines/${machine?.id}`)
        ? Promise.resolve(Response.json({ error: 'host is gone' }, { status: 422 }))
        : null,
    );
    const error = await failure(platform.undoDeploy(bad, work));
    takeOut();
    expect(error.code).toBe('RUN_UNDO_FAILED');
    expect(error.hint).toContain(
      `fly machine update ${machine?.id} -a stuck --image registry.test/stuck@sha256:`,
    );
  });
});

describe.concurrent('other holders and lost answers', () => {
  test('a lease that somebody else holds is waited for, then named', async () => {
    const { app } = await deployed('leased', { regions: [{ region: 'iad', count: 1 }] });
    const [machine] = await rig.machines('leased');
    await rig.call('POST', `/v1/apps/leased/machines/${machine?.id}/lease`, {
      ttl: 60,
      description: 'scaling by hand',
    });
    const impatient = rig.platform(new FreezableProcess(), { leaseWaitMs: 600 });
    const next = deploymentOf(app, await rig.image('leased', 'two'), 'r-2');
    const error = await failure(impatient.deploy(next, new TestWork({ key: 'run-2/deploy' })));
    expect(error.code).toBe('PROVIDER_CONFLICT');
    expect(error.message).toContain('scaling by hand');
    expect(error.hint).toContain(`fly machine leases clear ${machine?.id} -a leased`);
  });

  test('a lease whose answer is lost is recognized as our own, and one failed refresh loses nothing', async () => {
    const { app } = await deployed('unanswered', { ...ONE_IN_PLACE });
    let taken = 0;
    const takeOut = rig.intercept((request, forward) => {
      if (request.method !== 'POST' || !/unanswered\/.*\/lease$/.test(request.url)) return null;
      taken++;
      const isRefresh = request.headers.has('fly-machine-lease-nonce');
      if (taken === 1) return forward().then(() => Promise.reject(new TypeError('fetch failed')));
      return isRefresh && taken === 3 ? Promise.reject(new TypeError('fetch failed')) : null;
    });
    const image = await rig.image('unanswered', 'two', { BOOT_MS: '4500' });
    const hasty = rig.platform(new FreezableProcess(), { leaseTtlSeconds: 6 });
    await hasty.deploy(deploymentOf(app, image, 'r-2'), new TestWork({ key: 'run-2/deploy' }));
    takeOut();
    expect(taken).toBeGreaterThan(3);
    expect(await summary('unanswered')).toEqual([`started ${image} r-2`]);
    expect(await leases('unanswered')).toEqual([]);
  });

  test('a lease that ends in time lets the deployment go on', async () => {
    const { app } = await deployed('brief', { regions: [{ region: 'iad', count: 1 }] });
    const [machine] = await rig.machines('brief');
    await rig.call('POST', `/v1/apps/brief/machines/${machine?.id}/lease`, {
      ttl: 1,
      description: 'a moment',
    });
    const image = await rig.image('brief', 'two');
    await platform.deploy(deploymentOf(app, image, 'r-2'), new TestWork({ key: 'run-2/deploy' }));
    expect(await summary('brief')).toEqual([`started ${image} r-2`]);
  });

  test('a creation whose answer is lost does not make a second machine', async () => {
    const { app, image } = await newApp('silent');
    let lost = 0;
    const takeOut = rig.intercept((request, forward) => {
      if (request.method !== 'POST' || !request.url.endsWith('/apps/silent/machines') || lost > 0)
        return null;
      lost++;
      return forward().then(() => {
        throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
      });
    });
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork());
    takeOut();
    expect(lost).toBe(1);
    expect(await rig.machines('silent')).toHaveLength(2);
  });

  test('an update whose answer is lost is recognized and not sent again', async () => {
    const { app } = await deployed('echo', { ...ONE_IN_PLACE });
    const [machine] = await rig.machines('echo');
    let updates = 0;
    const takeOut = rig.intercept((request, forward) => {
      if (request.method !== 'POST' || !request.url.endsWith(`/machines/${machine?.id}`)) return null;
      updates++;
      return forward().then(() => {
        throw new TypeError('fetch failed');
      });
    });
    const image = await rig.image('echo', 'two');
    await platform.deploy(deploymentOf(app, image, 'r-2'), new TestWork({ key: 'run-2/deploy' }));
    takeOut();
    expect(updates).toBe(1);
    expect(await summary('echo')).toEqual([`started ${image} r-2`]);
  });

  test('a 429 is waited out as long as it asks, and the limits are never run into by ourselves', async () => {
    const { app } = await deployed('paced');
    let refusedAt = 0;
    let resumedAt = 0;
    let own = 0;
    const takeOut = rig.intercept((request, forward) => {
      if (!request.url.includes('/paced/')) return null;
      if (!request.url.endsWith('/cordon')) {
        return forward().then((response) => {
          if (response.status === 429) own++;
          return response;
        });
      }
      if (refusedAt === 0) {
        refusedAt = Date.now();
        return Promise.resolve(
          new Response('{"error":"slow down"}', { status: 429, headers: { 'retry-after': '1' } }),
        );
      }
      resumedAt ||= Date.now();
      return null;
    });
    await platform.deploy(
      deploymentOf(app, await rig.image('paced', 'two'), 'r-2'),
      new TestWork({ key: 'run-2/deploy' }),
    );
    takeOut();
    expect(resumedAt - refusedAt).toBeGreaterThanOrEqual(990);
    expect(own).toBe(0);
  });

  test('a platform that silently puts the old version back is caught', async () => {
    const { app, image } = await deployed('reverted', { ...ONE_IN_PLACE });
    const [machine] = await rig.machines('reverted');
    const path = `/v1/apps/reverted/machines/${machine?.id}`;
    const takeOut = rig.intercept((request, forward) => {
      if (
        request.method !== 'POST' ||
        !request.url.endsWith(path) ||
        !request.headers.has('fly-machine-lease-nonce')
      )
        return null;
      return forward().then(async (response) => {
        const body = (await response.clone().json()) as { config: object };
        const nonce = request.headers.get('fly-machine-lease-nonce') ?? '';
        await until(async () => (await rig.machines('reverted'))[0]?.state === 'started');
        await rig.service.routes.fetch(
          new Request(`http://127.0.0.1${path}`, {
            method: 'POST',
            headers: { authorization: 'Bearer fm2_rig-token', 'fly-machine-lease-nonce': nonce },
            body: JSON.stringify({ config: { ...body.config, image } }),
          }),
        );
        return response;
      });
    });
    const next = deploymentOf(app, await rig.image('reverted', 'two'), 'r-2');
    const error = await failure(platform.deploy(next, new TestWork({ key: 'run-2/deploy' })));
    takeOut();
    expect(error.code).toBe('DEPLOY_NOT_CONVERGED');
  });
});

describe('killed and started again', () => {
  // After each of these changes of the platform the process dies: its lease stays, its answer is never read.
  const kills = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

  test('after any change, a deployment goes on and ends as if nothing had been', async () => {
    await Promise.all(
      kills.map(async (count) => {
        const name = `killed-${count}`;
        const { app } = await deployed(name);
        const image = await rig.image(name, 'two');
        const next = deploymentOf({ ...app, regions: [{ region: 'iad', count: 3 }] }, image, 'r-2');
        const journal = await killAfter(name, count, next);
        await platform.deploy(next, new TestWork({ key: 'run-2/deploy', journal }));
        expect(await summary(name), name).toEqual(Array.from({ length: 3 }, () => `started ${image} r-2`));
        expect(await leases(name), name).toEqual([]);
      }),
    );
  });

  test('after any change, a deployment can be undone from its journal alone', async () => {
    await Promise.all(
      kills.map(async (count) => {
        const name = `undone-${count}`;
        const { app, image } = await deployed(name);
        const before = (await rig.machines(name)).map(({ id, config }) => ({ id, config }));
        const next = deploymentOf(
          { ...app, regions: [{ region: 'iad', count: 3 }] },
          await rig.image(name, 'two'),
          'r-2',
        );
        const journal = await killAfter(name, count, next);
        await platform.undoDeploy(next, new TestWork({ key: 'run-2/deploy', journal }));
        expect(await summary(name), name).toEqual(Array.from({ length: 2 }, () => `started ${image} r-1`));
        expect(
          (await rig.machines(name)).map(({ id, config }) => ({ id, config })),
          name,
        ).toEqual(before);
        expect(await leases(name), name).toEqual([]);
      }),
    );
  });
});

describe.concurrent('the release command', () => {
  test('runs once with the image and environment of the release, logs its lines, and leaves nothing behind', async () => {
    const { app, image } = await newApp('migrating');
    await platform.setSecrets('migrating', { API_KEY: 'very-secret' }, new TestWork({ key: 'x' }));
    const work = new TestWork({ key: 'run-1/migrate' });
    const command = `node -e "console.log(process.env.GREETING, process.env.RELEASE_COMMAND, process.env.API_KEY.length)"`;
    await platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 10_000, work);
    expect(work.lines).toContain('hello 1 11');
    await goneFrom('migrating');
    const runs = work.lines.length;
    await platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 10_000, work);
    expect(work.lines).toHaveLength(runs);
  });

  test('that fails is MIGRATION_FAILED with what it printed, and its machine is removed', async () => {
    const { app, image } = await newApp('migrating-badly');
    const command = `node -e "console.error('relation users does not exist'); process.exit(4)"`;
    const run = platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 10_000, new TestWork());
    const error = await failure(run);
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toContain('exit code 4');
    expect(error.output).toContain('relation users does not exist');
    await goneFrom('migrating-badly');
  });

  test('that takes too long is ended and removed', async () => {
    const { app, image } = await newApp('migrating-slowly');
    const command = `node -e "console.log('locking'); setInterval(() => {}, 1000)"`;
    const run = platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), command, 1_500, new TestWork());
    const error = await failure(run);
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toContain('longer than 1.5 s');
    expect(error.output).toContain('locking');
    await goneFrom('migrating-slowly');
  });

  test('left behind by a process that died is waited for and not run a second time', async () => {
    const { app, image } = await newApp('migrating-again');
    const deployment = deploymentOf(app, image, 'r-1');
    const command = `node -e "setTimeout(() => console.log('ran at', process.pid), 700)"`;
    const process = new FreezableProcess();
    const journal = new MemoryJournal();
    const takeOut = rig.intercept((request, forward) => {
      if (request.method !== 'POST' || !request.url.endsWith('/apps/migrating-again/machines')) return null;
      return forward().finally(() => process.freeze());
    });
    const first = new TestWork({ key: 'run-1/migrate', journal });
    void rig.platform(process).runReleaseCommand(deployment, command, 10_000, first);
    await process.frozen;
    takeOut();
    const [left] = await rig.machines('migrating-again');
    const second = new TestWork({ key: 'run-1/migrate', journal });
    await platform.runReleaseCommand(deployment, command, 10_000, second);
    expect(second.lines.filter((line) => line.startsWith('ran at'))).toHaveLength(1);
    expect(second.lines.some((line) => left !== undefined && line.includes(left.id))).toBe(true);
    await goneFrom('migrating-again');
  });

  test('left behind by another deployment is removed first', async () => {
    const { app, image } = await newApp('migrating-leftover');
    const config = {
      image,
      metadata: {
        fly_process_group: 'fly_app_release_command',
        glidepath_key: 'run-0/migrate/release-command',
      },
    };
    await rig.call('POST', '/v1/apps/migrating-leftover/machines', { config, region: 'iad' });
    await until(async () => (await rig.machines('migrating-leftover'))[0]?.state === 'started');
    const work = new TestWork();
    await platform.runReleaseCommand(deploymentOf(app, image, 'r-1'), 'node -e 1', 10_000, work);
    expect(work.lines.some((line) => line.includes('left behind'))).toBe(true);
    await goneFrom('migrating-leftover');
  });
});

describe('pushing an image', () => {
  test('sends what is missing once, and gives the same digest every time', async () => {
    await newApp('pushed');
    const first = await rig.image('pushed', 'same');
    const seenBefore = rig.seen.length;
    expect(await rig.image('pushed', 'same')).toBe(first);
    const second = rig.seen
      .slice(seenBefore)
      .map(({ method, path }) => `${method} ${path.split('/').slice(3, 5).join(' ')}`);
    expect(second).toEqual(
      ['HEAD blobs', 'HEAD blobs', 'PUT manifests'].map((text) => expect.stringMatching(text)),
    );
    expect(platform.imageReference('pushed', first.split('@')[1] ?? '')).toBe(first);
    expect(await platform.hasImage(first)).toBe(true);
    expect(await platform.hasImage(first.replace(/.{8}$/, '00000000'))).toBe(false);
  });

  test('begins an upload anew when its answer is lost or the connection breaks', async () => {
    await newApp('broken-off');
    let cuts = 0;
    const takeOut = rig.intercept((request, forward) => {
      if (request.method !== 'PUT' || !request.url.includes('/broken-off/blobs/') || cuts >= 2) return null;
      // The first is cut before it arrives, the second after it was carried out.
      const isCarriedOut = ++cuts === 2;
      const lost = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
      return isCarriedOut ? forward().then(lost) : lost();
    });
    const image = await rig.image('broken-off', `a version of its own, ${randomUUID()}`);
    takeOut();
    expect(cuts).toBe(2);
    expect(await platform.hasImage(image)).toBe(true);
  });
});

describe.concurrent('secrets and apps', () => {
  test('secrets are set once per step, never logged, and reach the machines', async () => {
    const { app, image } = await newApp('secretive', { regions: [{ region: 'iad', count: 1 }] });
    const work = new TestWork();
    const version = await platform.setSecrets('secretive', { API_KEY: 'very-secret' }, work);
    expect(await platform.setSecrets('secretive', { API_KEY: 'very-secret' }, work)).toBe(version);
    await platform.deploy(deploymentOf(app, image, 'r-1'), work);
    const port = rig.service.directory.app('secretive')?.machines[0]?.port;
    const env = (await (await fetch(`http://127.0.0.1:${port}/env`)).json()) as Record<string, string>;
    expect(env['API_KEY']).toBe('very-secret');
    expect(JSON.stringify(work.lines)).not.toContain('very-secret');
  });

  test('a name that is taken by another organization is said, not fought over', async () => {
    const takeOut = rig.intercept((request) =>
      request.url.endsWith('/v1/apps/taken')
        ? Promise.resolve(Response.json({ error: 'unauthorized' }, { status: 403 }))
        : null,
    );
    const error = await failure(platform.ensureApp(testApp('taken'), 'taken', new TestWork()));
    takeOut();
    expect(error.code).toBe('PROVIDER_CONFLICT');
  });

  test('an app is destroyed with its machines, and destroying it again is no error', async () => {
    await deployed('doomed');
    await platform.destroyApp('doomed', { isEphemeral: false }, new TestWork());
    await until(async () => (await platform.observeApp('doomed')) === null, 'the app to be gone');
    await platform.destroyApp('doomed', { isEphemeral: false }, new TestWork());
  });

  test('a wrong token is PROVIDER_UNAUTHORIZED with the status and the request id', async () => {
    const { Secret } = await import('../../src/diagnostics/secret.ts');
    const { createFlyPlatform } = await import('../../src/providers/fly/fly-platform.ts');
    const stranger = createFlyPlatform({ ...rig.options(), token: new Secret('wrong') });
    const error = await failure(stranger.observeApp('first'));
    expect(error.code).toBe('PROVIDER_UNAUTHORIZED');
    expect(error.message).toMatch(/HTTP 401, request \S+/);
    expect(error.message).not.toContain('wrong');
  });
});

describe('the reader', () => {
  test('leaves the world exactly as it was', async () => {
    const { image } = await deployed('observed');
    const { createFlyReader } = await import('../../src/providers/fly/fly-platform.ts');
    const reader = createFlyReader(rig.options());
    const before = await rig.world(['observed']);
    const seenBefore = rig.seen.length;
    await reader.observeApp('observed');
    expect(await reader.observeApp('no-such-app')).toBeNull();
    expect(await reader.hasImage(image)).toBe(true);
    expect((await reader.logs('observed', { limit: 10 })).map((line) => line.message)).toContain('listening');
    expect(await reader.publicUrl('observed')).toBe('http://observed.localhost');
    expect(reader.privateUrl('observed')).toBe('http://observed.flycast');
    expect(rig.seen.slice(seenBefore).every(({ method }) => method === 'GET' || method === 'HEAD')).toBe(
      true,
    );
    expect(await rig.world(['observed'])).toBe(before);
  });

  test('has no way to write: its transport refuses whatever is not a GET or HEAD', async () => {
    const { readOnlyFetch } = await import('../../src/providers/http/read-only-fetch.ts');
    const seenBefore = rig.seen.length;
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'post']) {
      const error = await failure(readOnlyFetch(rig.fetch)('http://127.0.0.1:1/v1/apps', { method }));
      expect(error.code).toBe('PROVIDER_WRITE_REFUSED');
    }
    expect(rig.seen).toHaveLength(seenBefore);
  });
});

/** An app that exists, and its first image. */
async function newApp(name: string, more: Parameters<typeof testApp>[1] = {}) {
  const app = testApp(name, more);
  await rig.withoutApp(name);
  await platform.ensureApp(app, name, new TestWork());
  return { app, image: await rig.image(name, 'one') };
}

/** An app that runs release r-1. */
async function deployed(name: string, more: Parameters<typeof testApp>[1] = {}) {
  const { app, image } = await newApp(name, more);
  await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork());
  if (app.port !== null) {
    const count = app.regions.reduce((sum, region) => sum + region.count, 0);
    await until(() => rig.routable(name) === count, `the machines of ${name} to be routed`);
  }
  return { app, image };
}

/** State, image and release of every machine. */
async function summary(app: string): Promise<string[]> {
  return (await rig.machines(app)).map(
    (machine) =>
      `${machine.state}${machine.cordoned === true ? ' cordoned' : ''} ${machine.config.image} ${machine.config.metadata?.['glidepath_release']}`,
  );
}

/** Waits until an app has no machine; one that is being destroyed still shows for a moment. */
async function goneFrom(app: string): Promise<void> {
  await until(async () => (await rig.machines(app)).length === 0, `the machines of ${app} to be gone`);
}

/** The machines on which a lease is held. */
async function leases(app: string): Promise<string[]> {
  const held: string[] = [];
  for (const { id } of await rig.machines(app)) {
    if ((await rig.call('GET', `/v1/apps/${app}/machines/${id}/lease`)).status === 200) held.push(id);
  }
  return held;
}

/** The lowest number of routed machines seen, looked at after every change. */
function watchRoutable(app: string): { stop(): number } {
  let lowest = rig.routable(app);
  const look = (): void => {
    lowest = Math.min(lowest, rig.routable(app));
  };
  const unsubscribe = rig.service.directory.onChange(look);
  const timer = setInterval(look, 5);
  return {
    stop() {
      unsubscribe();
      clearInterval(timer);
      return lowest;
    },
  };
}

/**
 * The platform answers the next change of a machine only once the new version runs and its check fails in this way: how
 * long a process takes to begin is then no part of the time in which it has to become healthy.
 */
function answersUpdateLate(app: string, output: RegExp): () => void {
  let isNext = true;
  const fails = async (): Promise<boolean> => {
    const said = await (await rig.call('GET', `/api/v1/apps/${app}/logs?limit=100`)).text();
    if (!said.includes('version bad starts')) return false;
    const checks = (await rig.machines(app)).flatMap((machine) => machine.checks ?? []);
    return checks.some((check) => output.test(check.output ?? ''));
  };
  return rig.intercept((request, forward) => {
    const isUpdate = request.method === 'POST' && /\/machines\/[0-9a-f]+$/.test(request.url);
    if (!isNext || !isUpdate || !request.url.includes(`/apps/${app}/`)) return null;
    isNext = false;
    return forward().then(async (answer) => {
      await until(fails, `the new version of ${app} to fail its check`);
      return answer;
    });
  });
}

/** Deploys in a process that dies right after its nth change of the app; returns its journal. */
async function killAfter(
  app: string,
  count: number,
  deployment: ReturnType<typeof deploymentOf>,
): Promise<MemoryJournal> {
  const process = new FreezableProcess();
  const journal = new MemoryJournal();
  let changes = 0;
  const takeOut = rig.intercept((request, forward) => {
    const isChange = request.method !== 'GET' && request.url.includes(`/apps/${app}/`);
    if (!isChange || changes >= count || ++changes < count) return null;
    return forward().finally(() => process.freeze());
  });
  const work = new TestWork({ key: 'run-2/deploy', journal });
  const ended = rig.platform(process).deploy(deployment, work);
  await Promise.race([process.frozen, ended]);
  takeOut();
  return journal;
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ToolError) return error;
  throw new Error('expected a ToolError', { cause: error });
}
