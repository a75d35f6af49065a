import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalPostgresRig, makeTemplate, query, until } from '../support/local-postgres-rig.ts';

const IS_ROOT = process.getuid?.() === 0;

let template: string;

beforeAll(async () => {
  template = await makeTemplate();
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

  test('of the schema alone has everything but rows, and its past has none either', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await service.createDatabase('main', 'other');
    const url = service.connectionUrl('main');
    await query(
      url,
      `create extension citext;
       create table person (id serial primary key, name citext not null, boss int references person);
       create table visit (person int references person on delete restrict, at date) partition by range (at);
       create table visit_2026 partition of visit for values from ('2026-01-01') to ('2027-01-01');
       create sequence ticket; create materialized view names as select name from person;
       create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger no before truncate on person execute function no();
       insert into person (name) select 'p' || n from generate_series(1, 500) n;
       insert into visit values (1, '2026-02-02');
       select nextval('ticket'), lo_from_bytea(0, 'secret');
       refresh materialized view names; analyze;`,
    );
    await query(service.connectionUrl('main', { database: 'other' }), 'create table far as select 1 as n');
    const started = Date.now();
    const { origin } = await service.branch({ id: 'bare', from: 'main', schemaOnly: true });
    expect(origin).toMatchObject({ parent: 'main' });
    const [row] = await query(
      service.connectionUrl('bare'),
      `select (select count(*)::int from person) as people, (select count(*)::int from visit) as visits,
              nextval('person_id_seq')::int as next_person, nextval('ticket')::int as next_ticket,
              (select relispopulated from pg_class where relname = 'names') as has_names,
              (select count(*)::int from pg_largeobject_metadata) as objects,
              (select count(*)::int from pg_stats where schemaname = 'public') as told,
              (select count(*)::int from pg_trigger where tgname = 'no') as triggers`,
    );
    expect(row).toEqual({
      people: 0,
      visits: 0,
      next_person: 1,
      next_ticket: 1,
      has_names: false,
      objects: 0,
      told: 0,
      triggers: 1,
    });
    const far = service.connectionUrl('bare', { database: 'other' });
    expect(await query(far, 'select count(*)::int as n from far')).toEqual([{ n: 0 }]);
    expect(service.window('bare').from).toBeGreaterThan(started);
    expect(await query(url, 'select count(*)::int as n from person')).toEqual([{ n: 500 }]);
  });

  test('of a suspended source leaves it suspended, and takes no memory itself', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    await service.suspend('main');
    await service.branch({ id: 'copy', from: 'main' });
    await until(() => service.get('main')?.state === 'suspended');
    expect(await rig.postmasters()).toEqual([]);
    expect((await service.list()).map(({ memoryBytes }) => memoryBytes)).toEqual([null, null]);
    expect(await query(service.connectionUrl('copy'), 'select number from note')).toEqual([{ number: 7 }]);
  });

  test('is returned as it is when it is asked for again, and no other takes its name', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    const made = await Promise.all([1, 2].map(() => service.branch({ id: 'copy', from: 'main' })));
    expect(made[1]).toEqual(made[0]);
    await expect(service.branch({ id: 'main', from: 'copy' })).rejects.toMatchObject({
      code: 'PROVIDER_CONFLICT',
    });
    await expect(service.branch({ id: 'x', from: 'gone' })).rejects.toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
    });
    expect((await rig.clusters()).sort()).toEqual(['copy', 'main']);
  });

  test('goes on when its source is renamed or removed', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    const { port } = await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    await service.branch({ id: 'copy', from: 'main' });
    await service.rename('main', 'trunk');
    expect(service.get('main')).toBeNull();
    expect(service.get('trunk')?.port).toBe(port);
    expect(service.get('copy')?.origin?.parent).toBe('trunk');
    // The name is free again.
    await service.create({ id: 'main', database: 'main' });
    await service.destroy('trunk');
    expect(service.get('copy')?.origin?.parent).toBeNull();
    await service.close({ stop: true });
    const next = await rig.open();
    expect((await next.list()).map(({ id }) => id)).toEqual(['copy', 'main']);
    expect(await query(next.connectionUrl('copy'), 'select number from note')).toEqual([{ number: 7 }]);
  });

  test.runIf(IS_ROOT)('runs as nobody too, with its past', async (context) => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open({ runMode: 'nobody' }).catch(() => null);
    // A checkout in root's own home cannot be read by anybody else.
    context.skip(service === null);
    assert(service !== null);
    await service.create({ id: 'main', database: 'main' });
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    const past = Date.now() + 1;
    await until(() => Date.now() > past);
    await query(service.connectionUrl('main'), 'drop table note');
    await service.branch({ id: 'now', from: 'main' });
    await service.branch({ id: 'past', from: 'now', at: past });
    expect(await query(service.connectionUrl('past'), 'select number from note')).toEqual([{ number: 7 }]);
  });
});

describe('the service', () => {
  test('tells the end of the log, the same of a server that runs and of one that was stopped', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    const first = await service.lsn('main');
    await query(service.connectionUrl('main'), 'create table note as select 7 as number');
    const second = await service.lsn('main');
    await service.suspend('main');
    const [one, two, three] = [first, second, await service.lsn('main')].map((lsn) =>
      lsn.split('/').reduce((sum, part) => sum * 2 ** 32 + Number.parseInt(part, 16), 0),
    );
    expect(two).toBeGreaterThan(one ?? 0);
    expect(three).toBeGreaterThanOrEqual(two ?? 0);
    expect(service.get('main')?.state).toBe('suspended');
  });

  test('suspends each cluster after a time of its own, and remembers it', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    await service.setIdle('main', 50);
    await until(() => service.get('main')?.state === 'suspended');
    await service.close({ stop: true });
    const next = await rig.open();
    expect(next.get('main')?.idleMs).toBe(50);
    await next.start('main');
    await until(() => next.get('main')?.state === 'suspended');
    await next.setIdle('main', null);
    expect(next.get('main')?.idleMs).toBeNull();
  });

  test('runs work as superuser while others are connected, and a stop waits for it', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    const order: string[] = [];
    let suspending: Promise<unknown> = Promise.resolve();
    await service.withAdmin('main', 'main', async (client) => {
      const { rows } = await client.query<{ super: boolean }>(
        "select current_setting('is_superuser')::bool as super",
      );
      expect(rows).toEqual([{ super: true }]);
      expect(await query(service.connectionUrl('main'), 'select 1 as one')).toEqual([{ one: 1 }]);
      suspending = service.suspend('main').then(() => order.push('suspended'));
      await client.query('select pg_sleep(0.2)');
      order.push('worked');
    });
    await suspending;
    expect(order).toEqual(['worked', 'suspended']);
  });

  test('ended in the midst of a branch, it leaves nothing of it', async () => {
    await using rig = await LocalPostgresRig.in(template);
    const service = await rig.open();
    await service.create({ id: 'main', database: 'main' });
    const branching = service.branch({ id: 'copy', from: 'main' }).catch((error: unknown) => error);
    await until(async () => (await readdir(join(rig.dir, 'clusters', 'copy')).catch(() => [])).length > 1);
    await service.close({ stop: true });
    expect(await branching).toMatchObject({ code: 'CLOUD_NOT_RUNNING' });
    expect(await rig.clusters()).toEqual(['main']);
    expect(await rig.postmasters()).toEqual([]);
  });
});
