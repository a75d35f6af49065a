import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect } from 'vitest';
import { story } from '../support/story.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import { createHistory } from '../../src/pipeline/history.ts';
import { restoreLoss } from '../../src/pipeline/restore-loss.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { DIRECT, flyDatabase, FlyDatabaseRig, queryAt } from '../support/fly-database-rig.ts';
import { MemoryJournal, TestWork } from '../support/fly-rig.ts';

let rig: FlyDatabaseRig;

const step = story(async () => (rig = await FlyDatabaseRig.start()));

describe('going back', () => {
  const shop = (): ResolvedDatabase => flyDatabase('shop-past-db');

  step(
    'to a restore point: the data are those of then, the URL stays, and what was there is kept',
    async () => {
      const fly = rig.platform();
      await fly.ensure(shop(), new TestWork({ key: 'run-9/ensure' }));
      const { url, outsideUrl } = await fly.address(shop(), DIRECT);
      await queryAt(outsideUrl, "create table t (x text); insert into t values ('then')");
      const point = await fly.createRestorePoint(
        shop(),
        { name: 'before-run-1', expiresAt: null },
        new TestWork({ key: 'p2' }),
      );
      expect(point).toMatchObject({ name: 'before-run-1', isOurs: true });
      expect((point.expiresAt ?? 0) - point.at).toBe(7 * 86_400_000);
      await queryAt(outsideUrl, "update t set x = 'later'");
      const work = new TestWork({ key: 'run-10/restore' });
      const target = { kind: 'restore-point', name: 'before-run-1' } as const;
      const result = await fly.restore(shop(), { target, preserveAs: 'before-restore-1' }, work);
      expect(result).toEqual({ preservedAs: 'before-restore-1', at: point.at });
      expect((await fly.address(shop(), DIRECT)).url).toBe(url);
      expect(await queryAt((await fly.address(shop(), DIRECT)).outsideUrl, 'select x from t')).toEqual([
        { x: 'then' },
      ]);
      expect(work.lines.join('\n')).toMatch(
        /stays in volume vol_\w+ as before-restore-1, which is paid for: it goes with/,
      );
      expect(await rig.call('GET', '/v1/apps/shop-past-db/volumes')).toHaveLength(2);
      expect(await rig.call('GET', '/v1/apps/shop-past-db/machines')).toHaveLength(1);
      expect((await fly.restorePoints(shop())).map(({ name }) => name).toSorted()).toEqual([
        'before-restore-1',
        'before-run-1',
      ]);
    },
  );

  step('says first what would be lost, on a branch of the snapshot that is gone afterwards', async () => {
    const fly = rig.platform();
    const [now, then] = await fly.restorePoints(shop());
    assert(now !== undefined && then !== undefined);
    const { outsideUrl } = await fly.address(shop(), DIRECT);
    await queryAt(outsideUrl, "insert into t values ('new'); create table later (x int)");
    const work = new TestWork({ key: 'run-10/look' });
    const history = createHistory(new DatabaseSync(':memory:'));
    const loss = await restoreLoss(
      {
        databasePlatformOf: () => fly,
        history,
        clock: systemClock,
        random: Math.random,
        hide: () => undefined,
      },
      {
        environment: 'production',
        database: shop(),
        target: { kind: 'restore-point', name: 'before-run-1', at: then.at },
      },
      {
        idempotencyKey: work.idempotencyKey,
        signal: work.signal,
        log: (line) => work.log(line),
        once: async (key, fn) => work.once(key, fn),
        recorded: (key) => work.recorded(key),
      },
    );
    expect(loss.unseen).toBeNull();
    expect(loss.compared?.tables).toEqual([
      { table: 'public.later', now: 0, before: null, isEstimate: false },
      { table: 'public.t', now: 2, before: 1, isEstimate: false },
    ]);
    expect((await fly.branches(shop())).map(({ name }) => name)).toEqual(['shop-past-db']);
    await queryAt(outsideUrl, 'drop table later');
  });

  step('and forth again, to what the restore has kept', async () => {
    const fly = rig.platform();
    const target = { kind: 'restore-point', name: 'before-restore-1' } as const;
    await fly.restore(
      shop(),
      { target, preserveAs: 'before-restore-2' },
      new TestWork({ key: 'run-11/restore' }),
    );
    const { outsideUrl } = await fly.address(shop(), DIRECT);
    expect(await queryAt(outsideUrl, 'select x from t')).toEqual([{ x: 'later' }]);
  });

  step(
    'to a moment or a name that there is not: refused with those that there are, and nothing is changed',
    async () => {
      const fly = rig.platform();
      const machines = await rig.call('GET', '/v1/apps/shop-past-db/machines');
      const [point] = await fly.restorePoints(shop());
      const restore = (target: Parameters<DatabasePlatform['restore']>[1]['target'], key: string) =>
        fly.restore(shop(), { target, preserveAs: 'x' }, new TestWork({ key }));
      await expect(restore({ kind: 'time', at: Date.now() }, 'r1')).rejects.toMatchObject({
        code: 'PROVIDER_NOT_SUPPORTED',
        hint: expect.stringContaining(point?.name ?? '-'),
      });
      await expect(restore({ kind: 'restore-point', name: 'nothere' }, 'r2')).rejects.toMatchObject({
        code: 'DATABASE_UNKNOWN_RESTORE_POINT',
      });
      expect(await rig.call('GET', '/v1/apps/shop-past-db/machines')).toEqual(machines);
    },
  );

  step(
    'where Fly has no room for another machine: what was there goes on, and no volume is left over',
    async () => {
      const volumes = async (): Promise<unknown> => rig.call('GET', '/v1/apps/shop-past-db/volumes');
      const before = await volumes();
      const full = rig.platform(async (url, init) =>
        init?.method === 'POST' && new URL(url).pathname.endsWith('/machines')
          ? Response.json({ error: 'insufficient resources available to fulfill request' }, { status: 422 })
          : fetch(url, init),
      );
      const target = { kind: 'restore-point', name: 'before-run-1' } as const;
      const work = new TestWork({ key: 'run-full/restore' });
      const refused = full.restore(shop(), { target, preserveAs: 'before-restore-full' }, work);
      await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('insufficient') });
      const { outsideUrl } = await rig.platform().address(shop(), DIRECT);
      expect(await queryAt(outsideUrl, 'select x from t')).toEqual([{ x: 'later' }]);
      expect(await rig.call('GET', '/v1/apps/shop-past-db/machines')).toHaveLength(1);
      expect(await volumes()).toHaveLength((before as unknown[]).length);
    },
  );

  step('a restore that is killed anywhere is gone on with to the same end', async () => {
    const journal = new MemoryJournal();
    const target = { kind: 'restore-point', name: 'before-run-1' } as const;
    const volumes = (await rig.call('GET', '/v1/apps/shop-past-db/volumes')) as unknown[];
    const how = { target, preserveAs: 'before-restore-3' };
    const kills = await rig.killedAnywhere((fly) =>
      fly.restore(shop(), how, new TestWork({ key: 'run-12/restore', journal })),
    );
    expect(kills).toBeGreaterThan(5);
    const { outsideUrl } = await rig.platform().address(shop(), DIRECT);
    expect(await queryAt(outsideUrl, 'select x from t')).toEqual([{ x: 'then' }]);
    expect(await rig.call('GET', '/v1/apps/shop-past-db/machines')).toHaveLength(1);
    expect(await rig.call('GET', '/v1/apps/shop-past-db/volumes')).toHaveLength(volumes.length + 1);
  });

  step(
    'what a restore kept is a volume that goes when it is deleted, and is listed only while it is there',
    async () => {
      const fly = rig.platform();
      const ids = async (): Promise<string[]> =>
        ((await rig.call('GET', '/v1/apps/shop-past-db/volumes')) as { id: string }[]).map(({ id }) => id);
      const names = async (): Promise<string[]> => (await fly.restorePoints(shop())).map(({ name }) => name);
      const before = await ids();
      const remove = fly.deleteRestorePoint(shop(), 'before-restore-3', new TestWork({ key: 'd0' }));
      expect(await remove).toEqual({ isGone: true });
      expect(await ids()).toHaveLength(before.length - 1);
      expect(await names()).not.toContain('before-restore-3');
      expect(await names()).toContain('before-restore-2');
      const machines = (await rig.call('GET', '/v1/apps/shop-past-db/machines')) as {
        config: { metadata: Record<string, string>; mounts: { volume: string }[] };
      }[];
      const note = machines[0]?.config.metadata['glidepath_kept_before-restore-2'] ?? '{}';
      const { volume } = JSON.parse(note) as { volume: string };
      await rig.call('DELETE', `/v1/apps/shop-past-db/volumes/${volume}`);
      expect(await names()).not.toContain('before-restore-2');
      const { outsideUrl } = await fly.address(shop(), DIRECT);
      expect(await queryAt(outsideUrl, 'select x from t')).toEqual([{ x: 'then' }]);
    },
  );

  step(
    'what is kept for a time is not listed after it, its name is free, and a deployment removes it',
    async () => {
      const later = rig.platformAt(systemClock.now() + 8 * 86_400_000);
      const volumes = async (): Promise<number> =>
        ((await rig.call('GET', '/v1/apps/shop-past-db/volumes')) as unknown[]).length;
      expect((await rig.platform().restorePoints(shop())).map(({ name }) => name).toSorted()).toEqual([
        'before-restore-1',
        'before-run-1',
      ]);
      expect((await later.restorePoints(shop())).map(({ name }) => name)).toEqual(['before-restore-1']);
      await rig
        .platform()
        .branch(
          shop(),
          { name: 'for-a-day', expiresAt: systemClock.now() + 86_400_000 },
          new TestWork({ key: 'b0' }),
        );
      const before = await volumes();
      await rig.platform().ensure(shop(), new TestWork({ key: 'run-13/ensure' }));
      expect([await volumes(), (await rig.platform().branches(shop())).length]).toEqual([before, 2]);
      const work = new TestWork({ key: 'run-14/ensure' });
      await later.ensure(shop(), work);
      expect(work.lines).toEqual([
        expect.stringContaining('branch for-a-day of shop-past-db'),
        expect.stringContaining('kept as before-restore-1, removed: its time was up'),
      ]);
      expect([await volumes(), (await later.branches(shop())).length]).toEqual([before - 1, 1]);
      const again = { name: 'before-run-1', expiresAt: null };
      const point = await later.createRestorePoint(shop(), again, new TestWork({ key: 'p9' }));
      expect(await rig.platform().restorePoints(shop())).toContainEqual(
        expect.objectContaining({ name: 'before-run-1', at: point.at }),
      );
    },
  );

  step('a restore point that is deleted is forgotten', async () => {
    const fly = rig.platform();
    await fly.deleteRestorePoint(shop(), 'before-run-1', new TestWork({ key: 'd1' }));
    await fly.deleteRestorePoint(shop(), 'before-run-1', new TestWork({ key: 'd2' }));
    expect((await fly.restorePoints(shop())).map(({ name }) => name)).not.toContain('before-run-1');
  });
});

describe('a branch', () => {
  const shop = (): ResolvedDatabase => flyDatabase('shop-past-db');

  step('is a copy beside it that can be written to, and goes without a trace', async () => {
    const fly = rig.platform();
    const expiresAt = Date.now() + 3_600_000;
    const made = await fly.branch(shop(), { name: 'probe-1', expiresAt }, new TestWork({ key: 'b1' }));
    expect(made).toMatchObject({ name: 'probe-1', parent: 'shop-past-db', expiresAt });
    const { url, outsideUrl } = await fly.address(shop(), { use: 'direct', branch: 'probe-1' });
    expect(new URL(url).hostname).toBe('shop-past-db-probe-1.flycast');
    await queryAt(outsideUrl, "update t set x = 'in the branch'");
    const own = await fly.address(shop(), DIRECT);
    expect(await queryAt(own.outsideUrl, 'select x from t')).toEqual([{ x: 'then' }]);
    expect((await fly.branches(shop())).map(({ name }) => name)).toEqual(['shop-past-db', 'probe-1']);
    await fly.deleteBranch(shop(), 'probe-1', new TestWork({ key: 'b2' }));
    await fly.deleteBranch(shop(), 'probe-1', new TestWork({ key: 'b3' }));
    expect((await fly.branches(shop())).map(({ name }) => name)).toEqual(['shop-past-db']);
    expect(rig.cloud.services.fly.hasApp('shop-past-db-probe-1')).toBe(false);
    await expect(fly.address(shop(), { use: 'direct', branch: 'probe-1' })).rejects.toMatchObject({
      code: 'DATABASE_UNKNOWN_BRANCH',
    });
  });

  step('with the tables and no rows; and one whose time is up goes when the next is made', async () => {
    const fly = rig.platform();
    await fly.branch(
      shop(),
      { name: 'empty', schemaOnly: true, expiresAt: Date.now() - 1 },
      new TestWork({ key: 'b4' }),
    );
    const { outsideUrl } = await fly.address(shop(), { use: 'direct', branch: 'empty' });
    expect(await queryAt(outsideUrl, 'select count(*)::int as n from t')).toEqual([{ n: 0 }]);
    await fly.branch(shop(), { name: 'next', expiresAt: null }, new TestWork({ key: 'b5' }));
    expect((await fly.branches(shop())).map(({ name }) => name)).toEqual(['shop-past-db', 'next']);
  });
});

describe('the end', () => {
  step('a detached app comes in no more; attached again it finds its data', async () => {
    const fly = rig.platform();
    const shop = flyDatabase('shop-past-db');
    const { outsideUrl } = await fly.address(shop, DIRECT);
    await fly.detach(shop, 'shop-past', new TestWork({ key: 'e1' }));
    await expect(queryAt(outsideUrl, 'select 1')).rejects.toThrow();
    await fly.ensure(shop, new TestWork({ key: 'e2' }));
    const again = await fly.address(shop, DIRECT);
    expect(again.url).not.toBe(outsideUrl);
    expect(await queryAt(again.outsideUrl, 'select x from t')).toEqual([{ x: 'then' }]);
  });

  step('a destroyed cluster takes its branches along, and is no error the second time', async () => {
    const fly = rig.platform();
    const shop = flyDatabase('shop-past-db');
    await fly.destroy(shop, new TestWork({ key: 'e3' }));
    await fly.destroy(shop, new TestWork({ key: 'e4' }));
    expect(await fly.observe(shop)).toBeNull();
    expect(rig.cloud.services.fly.hasApp('shop-past-db-next')).toBe(false);
    await expect(fly.address(shop, DIRECT)).rejects.toMatchObject({ code: 'PROVIDER_NOT_FOUND' });
  });
});
