import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { FaultRig, type Attempt } from '../support/fault-rig.ts';
import { testApp, TestWork } from '../support/fly-rig.ts';

/**
 * Everything that may go wrong on the platform while a release is deployed. It ends in one of two states, the new release
 * everywhere or the one before everywhere, with nothing left behind; or it says what could not be put back, and how.
 */

// One service for the file: every test has an app of its own.
let rig: FaultRig;

beforeAll(async () => {
  rig = await FaultRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const ALL_NEW = ['started r-2', 'started r-2'];
const ALL_OLD = ['started r-1', 'started r-1'];

/** `~` stands for the app. What a lasting error comes to: the new release, the old one, or neither without a person. */
const ROUTES = [
  ['registry-post', 'POST /v2/~/**', 'old'],
  ['registry-put', 'PUT /v2/~/**', 'old'],
  ['registry-head', 'HEAD /v2/~/**', 'old'],
  ['ips', 'GET /v1/apps/~/ip_assignments', 'old'],
  ['secrets-get', 'GET /v1/apps/~/secrets', 'old'],
  ['secrets-set', 'POST /v1/apps/~/secrets', 'old'],
  ['list', 'GET /v1/apps/~/machines', 'old'],
  ['read', 'GET /v1/apps/~/machines/*', 'by hand'],
  ['lease', 'POST /v1/apps/~/machines/*/lease', 'old'],
  ['release', 'DELETE /v1/apps/~/machines/*/lease', 'new'],
  ['cordon', 'POST /v1/apps/~/machines/*/cordon', 'old'],
  ['update', 'POST /v1/apps/~/machines/*', 'old'],
  ['uncordon', 'POST /v1/apps/~/machines/*/uncordon', 'by hand'],
] as const;

const KINDS = [
  ['error', 'status=500'],
  ['rate-limit', 'times=3'],
  ['lost-answer', 'times=1'],
] as const;

const TABLE = ROUTES.flatMap(([what, route, lasting]) =>
  KINDS.map(([kind, setting]) => ({ what, route, kind, setting, ends: kind === 'error' ? lasting : 'new' })),
);

describe.concurrent('a whole deployment that meets', () => {
  test.each(TABLE)('$kind on $route ends $ends', async ({ what, route, kind, setting, ends }) => {
    const name = `${kind}-${what}`;
    const app = await rig.deployed(name);
    const clear = rig.fault(kind, ...route.replace('~', name).split(' '), setting);
    const attempt = await rig.deploy(app, 'r-2');
    expect(clear()).toBeGreaterThan(0);
    expect(attempt.error === null, String(attempt.error)).toBe(ends === 'new');
    expect(attempt.undoError === null, String(attempt.undoError)).toBe(ends !== 'by hand');
    if (ends === 'by hand') await expectNamed(attempt, name);
    expect(await rig.summary(name)).toEqual(ends === 'new' ? ALL_NEW : ALL_OLD);
    await rig.leasesEnd(name);
  });

  test.each(['error', 'lost-answer', 'rate-limit'])(
    '%s on the way of creations makes no machine twice, and leaves none behind',
    async (kind) => {
      const name = `create-${kind}`;
      const app = await rig.deployed(name, { strategy: 'bluegreen' });
      const clear = rig.fault(
        kind,
        'POST',
        `/v1/apps/${name}/machines`,
        ...(kind === 'error' ? ['status=500'] : ['times=2']),
      );
      const { error, undoError } = await rig.deploy(app, 'r-2');
      expect(clear()).toBeGreaterThan(0);
      expect(error === null).toBe(kind !== 'error');
      expect(undoError).toBeNull();
      expect(await rig.summary(name)).toEqual(kind === 'error' ? ALL_OLD : ALL_NEW);
    },
  );

  test('logs that cannot be read fails for what went wrong, and says only that much less', async () => {
    const app = await rig.deployed('no-logs');
    const clear = rig.fault('error', 'GET', '/api/v1/apps/no-logs/logs', 'status=500');
    const { error, undoError } = await rig.deploy(app, 'r-2', { EXIT_CODE: '3' });
    expect(clear()).toBeGreaterThan(0);
    expect(error).toMatchObject({ code: 'DEPLOY_EXITED', output: [] });
    expect(undoError).toBeNull();
    expect(await rig.summary('no-logs')).toEqual(ALL_OLD);
  });
});

describe.concurrent('a machine that', () => {
  test('cannot boot any more, neither release, is named with its command and put back when it can', async () => {
    const app = await rig.deployed('no-boot');
    const clear = rig.fault('boot-failure', 'no-boot');
    const attempt = await rig.deploy(app, 'r-2');
    expect(attempt.error?.code).toBe('DEPLOY_EXITED');
    const [changed] = (await rig.fly.machines('no-boot')).filter(({ state }) => state === 'failed');
    expect(attempt.undoError?.output.join('\n')).toContain(`machine ${changed?.id} in iad is not back`);
    clear();
    await expectNamed(attempt, 'no-boot');
    expect(await rig.summary('no-boot')).toEqual(ALL_OLD);
  });

  test('loses its lease names who took it, also where that one is done before it could be tried again', async () => {
    const app = await rig.deployed('thief');
    rig.when('POST', /\/v1\/apps\/thief\/machines\/\w+$/, () => {
      rig.fault('lease-stolen', 'thief', 'delay=20ms', 'times=1');
    });
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(error?.code).toBe('PROVIDER_CONFLICT');
    expect(error?.message).toContain('held by somebody-else');
    expect(undoError).toBeNull();
    expect(await rig.summary('thief')).toEqual(ALL_OLD);
  });

  test('crashes in its turn, before it is changed, gets the new release all the same', async () => {
    const app = await rig.deployed('crash-turn');
    const pids: boolean[] = [];
    await whenSecondIsLeased('crash-turn', async (_, second) => {
      pids.push(rig.fly.service.crashMachine('crash-turn', second));
      await until(async () => (await rig.summary('crash-turn')).some((line) => line !== 'started r-1'));
    });
    const { error } = await rig.deploy(app, 'r-2');
    expect(pids).toEqual([true]);
    expect(error).toBeNull();
    expect(await rig.summary('crash-turn')).toEqual(ALL_NEW);
  });

  test('crashes after it was changed fails the deployment, and what it ran is put back', async () => {
    const app = await rig.deployed('crash-new');
    const clear: (() => number)[] = [];
    const changed = await whenSecondIsLeased('crash-new', async (first) => {
      clear.push(rig.fault('crash', first));
      rig.fly.service.crashMachine('crash-new', first);
      await until(async () => !(await rig.summary('crash-new')).includes('started r-2'));
      rig.when('POST', new RegExp(`/${first}$`), () => clear.forEach((end) => end()));
    });
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(error?.code).toBe('DEPLOY_NOT_CONVERGED');
    expect(error?.message).toContain(`machine ${changed.first} in iad`);
    expect(undoError).toBeNull();
    expect(await rig.summary('crash-new')).toEqual(ALL_OLD);
  });

  test('fails again while the last one is proven does not pass for healthy', async () => {
    const app = await rig.deployed('relapse');
    const clear: (() => number)[] = [];
    const changed = await whenSecondIsLeased('relapse', async (first) => {
      clear.push(rig.fault('unhealthy', first));
      await until(async () => (await rig.summary('relapse')).includes('started r-2 unhealthy'));
      // What is put back is healthy again.
      rig.when('POST', new RegExp(`/${first}$`), () => clear.forEach((end) => end()));
    });
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(error?.code).toBe('DEPLOY_NOT_CONVERGED');
    expect(error?.message).toContain(`machine ${changed.first} in iad`);
    expect(error?.message).toContain('is not healthy any more');
    expect(undoError).toBeNull();
    expect(await rig.summary('relapse')).toEqual(ALL_OLD);
  });
});

describe.concurrent('a host that cannot be reached', () => {
  test('before a deployment: another machine is made, the lost one is told of, and goes with the next deployment', async () => {
    const app = await rig.deployed('lost');
    const [lost = ''] = await machineIds('lost');
    const clear = rig.fault('host-unreachable', lost);
    const { error, lines } = await rig.deploy(app, 'r-2');
    expect(error).toBeNull();
    expect(lines).toContain(
      `iad: the host of machine ${lost} cannot be reached; another machine takes its place`,
    );
    expect(lines.join('\n')).toContain(`fly machine destroy --force ${lost} -a lost`);
    expect(await rig.summary('lost')).toEqual(['started r-1 unhealthy lost', ...ALL_NEW]);
    const intended = { environment: 'staging', apps: [app] };
    expect(await rig.platform.findProblems(intended)).toEqual([
      expect.objectContaining({ code: 'PROVIDER_HOST_UNREACHABLE', severity: 'warning' }),
    ]);
    clear();
    expect((await rig.deploy(app, 'r-3')).error).toBeNull();
    expect(await rig.summary('lost')).toEqual(['started r-3', 'started r-3']);
  });

  test('and is back before the end: its machine goes, for another serves in its place', async () => {
    const app = await rig.deployed('back');
    const [lost = ''] = await machineIds('back');
    const clear = rig.fault('host-unreachable', lost);
    rig.when('POST', /\/back\/machines\/[^/]+$/, () => void clear());
    const { error, lines } = await rig.deploy(app, 'r-2');
    expect(error).toBeNull();
    expect(lines.join('\n')).toContain(`machine ${lost} removed, its host is back`);
    expect(await rig.summary('back')).toEqual(ALL_NEW);
  });

  test('stops an app with a volume before anything is changed: its data are on that host', async () => {
    const volume = {
      name: 'data',
      path: '/data',
      sizeGb: 1,
      snapshotRetentionDays: null,
      isEphemeral: false,
    };
    const app = await rig.deployed('held', { volume });
    const [lost = ''] = await machineIds('held');
    const clear = rig.fault('host-unreachable', lost);
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(error).toMatchObject({
      code: 'PROVIDER_HOST_UNREACHABLE',
      message: expect.stringContaining(lost),
      hint: expect.stringContaining(`fly machine destroy --force ${lost} -a held`),
    });
    expect(undoError).toBeNull();
    const intended = { environment: 'staging', apps: [app] };
    expect(await rig.platform.findProblems(intended)).toEqual([
      expect.objectContaining({ code: 'PROVIDER_HOST_UNREACHABLE', severity: 'error' }),
    ]);
    clear();
    expect(await rig.summary('held')).toEqual(ALL_OLD);
  });

  test('in the middle, of a machine that was not changed yet: the others are put back, and nothing is left', async () => {
    const app = await rig.deployed('midway');
    const clear: (() => number)[] = [];
    const changed = await whenSecondIsLeased('midway', (_, second) => {
      clear.push(rig.fault('host-unreachable', second));
    });
    const { error, undoError, lines } = await rig.deploy(app, 'r-2');
    expect(error).toMatchObject({
      code: 'PROVIDER_HOST_UNREACHABLE',
      message: expect.stringContaining(changed.second),
    });
    expect(undoError).toBeNull();
    expect(lines).toContain(`iad: machine ${changed.second} is as it was, on a host that cannot be reached`);
    clear.forEach((end) => end());
    expect(await rig.summary('midway')).toEqual(ALL_OLD);
  });

  test('in the middle, of a machine that was changed: it is named with its command, and the next deployment mends it', async () => {
    const app = await rig.deployed('stuck');
    const clear: (() => number)[] = [];
    const changed = await whenSecondIsLeased('stuck', (first, second) => {
      clear.push(rig.fault('host-unreachable', first), rig.fault('boot-failure', second, 'times=1'));
    });
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(error?.code).toBe('DEPLOY_EXITED');
    expect(undoError).toMatchObject({
      code: 'RUN_UNDO_FAILED',
      hint: expect.stringContaining(`fly machine update ${changed.first} -a stuck --image`),
    });
    expect(undoError?.output.join('\n')).toContain('on a host that cannot be reached');
    expect(await rig.summary('stuck')).toEqual(['started r-1', 'started r-2 unhealthy lost']);
    clear.forEach((end) => end());
    expect((await rig.deploy(app, 'r-3')).error).toBeNull();
    expect(await rig.summary('stuck')).toEqual(['started r-3', 'started r-3']);
  });

  test('is left out when machines are counted by hand', async () => {
    const app = await rig.deployed('counted');
    const [lost = ''] = await machineIds('counted');
    const clear = rig.fault('host-unreachable', lost);
    const scale = { app, platformName: 'counted', counts: { iad: 2 }, vm: null };
    const { created } = await rig.platform.scale(scale, new TestWork({ key: 'run-2/scale' }));
    expect(created).toHaveLength(1);
    expect(await rig.summary('counted')).toEqual([
      'started r-1',
      'started r-1',
      'started r-1 unhealthy lost',
    ]);
    clear();
  });
});

describe('a region without room', () => {
  const TWO_REGIONS = [
    { region: 'iad', count: 2 },
    { region: 'sjc', count: 1 },
  ];

  test('lets machines be updated in their places', async () => {
    const app = await rig.deployed('full-rolling');
    const clear = rig.fault('no-capacity', 'iad');
    expect((await rig.deploy(app, 'r-2')).error).toBeNull();
    clear();
    expect(await rig.summary('full-rolling')).toEqual(ALL_NEW);
  });

  test.each([
    ['of another colour', 'full-colours', 'iad', { strategy: 'bluegreen' }],
    ['beside the one that serves alone', 'full-alone', 'iad', { regions: [{ region: 'iad', count: 1 }] }],
    ['in a region that is new', 'full-region', 'sjc', { regions: TWO_REGIONS }],
  ] as const)('refuses a machine %s, and everything is put back', async (_, name, region, more) => {
    const start = name === 'full-region' ? {} : more;
    await rig.deployed(name, start);
    const before = await rig.summary(name);
    const clear = rig.fault('no-capacity', region);
    const app = testApp(name, {
      ...more,
      regions: [...(('regions' in more ? more.regions : undefined) ?? [{ region: 'iad', count: 2 }])],
    });
    const { error, undoError } = await rig.deploy(app, 'r-2');
    expect(clear()).toBeGreaterThan(0);
    expect(error).toMatchObject({
      code: 'PROVIDER_QUOTA',
      message: expect.stringContaining(`a new machine of app ${name} in ${region}`),
      hint: expect.stringContaining('choose another region or a smaller machine'),
    });
    expect(undoError).toBeNull();
    expect(await rig.summary(name)).toEqual(before);
  });
});

interface Order {
  readonly first: string;
  readonly second: string;
}

/** The path of an update. */
function updateOf(app: string): RegExp {
  return new RegExp(`/${app}/machines/[^/]+$`);
}

/** Of two machines, lets something happen when the second is about to be leased; tells which is which once they are changed. */
async function whenSecondIsLeased(
  app: string,
  then: (first: string, second: string) => Promise<void> | void,
): Promise<Order> {
  const ids = await machineIds(app);
  const order = { first: '', second: '' };
  rig.when('POST', updateOf(app), (path) => {
    order.first = path.split('/').at(-1) ?? '';
    order.second = ids.find((id) => id !== order.first) ?? '';
    rig.when('POST', new RegExp(`/${order.second}/lease$`), () => then(order.first, order.second));
  });
  return order;
}

async function machineIds(app: string): Promise<string[]> {
  return (await rig.fly.machines(app)).map(({ id }) => id);
}

/** Each machine that is not back is named with its command; once the platform answers again, putting back goes through. */
async function expectNamed({ undoError, undoAgain }: Attempt, app: string): Promise<void> {
  expect(undoError?.code).toBe('RUN_UNDO_FAILED');
  expect(undoError?.hint).toContain(`-a ${app}`);
  await undoAgain();
}
