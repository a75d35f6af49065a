import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import { LocalPostgresRig, query, until } from '../support/local-postgres-rig.ts';

let template: string;

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'glidepath-template-'));
  await chmod(template, 0o755);
  const service = await createPostgresService({ stateDir: template, clock: systemClock });
  await service.create({ id: 'any', database: 'any' });
  await service.close({ stop: true });
});

afterAll(() => rm(template, { recursive: true, force: true }));

describe('a branch', () => {
  test('has all databases, logins with their passwords and rows, on a port of its own, and is apart', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'shop', user: 'keeper' });
    await service.createDatabase('main', 'stock');
    await service.createUser('main', 'watcher', 'reader');
    await query(service.connectionUrl('main'), 'create table item as select 7 as number');
    await query(
      service.connectionUrl('main', { database: 'stock' }),
      'create table shelf as select 8 as number',
    );

    const branch = await service.branch({ id: 'staging', from: 'main' });
    expect(branch).toMatchObject({
      id: 'staging',
      state: 'suspended',
      pid: null,
      databases: ['shop', 'stock'],
    });
    expect(branch.origin).toMatchObject({
      parent: 'main',
      lsn: expect.stringMatching(/^0\/[0-9A-F]+$/) as unknown,
    });
    expect(branch.port).not.toBe(service.get('main')?.port);
    expect(await query(service.connectionUrl('staging'), 'select number from item')).toEqual([{ number: 7 }]);
    const asWatcher = service.connectionUrl('staging', { user: 'watcher', database: 'stock' });
    expect(await query(asWatcher, 'select number from shelf')).toEqual([{ number: 8 }]);
    expect(service.credentials('staging', 'watcher')).toEqual(service.credentials('main', 'watcher'));

    await query(service.connectionUrl('staging'), 'drop table item');
    await query(service.connectionUrl('main'), 'insert into item values (9)');
    expect(await query(service.connectionUrl('main'), 'select count(*)::int as n from item')).toEqual([
      { n: 2 },
    ]);
  });

  test('of a busy source has every row that was committed before it was asked for, and only whole transactions', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    const url = service.connectionUrl('main');
    await query(url, 'create table pair (id serial primary key, half int, filler text)');
    const writers = [1, 2, 3].map(() => new Client(url));
    await Promise.all(writers.map((writer) => writer.connect()));
    const load = { isWanted: true, committed: 0 };
    const writing = writers.map(async (writer) => {
      for (; load.isWanted; load.committed += 1)
        await writer.query(
          `insert into pair (half, filler) values (1, repeat('x', 900)), (2, repeat('y', 900))`,
        );
    });
    await until(() => load.committed >= 100);
    const before = load.committed;
    await service.branch({ id: 'copy', from: 'main' });
    const after = load.committed;
    load.isWanted = false;
    await Promise.all(writing);
    await Promise.all(writers.map((writer) => writer.end()));
    // It went on meanwhile.
    expect(after).toBeGreaterThan(before);
    const [row] = await query(
      service.connectionUrl('copy'),
      'select count(*) filter (where half = 1)::int as one, count(*) filter (where half = 2)::int as two from pair',
    );
    expect(row?.['one']).toBe(row?.['two']);
    expect(row?.['one']).toBeGreaterThanOrEqual(before);
    expect(row?.['one']).toBeLessThanOrEqual(after + writers.length);
  });
});

describe('a restore', () => {
  test('brings back what there was at a time, in a branch or in place, with what was there kept under a name', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    const { port } = await service.create({ id: 'main', database: 'main' });
    const url = service.connectionUrl('main');
    await query(url, 'create table note as select 1 as number');
    const before = await nextMillisecond();
    await query(url, 'insert into note values (2)');
    await query(url, 'drop table note');

    await service.branch({ id: 'past', from: 'main', at: before });
    expect(await query(service.connectionUrl('past'), 'select number from note')).toEqual([{ number: 1 }]);
    expect(service.get('past')?.origin).toMatchObject({ parent: 'main', at: before });

    await service.replace('main', { from: 'main', at: before, preserveAs: 'main_old' });
    expect(service.get('main')?.port).toBe(port);
    expect(await query(url, 'select number from note')).toEqual([{ number: 1 }]);
    expect(await query(service.connectionUrl('main_old'), "select to_regclass('note') as found")).toEqual([
      { found: null },
    ]);
    // The same past is there still, in both.
    for (const [id, from] of [
      ['again', 'main'],
      ['once-more', 'main_old'],
    ] as const) {
      await service.branch({ id, from, at: before });
      expect(await query(service.connectionUrl(id), 'select number from note')).toEqual([{ number: 1 }]);
    }
  });
});

/** Now, and then the clock shows something else. */
async function nextMillisecond(): Promise<number> {
  const now = Date.now();
  await until(() => Date.now() > now + 1);
  return now + 1;
}
