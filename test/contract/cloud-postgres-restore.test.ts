import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideWindowError } from '../../src/cloud/postgres/branch/outside-window-error.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Clock } from '../../src/util/clock.ts';
import { LocalPostgresRig, makeTemplate, query, until } from '../support/local-postgres-rig.ts';

const HOUR_MS = 3_600_000;

let template: string;

beforeAll(async () => {
  template = await makeTemplate();
});

afterAll(() => rm(template, { recursive: true, force: true }));

describe('a restore', () => {
  test('brings back what there was at a time, in a branch or in place, with what was there kept under a name', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    const { port } = await service.create({ id: 'main', database: 'main' });
    const url = service.connectionUrl('main');
    await query(url, 'create table note as select 1 as number');
    const before = await moment();
    await query(url, 'insert into note values (2)');
    await query(url, 'drop table note');

    await service.branch({ id: 'past', from: 'main', at: before });
    expect(await numbers(service, 'past')).toEqual([1]);
    expect(service.get('past')?.origin).toMatchObject({ parent: 'main', at: before });

    await service.replace('main', { from: 'main', at: before, preserveAs: 'main_old' });
    expect(service.get('main')?.port).toBe(port);
    expect(await numbers(service, 'main')).toEqual([1]);
    expect(await query(service.connectionUrl('main_old'), "select to_regclass('note') as found")).toEqual([
      { found: null },
    ]);
    // The same past is there still, in both.
    for (const [id, from] of [
      ['again', 'main'],
      ['once-more', 'main_old'],
    ] as const) {
      await service.branch({ id, from, at: before });
      expect(await numbers(service, id)).toEqual([1]);
    }
  });

  test('goes to any of many moments, across restores and branches and the end of the source', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note (number int)');
    const add = async (id: string, number: number): Promise<number> => {
      await query(service.connectionUrl(id), `insert into note values (${number})`);
      return moment();
    };
    const one = await add('main', 1);
    const two = await add('main', 2);
    await service.replace('main', { from: 'main', at: one, preserveAs: null });
    const three = await add('main', 3);
    process.kill(service.get('main')?.pid ?? 0, 'SIGKILL');
    await until(() => service.get('main')?.state === 'suspended');
    await service.branch({ id: 'copy', from: 'main' });
    await add('main', 99);
    const four = await add('copy', 4);
    await add('copy', 5);
    await service.destroy('main');
    await service.close({ stop: true });
    const next = await rig.open();
    for (const [at, expected] of [
      [one, [1]],
      [three, [1, 3]],
      [four, [1, 3, 4]],
    ] as const) {
      await next.branch({ id: `at-${at}`, from: 'copy', at });
      expect(await numbers(next, `at-${at}`)).toEqual(expected);
    }
    // That time belongs to a past that was given up.
    await next.branch({ id: 'two', from: 'copy', at: two });
    expect(await numbers(next, 'two')).toEqual([1]);
    expect(await numbers(next, 'copy')).toEqual([1, 3, 4, 5]);
  });

  test('goes to a place in the log', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 1 as number');
    const lsn = await service.lsn('main');
    await query(service.connectionUrl('main'), 'insert into note values (2)');
    await service.branch({ id: 'past', from: 'main', at: { lsn } });
    expect(await numbers(service, 'past')).toEqual([1]);
    const outside = service.branch({ id: 'future', from: 'main', at: { lsn: 'FF/0' } });
    await expect(outside).rejects.toBeInstanceOf(OutsideWindowError);
  });

  test('cuts connections at the end only, and the next one on the same URL finds the other data', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await service.branch({ id: 'copy', from: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 1 as number');
    const client = new Client(service.connectionUrl('copy'));
    let isCut = false;
    client.on('error', () => (isCut = true));
    await client.connect();
    await client.query('create table note as select 8 as number');
    const url = service.connectionUrl('copy');
    await service.replace('copy', { from: 'main', preserveAs: null });
    await until(() => isCut);
    expect(service.connectionUrl('copy')).toBe(url);
    expect(await numbers(service, 'copy')).toEqual([1]);
    expect((await rig.clusters()).length).toBe(2);
  });

  test('has the databases and logins of that time, and of the logins the passwords of today', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await service.createUser('main', 'early', 'reader');
    const before = await moment();
    await service.createUser('main', 'early', 'reader');
    await service.createUser('main', 'late', 'reader');
    await service.createDatabase('main', 'later');
    const { databases, users } = await service.branch({ id: 'past', from: 'main', at: before });
    expect(databases).toEqual(['main']);
    expect(users.map(({ name }) => name)).toEqual(['app', 'early']);
    expect(await query(service.connectionUrl('past', { user: 'early' }), 'select 1 as one')).toEqual([
      { one: 1 },
    ]);
  });
});

describe('the window', () => {
  test('begins when the cluster was made; what is outside is refused, with nothing left', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    const made = Date.now();
    await service.create({ id: 'main', database: 'main' });
    const window = service.window('main');
    expect(window.from).toBeGreaterThanOrEqual(made);
    expect(window.to).toBeGreaterThanOrEqual(window.from);
    for (const at of [made - 1, Date.now() + HOUR_MS]) {
      const refused = await service.branch({ id: 'past', from: 'main', at }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(OutsideWindowError);
      expect(refused).toMatchObject({ clusterId: 'main', at });
      await expect(service.replace('main', { from: 'main', at, preserveAs: null })).rejects.toThrow(
        /is outside of that/,
      );
    }
    expect(await rig.clusters()).toEqual(['main']);
  });

  test('is empty where nothing is to be kept, and no log is archived', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open({ retentionMs: 0 });
    await service.create({ id: 'main', database: 'main' });
    const { from, to } = service.window('main');
    expect(to).toBe(from);
    await query(
      service.connectionUrl('main'),
      'create table note as select 1 as number; select pg_switch_wal()',
    ).catch(() => undefined);
    await service.branch({ id: 'copy', from: 'main' });
    expect(await readdir(join(rig.dir, 'wal')).catch(() => [])).toEqual([]);
    await expect(service.branch({ id: 'past', from: 'main', at: Date.now() - 1 })).rejects.toThrow(
      /is outside/,
    );
  });

  test('moves on: a backup is taken after much log, and what is older is removed unless a branch needs it', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const clock = new LookClock();
    const service = await rig.open({ clock });
    await service.create({ id: 'main', database: 'main' });
    const url = service.connectionUrl('main');
    await query(url, 'create table note as select 1 as number');
    const early = await moment();
    await service.branch({ id: 'copy', from: 'main' });
    // More log than there are data, and more than is replayed in a moment.
    await query(url, 'create table bulk (n int, filler text)');
    for (let round = 0; round < 4; round += 1) {
      await query(url, "insert into bulk select n, repeat('x', 900) from generate_series(1, 24000) n");
      await query(url, 'truncate bulk');
    }
    await clock.look();
    expect(await readdir(join(rig.dir, 'backups'))).toHaveLength(1);
    const late = await moment();
    await query(url, 'insert into note values (2)');
    await service.branch({ id: 'late', from: 'main', at: late });
    expect(await numbers(service, 'late')).toEqual([1]);

    await service.setRetention('copy', 24 * HOUR_MS);
    clock.pass(7 * HOUR_MS);
    await clock.look();
    const archived = async (): Promise<number> =>
      (await readdir(join(rig.dir, 'wal'), { recursive: true })).filter((name) => /[0-9A-F]{24}$/.test(name))
        .length;
    const before = await archived();
    expect(service.window('main').from).toBeGreaterThan(clock.now() - 6 * HOUR_MS - 1_000);
    await expect(service.branch({ id: 'gone', from: 'main', at: early })).rejects.toBeInstanceOf(
      OutsideWindowError,
    );
    // The branch has a longer memory, of the time before it was made as well.
    await service.branch({ id: 'kept', from: 'copy', at: early });
    expect(await numbers(service, 'kept')).toEqual([1]);
    await service.destroy('kept');
    await service.destroy('copy');
    await service.destroy('late');
    expect(await archived()).toBeLessThan(before);
    // What is inside of the window is there.
    await service.branch({ id: 'present', from: 'main', at: clock.now() });
    expect(await numbers(service, 'present')).toEqual([1, 2]);
  });

  test('tells of a gap in the log instead of giving wrong data', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await query(
      service.connectionUrl('main'),
      "create table bulk as select n, repeat('x', 900) as filler from generate_series(1, 9000) n",
    );
    const at = await moment();
    await until(async () => (await readdir(join(rig.dir, 'wal'), { recursive: true })).length > 6);
    const segments = (await readdir(join(rig.dir, 'wal'), { recursive: true })).filter((name) =>
      /[0-9A-F]{24}$/.test(name),
    );
    await service.suspend('main');
    const lost = segments.sort()[1] ?? '';
    await rm(join(rig.dir, 'wal', lost));
    await rm(join(rig.dir, 'clusters', 'main', 'data', 'pg_wal', lost.split('/')[1] ?? ''), { force: true });
    await expect(service.branch({ id: 'past', from: 'main', at })).rejects.toMatchObject({
      code: 'CLOUD_POSTGRES_FAILED',
      message: expect.stringMatching(/has a gap/) as unknown,
    });
    expect(await rig.clusters()).toEqual(['main']);
  });
});

async function numbers(service: PostgresService, id: string): Promise<unknown[]> {
  const rows = await query(service.connectionUrl(id), 'select number from note order by number');
  return rows.map((row) => row['number']);
}

/** A time after all that was done, and before all that comes. */
async function moment(): Promise<number> {
  const then = Date.now() + 1;
  await until(() => Date.now() > then);
  return then;
}

/** Real time, but that long waits end when a test says so, and that hours pass in a moment. */
class LookClock implements Clock {
  #aheadMs = 0;
  #waiting: (() => void)[] = [];

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms !== 30_000) return systemClock.sleep(ms, signal);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  /** One look of whoever looks every half minute; resolves when it is over. */
  async look(): Promise<void> {
    for (const wake of this.#waiting.splice(0)) wake();
    await until(() => this.#waiting.length > 0);
  }
}
