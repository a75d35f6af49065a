import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { kill, LocalPostgresRig, makeTemplate, query, until } from '../support/local-postgres-rig.ts';

const HOLDER = fileURLToPath(new URL('./cloud-postgres-branch-holder.ts', import.meta.url));

let template: string;

beforeAll(async () => {
  template = await makeTemplate();
});

afterAll(() => rm(template, { recursive: true, force: true }));

/** A cluster `main` whose table `note` held 1 at `past`, and holds 2 now. Nothing runs. */
async function withPast(rig: LocalPostgresRig): Promise<number> {
  const service = await rig.open();
  await service.create({ id: 'main', database: 'main' });
  const url = service.connectionUrl('main');
  await query(url, 'create table note as select 1 as number');
  await query(
    url,
    "create table bulk as select n, repeat('x', 400) as filler from generate_series(1, 20000) n",
  );
  const past = Date.now() + 1;
  await until(() => Date.now() > past);
  await query(url, 'update note set number = 2');
  await service.close({ stop: true });
  return past;
}

async function noteOf(service: PostgresService, id: string): Promise<unknown> {
  return (await query(service.connectionUrl(id), 'select number from note'))[0]?.['number'];
}

/** Every cluster is in a directory of its own, nothing else is there, and no server runs that nobody knows of. */
async function expectOrder(rig: LocalPostgresRig, service: PostgresService): Promise<void> {
  const clusters = await service.list();
  expect(await rig.clusters()).toHaveLength(clusters.length);
  const known = new Set(clusters.map(({ pid }) => pid));
  expect((await rig.postmasters()).filter((pid) => !known.has(pid))).toEqual([]);
  expect(
    (await readdir(join(rig.dir, 'backups')).catch(() => [])).filter((name) => name.startsWith('.')),
  ).toEqual([]);
}

describe('killed with -9', () => {
  // Hardly begun, in the middle of the copy, before the log comes, and as a server works on it.
  const MADE = [
    'cluster.json',
    'data.unfinished-',
    'data/global/pg_control',
    'data/glidepath-first-start.conf',
  ];
  const RUN = [...MADE, 'data/standby.signal', 'data/postmaster.pid', 'data/backup_label.old'];

  test.for([
    ...MADE.map((sign) => ['branch', sign] as const),
    ...['data/postmaster.pid', 'data/backup_label.old'].map((sign) => ['schema', sign] as const),
    ...RUN.slice(1, -1).map((sign) => ['past', sign] as const),
  ])('a %s, at %s, is not there or whole, and made at the next try', async ([what, sign]) => {
    await using rig = await LocalPostgresRig.in(template);
    const past = await withPast(rig);
    const holder = rig.spawn(HOLDER, [rig.dir, what, String(past)]);
    await until(
      async () => holder.exitCode !== null || (await hasSign(join(rig.dir, 'clusters', 'copy'), sign)),
    );
    await kill(holder);
    const service = await rig.open();
    await expectOrder(rig, service);
    expect(await noteOf(service, 'main')).toBe(2);
    const options = { past: { at: past }, schema: { schemaOnly: true }, branch: {} }[what];
    await service.branch({ id: 'copy', from: 'main', ...options });
    expect(await noteOf(service, 'copy')).toBe({ past: 1, schema: undefined, branch: 2 }[what]);
  });

  test.for([
    ['replace', 'data.unfinished-'],
    ['replace', 'data/standby.signal'],
    ['replace', 'data/postmaster.pid'],
    ['replace', 'supersedes'],
    ['reset', 'data/glidepath-first-start.conf'],
    ['reset', 'supersedes'],
  ] as const)('a %s, at %s, leaves the cluster whole, before or after', async ([what, sign]) => {
    await using rig = await LocalPostgresRig.in(template);
    const past = await withPast(rig);
    const holder = rig.spawn(HOLDER, [rig.dir, what, String(past)]);
    await until(async () => {
      const made = await replacementOf(rig);
      return holder.exitCode !== null || (made !== null && (await hasSign(made, sign)));
    });
    await kill(holder);
    const service = await rig.open();
    await expectOrder(rig, service);
    const isReplaced = (await noteOf(service, 'main')) === 1;
    if (sign === 'supersedes') expect(isReplaced).toBe(true);
    if (!isReplaced) expect(service.get('old')).toBeNull();
    else if (what === 'replace') expect(await noteOf(service, 'old')).toBe(2);
    const ids = (await service.list()).map(({ id }) => id).sort();
    expect(ids).toEqual(isReplaced && what === 'replace' ? ['main', 'old'] : ['main']);
  });

  test('a suspend is finished or undone', async () => {
    await using rig = await LocalPostgresRig.in(template);
    await withPast(rig);
    const holder = rig.spawn(HOLDER, [rig.dir, 'suspend']);
    await once(holder.stdout ?? holder, 'data');
    await kill(holder);
    const service = await rig.open();
    expect(await noteOf(service, 'main')).toBe(2);
    await expectOrder(rig, service);
  });
});

/** Whether a directory has a file, or one whose name begins so; or whether the record in it supersedes another. */
async function hasSign(dir: string, sign: string): Promise<boolean> {
  if (sign === 'supersedes')
    return /"supersedes": \{/.test(await readFile(join(dir, 'cluster.json'), 'utf8').catch(() => ''));
  if (!sign.endsWith('-')) return existsSync(join(dir, sign));
  return (await readdir(dir).catch(() => [])).some((name) => name.startsWith(sign));
}

/** The directory in which what takes the place of `main` is made; null before it is begun. */
async function replacementOf(rig: LocalPostgresRig): Promise<string | null> {
  const made = (await rig.clusters()).find((name) => name.startsWith('main.') && !name.endsWith('.removed'));
  return made === undefined ? null : join(rig.dir, 'clusters', made);
}

describe('on a full disk', () => {
  test('a branch is refused, leaves nothing, and the source goes on serving (STORE_DISK_FULL)', async (context) => {
    const disk = await mkdtemp(join(tmpdir(), 'glidepath-disk-'));
    const run = promisify(execFile);
    // Only root may, and not in every container.
    const isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=170m,mode=755', 'tmpfs', disk]).then(
      () => true,
      () => false,
    );
    try {
      context.skip(!isMounted);
      await using rig = await LocalPostgresRig.in(template, disk);
      const service = await rig.open();
      await service.create({ id: 'main', database: 'main' });
      const url = service.connectionUrl('main');
      await query(url, 'create table note as select 1 as number');
      for (const attempt of [
        service.branch({ id: 'one', from: 'main' }),
        service.branch({ id: 'two', from: 'main' }),
      ])
        await attempt.catch(() => undefined);
      const refused = service.branch({ id: 'three', from: 'main' });
      await expect(refused).rejects.toMatchObject({
        code: 'STORE_DISK_FULL',
        message: expect.stringMatching(/MB more are needed/) as unknown,
      });
      const past = { from: 'main', at: Date.now(), preserveAs: null };
      await expect(service.replace('main', past)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
      await expectOrder(rig, service);
      await query(url, 'insert into note values (2)');
      expect(await query(url, 'select sum(number)::int as sum from note')).toEqual([{ sum: 3 }]);
    } finally {
      if (isMounted) await run('umount', ['--lazy', disk]);
      await rm(disk, { recursive: true, force: true });
    }
  });
});
