import { describe, expect } from 'vitest';
import { story } from '../support/story.ts';
import { clearFaults, organizationToken, setFault } from '../../src/cloud/control/client.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import {
  createFlyPostgresPlatform,
  createFlyPostgresReader,
} from '../../src/providers/fly-postgres/fly-postgres-platform.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { DIRECT, flyDatabase, FlyDatabaseRig, queryAt } from '../support/fly-database-rig.ts';
import { MemoryJournal, TestWork } from '../support/fly-rig.ts';

let rig: FlyDatabaseRig;

const step = story(async () => (rig = await FlyDatabaseRig.start()));

describe('an unmanaged cluster', () => {
  step('is made part by part, has no public address, and a login that owns its database', async () => {
    const fly = rig.platform();
    const shop = flyDatabase('shop-staging-db');
    const work = new TestWork({ key: 'run-1/ensure' });
    expect(await fly.observe(shop)).toBeNull();
    expect(await fly.ensure(shop, work)).toEqual({ created: true });
    expect(work.lines.join('\n')).toMatch(/shop-staging-db\.internal, straight to its machine/);
    const { url, outsideUrl } = await fly.address(shop, DIRECT);
    expect(url).toMatch(
      /^postgresql:\/\/shop_staging:[0-9a-f]{64}@shop-staging-db\.internal:5432\/shop_staging\?sslmode=disable$/,
    );
    const rows = await queryAt(
      outsideUrl,
      'create table t (n int); insert into t values (1); select current_user as me, (select rolsuper from pg_roles where rolname = current_user) as super',
    );
    expect(rows).toEqual([{ me: 'shop_staging', super: false }]);
    await expect(queryAt(outsideUrl, 'select * from glidepath.login')).rejects.toThrow();
    const { ips } = (await rig.call('GET', '/v1/apps/shop-staging-db/ip_assignments')) as {
      ips: { ip: string }[];
    };
    expect(ips.map(({ ip }) => ip.startsWith('fdaa:'))).toEqual([true]);
    expect(await fly.observe(shop)).toMatchObject({
      state: 'ready',
      region: 'iad',
      version: 17,
      isProtected: false,
    });
  });

  step('is left as it is by a second time, and its URL stays the same, whoever asks', async () => {
    const shop = flyDatabase('shop-staging-db');
    const before = await rig.platform().address(shop, DIRECT);
    const [machine] = (await rig.call('GET', '/v1/apps/shop-staging-db/machines')) as {
      instance_id: string;
    }[];
    const work = new TestWork({ key: 'run-2/ensure' });
    expect(await rig.platform().ensure(shop, work)).toEqual({ created: false });
    expect(work.lines).toEqual([]);
    expect(await rig.platform().address(shop, DIRECT)).toEqual(before);
    const [after] = (await rig.call('GET', '/v1/apps/shop-staging-db/machines')) as { instance_id: string }[];
    expect(after?.instance_id).toBe(machine?.instance_id);
  });

  step('a deployment that is killed anywhere is gone on with, and nothing is there twice', async () => {
    const shop = flyDatabase('shop-killed-db');
    const journal = new MemoryJournal();
    const kills = await rig.killedAnywhere((fly) =>
      fly.ensure(shop, new TestWork({ key: 'run-3/ensure', journal })),
    );
    expect(kills).toBeGreaterThan(5);
    const { outsideUrl } = await rig.platform().address(shop, DIRECT);
    expect(await queryAt(outsideUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await rig.call('GET', '/v1/apps/shop-killed-db/machines')).toHaveLength(1);
    expect(await rig.call('GET', '/v1/apps/shop-killed-db/volumes')).toHaveLength(1);
  });

  step(
    'no password is in the journal, in a line, in an argument of a process or in the log of the server',
    async () => {
      const shop = flyDatabase('shop-quiet-db');
      const journal = new MemoryJournal();
      const work = new TestWork({ key: 'run-4/ensure', journal });
      const sent: string[] = [];
      const recording = {
        ...rig.options(),
        fetch: (url: string, init?: RequestInit) => {
          sent.push(`${url} ${typeof init?.body === 'string' ? init.body : ''}`);
          return fetch(url, init);
        },
      };
      const fly = createFlyPostgresPlatform(recording);
      await fly.ensure(shop, work);
      const { password } = new URL((await fly.address(shop, DIRECT)).url);
      expect(password).toMatch(/^[0-9a-f]{64}$/);
      const logs = JSON.stringify(await rig.call('GET', '/api/v1/apps/shop-quiet-db/logs'));
      expect(logs).toContain('ready to accept connections');
      const said = JSON.stringify(await rig.call('GET', '/v1/apps/shop-quiet-db/machines'));
      for (const text of [...journal.entries.values(), ...work.lines, ...sent, said, logs])
        expect(text).not.toContain(password);
    },
  );

  step('names and values with quotes in them are no SQL', async () => {
    const fly = rig.platform();
    const shop = flyDatabase('o\'brien"; drop database postgres; --db');
    await expect(fly.ensure(shop, new TestWork({ key: 'run-5/ensure' }))).rejects.toThrow();
    await expect(
      fly.address(flyDatabase('shop-staging-db'), { use: 'app', role: `x'; drop table glidepath.login; --` }),
    ).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(await rig.platform().address(flyDatabase('shop-staging-db'), DIRECT)).toBeDefined();
  });
});

describe('what is written about it', () => {
  step(
    'a larger volume and another size are taken up; a smaller one, another version or region is refused',
    async () => {
      const fly = rig.platform();
      const shop = flyDatabase('shop-staging-db', {
        memoryMb: 512,
        fly: { managed: false, plan: 'basic', volumeGb: 2, version: 17 },
      });
      const before = await fly.address(shop, DIRECT);
      await fly.ensure(shop, new TestWork({ key: 'run-6/ensure' }));
      expect(await rig.call('GET', '/v1/apps/shop-staging-db/machines')).toMatchObject([
        { config: { guest: { memory_mb: 512 } } },
      ]);
      expect(await rig.call('GET', '/v1/apps/shop-staging-db/volumes')).toMatchObject([
        { size_gb: 2, snapshot_retention: 7 },
      ]);
      expect(await queryAt(before.outsideUrl, 'select n from t')).toEqual([{ n: 1 }]);
      const wrong = [
        flyDatabase('shop-staging-db', { memoryMb: 512 }),
        flyDatabase('shop-staging-db', { fly: { managed: false, plan: 'basic', volumeGb: 2, version: 16 } }),
        flyDatabase('shop-staging-db', {
          region: 'fra',
          fly: { managed: false, plan: 'basic', volumeGb: 2, version: 17 },
        }),
        flyDatabase('shop-new-db', { region: 'xyz' }),
      ];
      const problems = await createFlyPostgresReader(rig.options()).findProblems(wrong);
      expect(problems.map(({ path }) => path)).toEqual([
        'databases.main.volume',
        'databases.main.version',
        'databases.main.region',
        'databases.main.region',
      ]);
      for (const one of wrong.slice(0, 3))
        await expect(fly.ensure(one, new TestWork({ key: 'run-7' }))).rejects.toMatchObject({
          code: 'PROVIDER_CONFLICT',
        });
    },
  );

  step('a token of somebody else is told before anything is done', async () => {
    const other = rig.options(undefined, await organizationToken(rig.cloud.info, 'other'));
    const [problem] = await createFlyPostgresReader(other).findProblems([flyDatabase('shop-staging-db')]);
    expect(problem).toMatchObject({ severity: 'error', path: 'databases.main' });
  });
});

describe('one whose host is lost', () => {
  step('is told of before a deployment, shown as failed, and no work is begun on it', async () => {
    const fly = rig.platform();
    const shop = flyDatabase('shop-lost-db');
    await fly.ensure(shop, new TestWork({ key: 'run-12/ensure' }));
    await setFault(rig.cloud.info, {
      kind: 'host-unreachable',
      target: 'shop-lost-db',
      delayMs: 0,
      times: null,
    });
    try {
      const lost = { code: 'PROVIDER_HOST_UNREACHABLE', message: expect.stringContaining('shop-lost-db') };
      expect(await createFlyPostgresReader(rig.options()).findProblems([shop])).toMatchObject([lost]);
      expect((await fly.observe(shop))?.state).toBe('failed');
      const work = new TestWork({ key: 'run-13' });
      const options = { name: 'now', expiresAt: null };
      await expect(fly.createRestorePoint(shop, options, work)).rejects.toMatchObject(lost);
      await expect(fly.branch(shop, options, work)).rejects.toMatchObject(lost);
      await expect(fly.address(shop, DIRECT)).rejects.toMatchObject(lost);
    } finally {
      await clearFaults(rig.cloud.info);
    }
    expect((await fly.observe(shop))?.state).not.toBe('failed');
  });
});

describe('one that sleeps when idle', () => {
  const sleepy = (): ResolvedDatabase =>
    flyDatabase('shop-review-db', { sleep: 'when-idle', ephemeral: true });

  step('is reached through the proxy, sleeps, and a connection wakes it', async () => {
    const fly = rig.platform();
    await fly.ensure(sleepy(), new TestWork({ key: 'run-8/ensure' }));
    const { url, outsideUrl } = await fly.address(sleepy(), DIRECT);
    expect(new URL(url).hostname).toBe('shop-review-db.flycast');
    await until(async () => (await fly.observe(sleepy()))?.state === 'asleep', 'it to sleep');
    expect(await queryAt(outsideUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await fly.observe(sleepy()))?.state).toBe('ready');
  });

  step('its URL is known again while it sleeps, and a restore point wakes nothing', async () => {
    const fly = rig.platform();
    await until(async () => (await fly.observe(sleepy()))?.state === 'asleep', 'it to sleep');
    const point = await fly.createRestorePoint(
      sleepy(),
      { name: 'asleep', expiresAt: null },
      new TestWork({ key: 'p1' }),
    );
    expect(point.name).toBe('asleep');
    expect((await fly.observe(sleepy()))?.state).toBe('asleep');
    expect((await rig.platform().address(sleepy(), DIRECT)).url).toContain('shop_review:');
  });
});
