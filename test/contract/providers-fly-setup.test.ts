import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { AppPlatform } from '../../src/providers/app-platform.ts';
import { createFlyPlatform } from '../../src/providers/fly/fly-platform.ts';
import type { RememberedSecrets, SecretMemory } from '../../src/providers/fly/secrets/secret-memory.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { deploymentOf, MemoryJournal, ProviderRig, testApp, TestWork } from '../support/fly-rig.ts';
import { waitFor } from '../support/wait-for.ts';

// One service for the file: every test has an app of its own.
let rig: ProviderRig;
let platform: AppPlatform;

beforeAll(async () => {
  rig = await ProviderRig.start();
  platform = rig.platform();
});
afterAll(async () => rig[Symbol.asyncDispose]());

const DATA = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };

interface WireVolume {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly size_gb: number;
  readonly attached_machine_id: string | null;
  readonly snapshot_retention: number;
}

async function volumes(app: string): Promise<WireVolume[]> {
  const answer = await rig.call('GET', `/v1/apps/${app}/volumes`);
  return (await answer.json()) as WireVolume[];
}

/** Machine id → the volume in its config. */
async function mounts(app: string): Promise<Record<string, unknown>> {
  const machines = await rig.machines(app);
  return Object.fromEntries(machines.map((machine) => [machine.id, machine.config['mounts']]));
}

async function deployed(
  name: string,
  more: Partial<ResolvedFlyApp>,
): Promise<{ app: ResolvedFlyApp; image: string; lines: readonly string[] }> {
  const app = testApp(name, more);
  await rig.withoutApp(name);
  await platform.ensureApp(app, name, new TestWork());
  const image = await rig.image(name, 'one');
  const work = new TestWork();
  await platform.deploy(deploymentOf(app, image, 'r-1'), work);
  return { app, image, lines: work.lines };
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.concurrent('volumes', () => {
  test('every machine gets one of its own in its region, also when several are made at once', async () => {
    const regions = [
      { region: 'iad', count: 2 },
      { region: 'fra', count: 1 },
    ];
    await deployed('each-its-own', { volume: DATA, regions });
    const all = await volumes('each-its-own');
    expect(all.map(({ name, region, size_gb }) => `${name} ${region} ${size_gb}`).toSorted()).toEqual([
      'data fra 1',
      'data iad 1',
      'data iad 1',
    ]);
    const byMachine = Object.entries(await mounts('each-its-own'));
    expect(byMachine).toHaveLength(3);
    for (const [machine, mount] of byMachine) {
      const own = all.find((volume) => volume.attached_machine_id === machine);
      expect(mount).toMatchObject([{ volume: own?.id, path: '/data' }]);
    }
  });

  test('stay with their data when machines are removed, are named, and are taken up again', async () => {
    const two = [{ region: 'iad', count: 2 }];
    const { app, image } = await deployed('kept', { volume: DATA, regions: two });
    const before = (await volumes('kept')).map(({ id }) => id).toSorted();
    const fewer = new TestWork({ key: 'run-2/deploy:web' });
    const one = { ...app, regions: [{ region: 'iad', count: 1 }] };
    await platform.deploy(deploymentOf(one, image, 'r-2'), fewer);
    const lone = (await volumes('kept')).find((volume) => (volume.attached_machine_id ?? '') === '');
    expect(fewer.lines.join('\n')).toContain(
      `volume ${lone?.id} (data, 1 GB in iad) stays with its data; destroy it by hand: fly volumes destroy ${lone?.id} -a kept`,
    );
    const more = new TestWork({ key: 'run-3/deploy:web' });
    await platform.deploy(deploymentOf({ ...app, regions: two }, image, 'r-3'), more);
    expect(more.lines.join('\n')).toContain(`volume ${lone?.id} (data, 1 GB) is taken up again`);
    expect((await volumes('kept')).map(({ id }) => id).toSorted()).toEqual(before);
  });

  test('grow and keep their snapshots as written, and are left alone where they would have to shrink', async () => {
    const one = { regions: [{ region: 'iad', count: 1 }] };
    const { app, image } = await deployed('growing', { ...one, volume: { ...DATA, sizeGb: 2 } });
    const larger = new TestWork({ key: 'run-2/deploy:web' });
    const volume = { ...DATA, sizeGb: 4, snapshotRetentionDays: 9 };
    await platform.deploy(deploymentOf({ ...app, volume }, image, 'r-2'), larger);
    expect(await volumes('growing')).toMatchObject([{ size_gb: 4, snapshot_retention: 9 }]);
    expect(larger.lines.join('\n')).toMatch(/extended from 2 GB to 4 GB[\s\S]*snapshots are kept 9 days/);

    const before = await rig.world(['growing']);
    const smaller = platform.deploy(
      deploymentOf({ ...app, volume: { ...DATA, sizeGb: 3 } }, image, 'r-3'),
      new TestWork({ key: 'run-3/deploy:web' }),
    );
    expect(await failure(smaller)).toMatchObject({ code: 'PROVIDER_CONFLICT' });
    const moved = { ...app, volume, regions: [{ region: 'fra', count: 1 }] };
    const elsewhere = platform.deploy(
      deploymentOf(moved, image, 'r-4'),
      new TestWork({ key: 'run-4/deploy:web' }),
    );
    expect((await failure(elsewhere)).message).toMatch(/a volume cannot leave its region/);
    expect(await rig.world(['growing'])).toBe(before);
  });

  test('a creation whose answer is lost makes one volume, and a resumed deployment takes the same', async () => {
    const app = testApp('lost-volume', { volume: DATA, regions: [{ region: 'iad', count: 1 }] });
    await rig.withoutApp('lost-volume');
    await platform.ensureApp(app, 'lost-volume', new TestWork());
    const image = await rig.image('lost-volume', 'one');
    let isLost = false;
    const takeOut = rig.intercept((request, forward) => {
      if (isLost || request.method !== 'POST' || !request.url.endsWith('/lost-volume/volumes')) return null;
      isLost = true;
      return forward().then(() => Promise.reject(new Error('the line broke')));
    });
    const journal = new MemoryJournal();
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork({ journal }));
    takeOut();
    expect(isLost).toBe(true);
    expect(await volumes('lost-volume')).toHaveLength(1);
    await platform.deploy(deploymentOf(app, image, 'r-1'), new TestWork({ journal }));
    expect(await volumes('lost-volume')).toHaveLength(1);
    expect(await rig.machines('lost-volume')).toHaveLength(1);
  });

  test('keep an app from being destroyed, unless they were made to go with it', async () => {
    await deployed('with-data', { volume: DATA, regions: [{ region: 'iad', count: 1 }] });
    const [volume] = await volumes('with-data');
    const refused = await failure(platform.destroyApp('with-data', { isEphemeral: false }, new TestWork()));
    expect(refused.code).toBe('PROVIDER_CONFLICT');
    expect(refused.hint).toContain(`fly volumes destroy ${volume?.id} -a with-data`);
    expect(await rig.machines('with-data')).toHaveLength(1);
    const work = new TestWork();
    await platform.destroyApp('with-data', { isEphemeral: true }, work);
    expect(work.lines[0]).toBe(`volume ${volume?.id} (data, 1 GB in iad) goes with app with-data`);
    await until(async () => (await platform.observeApp('with-data')) === null, 'the app to be gone');
  });
});

describe.concurrent('domains', () => {
  test('get certificates, tell their records until the DNS leads to the app, and are never taken away', async () => {
    const app = testApp('named', { domains: ['www.example.com', '*.example.org'] });
    rig.dns.clear();
    await rig.withoutApp('named');
    await platform.ensureApp(app, 'named', new TestWork());
    const work = new TestWork();
    const [www, wildcard] = await platform.ensureDomains(app, 'named', work);
    expect(www).toMatchObject({ hostname: 'www.example.com', state: 'awaiting-dns' });
    const types = www?.records.map(({ type, name }) => `${type} ${name}`) ?? [];
    expect(types).toContain('A www.example.com');
    expect(types).toContain('AAAA www.example.com');
    expect(types).toContain('CNAME _acme-challenge.www.example.com');
    expect(wildcard).toMatchObject({ hostname: '*.example.org', state: 'awaiting-dns' });
    expect(work.lines).toEqual([
      'www.example.com: a certificate was asked for',
      '*.example.org: a certificate was asked for',
    ]);

    for (const { type, name, value } of [...(www?.records ?? []), ...(wildcard?.records ?? [])]) {
      const now = rig.dns.list()[name] ?? {};
      const key = type.toLowerCase() as 'a' | 'aaaa' | 'cname' | 'txt';
      if (!name.startsWith('*')) rig.dns.set(name, { ...now, [key]: [...(now[key] ?? []), value] });
    }
    const again = new TestWork();
    const fewer = { ...app, domains: ['www.example.com'] };
    expect(await platform.ensureDomains(fewer, 'named', again)).toMatchObject([
      { hostname: 'www.example.com', state: 'issued' },
    ]);
    expect(again.lines).toEqual([
      '*.example.org is no longer in the config but stays; remove it by hand: fly certs remove *.example.org -a named',
    ]);
    expect(
      (await platform.domains('named')).map(({ hostname, state }) => `${hostname} ${state}`).toSorted(),
    ).toEqual(['*.example.org issued', 'www.example.com issued']);
    expect(await platform.domains('nowhere')).toEqual([]);
  });
});

/** Remembers in this process, and fingerprints by what a test can read. */
class TestMemory implements SecretMemory {
  readonly known = new Map<string, RememberedSecrets>();
  fingerprint(app: string, name: string, value: string): Promise<string> {
    return Promise.resolve(`${app}/${name}/${value.length}/${value.at(-1)}`);
  }
  recall(app: string): RememberedSecrets {
    return this.known.get(app) ?? { version: null, secrets: {} };
  }
  remember(app: string, { version, secrets }: RememberedSecrets): void {
    this.known.set(app, { version, secrets: { ...this.recall(app).secrets, ...secrets } });
  }
}

describe.concurrent('secrets', () => {
  test('that are the same are not sent again, where nobody else has set them since', async () => {
    const remembering = createFlyPlatform({ ...rig.options(), secretMemory: new TestMemory() });
    await rig.withoutApp('keyed');
    await platform.ensureApp(testApp('keyed', { port: null, health: null }), 'keyed', new TestWork());
    const set = async (values: Record<string, string>): Promise<[number | null, string[]]> => {
      const work = new TestWork();
      return [await remembering.setSecrets('keyed', values, work), work.lines];
    };
    expect(await set({ A: 'one', B: 'two' })).toEqual([1, ['secrets set: A, B']]);
    expect(await set({ A: 'one', B: 'two' })).toEqual([1, []]);
    expect(await set({ A: 'onf', B: 'two' })).toEqual([2, ['secrets set: A']]);
    // Fly allows only so many changes a second, whoever makes them.
    const by = async (...order: Parameters<typeof rig.call>): Promise<void> =>
      waitFor(async () => expect((await rig.call(...order)).status).toBe(200));
    const body = { values: { B: 'by somebody else' } };
    await by('POST', '/v1/apps/keyed/secrets', body);
    expect(await set({ A: 'onf', B: 'two' })).toEqual([4, ['secrets set: B']]);
    await by('DELETE', '/v1/apps/keyed/secrets/A');
    expect(await set({ A: 'onf', B: 'two' })).toEqual([6, ['secrets set: A']]);
    expect((await remembering.secretNames('keyed'))?.toSorted()).toEqual(['A', 'B']);
    expect(await remembering.secretNames('nowhere')).toBeNull();
  });
});

/** Answers in the place of the platform. */
function answer(path: RegExp, status: number, body: unknown): () => void {
  return rig.intercept((request) =>
    path.test(new URL(request.url).pathname) ? Promise.resolve(Response.json(body, { status })) : null,
  );
}

describe('looking ahead', () => {
  const look = async (app: ResolvedFlyApp) => platform.findProblems({ environment: 'live', apps: [app] });

  test('says nothing of a deployment that can go on, and changes nothing', async () => {
    const before = rig.seen.length;
    expect(await look(testApp('unheard-of'))).toEqual([]);
    const methods = new Set(rig.seen.slice(before).map(({ method }) => method));
    expect([...methods]).toEqual(['GET']);
  });

  test('tells an unknown organization from a token of another one', async () => {
    const app = testApp('org-less', { org: 'no-such-org' });
    const gone = answer(/^\/v1\/apps$/, 404, { error: 'organization not found' });
    expect(await look(app)).toMatchObject([
      {
        code: 'PROVIDER_NOT_FOUND',
        path: 'environments.live.fly.org',
        hint: 'See those there are: fly orgs list',
      },
    ]);
    gone();
  });

  test('tells a name of another organization from a token that may not deploy to an app of its own', async () => {
    const forbidden = answer(/^\/v1\/apps\/mine$/, 403, { error: 'unauthorized' });
    expect(await look(testApp('mine'))).toMatchObject([{ code: 'PROVIDER_CONFLICT' }]);
    const listed = answer(/^\/v1\/apps$/, 200, { apps: [{ name: 'mine' }], total_apps: 1 });
    expect(await look(testApp('mine'))).toMatchObject([
      {
        code: 'PROVIDER_UNAUTHORIZED',
        message: 'The token FLY_API_TOKEN of live lacks a right: deploy to app mine.',
      },
    ]);
    for (const takeOut of [forbidden, listed]) takeOut();
  });

  test('tells a region that is given up, and an app that is in another organization than written', async () => {
    const regions = { nearest: 'iad', regions: [{ code: 'iad', deprecated: true }] };
    const takeOut = answer(/^\/v1\/platform\/regions$/, 200, regions);
    const elsewhere = testApp('moved', { org: 'acme' });
    expect(await look(testApp('new-there'))).toMatchObject([
      { severity: 'error', code: 'CONFIG_INVALID_VALUE' },
    ]);
    takeOut();
    await rig.withoutApp('moved');
    await platform.ensureApp(elsewhere, 'moved', new TestWork());
    const problems = await look({ ...elsewhere, org: 'other' });
    expect(problems).toMatchObject([
      { code: 'PROVIDER_CONFLICT', hint: expect.stringContaining("org: 'acme'") },
    ]);
  });
});
