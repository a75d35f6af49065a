import { describe, expect, test } from 'vitest';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import type { ConnectionPurpose, DatabasePlatform } from '../../src/providers/database-platform.ts';
import { withPostgres } from '../../src/providers/postgres/connect-postgres.ts';
import { systemClock } from '../../src/util/clock.ts';
import { MemoryJournal, TestWork } from '../support/fly-rig.ts';
import { anewAfterFailure } from '../support/anew-after-failure.ts';

/** A database platform under test. What it cannot do is refused with PROVIDER_NOT_SUPPORTED, which is tested too. */
export interface PlatformUnderTest extends AsyncDisposable {
  readonly platform: DatabasePlatform;
  /** A database of that name which nothing was made of yet; one that somebody else runs is there already. */
  database(name: string): Promise<ResolvedDatabase>;
}

/** What a platform can do. */
export interface Abilities {
  /** Whether it makes and destroys databases. */
  readonly makes: boolean;
  /** Whether it keeps states by name and goes back to them. */
  readonly restorePoints: boolean;
  /** Whether it goes back to any moment. */
  readonly moments: boolean;
  /** Whether what was there before a restore is kept as a restore point, and can be looked at by its name as a branch can. */
  readonly preserves: { readonly isBranch: boolean } | null;
  readonly branches: boolean;
  /** Whether a branch can have the tables alone. Default: as branches. */
  readonly schemaOnly?: boolean;
}

/** What every database platform must do, over real Postgres. */
export function describeDatabasePlatform(
  name: string,
  abilities: Abilities,
  open: () => Promise<PlatformUnderTest>,
): void {
  describe(`${name} as a database platform`, () => {
    let under: PlatformUnderTest;
    anewAfterFailure(async () => (under = await open()));

    test('a database is made once, answers at its URL, and its password is journaled and logged nowhere', async () => {
      const { platform } = under;
      const database = await under.database('made');
      expect((await platform.observe(database)) === null).toBe(abilities.makes);
      const journal = new MemoryJournal();
      const work = new TestWork({ journal });
      expect(await platform.ensure(database, work)).toEqual({ created: abilities.makes });
      expect(await platform.ensure(database, new TestWork())).toEqual({ created: false });
      expect(await platform.findProblems([database])).toEqual([]);
      const { url, outsideUrl } = await platform.address(database, { use: 'app' });
      expect(await ask(under, database, 'select 6 * 7 as answer')).toEqual([{ answer: 42 }]);
      const password = decodeURIComponent(new URL(outsideUrl ?? url).password);
      expect(password).not.toBe('');
      expect(JSON.stringify([work.lines, ...journal.entries.values()])).not.toContain(password);
      const seen = await platform.observe(database);
      expect(seen).toMatchObject({ state: expect.stringMatching(/^(ready|asleep)$/) as string });
    });

    test.runIf(abilities.makes)('it is among the names of its platform while it is there', async () => {
      const { platform } = under;
      const database = { ...(await under.database('named')), ephemeral: true };
      const name = database.platformName ?? database.name;
      expect(await platform.names(database)).not.toContain(name);
      await platform.ensure(database, new TestWork());
      expect((await platform.names(database)).filter((each) => each === name)).toEqual([name]);
      await platform.destroy(database, new TestWork());
      expect(await platform.names(database)).not.toContain(name);
    });

    test.runIf(abilities.makes)('destroying it twice is no error, and nothing is left', async () => {
      const { platform } = under;
      const database = { ...(await under.database('short-lived')), ephemeral: true };
      await platform.ensure(database, new TestWork());
      if (abilities.restorePoints) await keep(under, database, 'before');
      await platform.destroy(database, new TestWork());
      expect(await platform.observe(database)).toBeNull();
      await platform.destroy(database, new TestWork());
      expect(await platform.restorePoints(database)).toEqual([]);
      await expect(platform.address(database, { use: 'app' })).rejects.toMatchObject({
        code: 'PROVIDER_NOT_FOUND',
      });
    });

    test.runIf(abilities.restorePoints)(
      'a restore point is kept once, listed, and removed once',
      async () => {
        const { platform } = under;
        const database = await made(under, 'kept');
        const expiresAt = systemClock.now() + 3_600_000;
        const first = await keep(under, database, 'one', expiresAt);
        expect(first).toMatchObject({ name: 'one', isOurs: true });
        expect(Math.abs((first.expiresAt ?? expiresAt) - expiresAt)).toBeLessThan(2_000);
        expect(await keep(under, database, 'one', expiresAt)).toEqual(first);
        await keep(under, database, 'two');
        expect((await platform.restorePoints(database)).map(({ name: point }) => point)).toEqual([
          'two',
          'one',
        ]);
        const remove = async (): Promise<unknown> =>
          platform.deleteRestorePoint(database, 'one', new TestWork());
        expect([await remove(), await remove()]).toEqual([{ isGone: true }, { isGone: true }]);
        expect((await platform.restorePoints(database)).map(({ name: point }) => point)).toEqual(['two']);
      },
    );

    test.runIf(abilities.restorePoints)(
      'a restore brings the old rows back at the same URL, and keeps the new ones by name',
      async () => {
        const { platform } = under;
        const database = await made(under, 'restored');
        await ask(under, database, "create table notes (note text); insert into notes values ('old')");
        const before = await platform.address(database, { use: 'app' });
        await keep(under, database, 'before');
        await ask(under, database, "insert into notes values ('new')");
        const target = { kind: 'restore-point', name: 'before' } as const;
        const journal = new MemoryJournal();
        const order = { target, preserveAs: 'restored-kept' };
        const result = await platform.restore(database, order, new TestWork({ journal }));
        expect(await notes(under, database)).toEqual(['old']);
        expect(await platform.address(database, { use: 'app' })).toEqual(before);
        expect(result.preservedAs).toBe(abilities.preserves === null ? null : 'restored-kept');
        // The same step again, as after a crash, does not undo what has happened since.
        await ask(under, database, "insert into notes values ('newer')");
        expect(await platform.restore(database, order, new TestWork({ journal }))).toEqual(result);
        expect(await notes(under, database)).toEqual(['old', 'newer']);
      },
    );

    test.runIf(abilities.preserves !== null)(
      'a restore is undone by going back to what it replaced, which is listed as of the moment of the restore',
      async () => {
        const { platform } = under;
        const database = await made(under, 'undone');
        await ask(under, database, "create table notes (note text); insert into notes values ('old')");
        await keep(under, database, 'before');
        const restore = async (name: string, preserveAs: string): Promise<unknown> =>
          platform.restore(
            database,
            { target: { kind: 'restore-point', name }, preserveAs },
            new TestWork({ key: preserveAs }),
          );
        await ask(under, database, "insert into notes values ('new')");
        const since = systemClock.now();
        await restore('before', 'undone-kept');
        const kept = (await platform.restorePoints(database)).find(
          ({ name: point }) => point === 'undone-kept',
        );
        // Platforms tell whole seconds.
        expect(kept?.at).toBeGreaterThanOrEqual(since - 1_000);
        if (abilities.preserves?.isBranch === true) {
          expect(await notes(under, database, { branch: 'undone-kept' })).toEqual(['old', 'new']);
          expect(await notes(under, database, { restorePoint: 'undone-kept' })).toEqual(['old', 'new']);
        }
        // Whether it goes or has to stay is said as it is.
        const removal = await platform.deleteRestorePoint(database, 'before', new TestWork());
        const names = (await platform.restorePoints(database)).map(({ name: point }) => point);
        expect(names.includes('before')).toBe(!removal.isGone);
        await ask(under, database, "insert into notes values ('newer')");
        await restore('undone-kept', 'second-kept');
        expect(await notes(under, database)).toEqual(['old', 'new']);
        await restore('second-kept', 'third-kept');
        expect(await notes(under, database)).toEqual(['old', 'newer']);
        // Nothing was made from the last.
        const remove = async (): Promise<unknown> =>
          platform.deleteRestorePoint(database, 'third-kept', new TestWork());
        expect([await remove(), await remove()]).toEqual([{ isGone: true }, { isGone: true }]);
        const left = (await platform.restorePoints(database)).map(({ name: point }) => point);
        expect(left).not.toContain('third-kept');
        expect(await notes(under, database)).toEqual(['old', 'newer']);
      },
    );

    test.runIf(abilities.preserves !== null && abilities.makes)(
      'what restores replaced goes with the database',
      async () => {
        const { platform } = under;
        const database = { ...(await under.database('gone')), ephemeral: true };
        await platform.ensure(database, new TestWork());
        await keep(under, database, 'before');
        for (const preserveAs of ['gone-1', 'gone-2'])
          await platform.restore(
            database,
            { target: { kind: 'restore-point', name: 'before' }, preserveAs },
            new TestWork({ key: preserveAs }),
          );
        await platform.destroy(database, new TestWork());
        expect(await platform.observe(database)).toBeNull();
        expect(await platform.restorePoints(database)).toEqual([]);
      },
    );

    test.runIf(abilities.moments)('any moment of the history can be gone back to', async () => {
      const { platform } = under;
      const database = await made(under, 'moments');
      await ask(under, database, "create table notes (note text); insert into notes values ('old')");
      const at = await momentAfter(under, database);
      await ask(under, database, "insert into notes values ('new')");
      const result = await platform.restore(
        database,
        { target: { kind: 'time', at }, preserveAs: 'moments-kept' },
        new TestWork(),
      );
      expect(result.at).toBe(at);
      expect(await notes(under, database)).toEqual(['old']);
      expect(await notes(under, database, { branch: 'moments-kept' })).toEqual(['old', 'new']);
      const seen = await platform.observe(database);
      expect(seen?.restorableFrom).toBeLessThanOrEqual(systemClock.now());
    });

    test.runIf(abilities.moments)(
      'a moment that the history does not have is refused before anything is changed',
      async () => {
        const { platform } = under;
        const database = await made(under, 'plain');
        for (const at of [Date.parse('2001-01-01'), systemClock.now() + 3_600_000]) {
          const target = { kind: 'time', at } as const;
          const asked = platform.restore(database, { target, preserveAs: 'outside-kept' }, new TestWork());
          await expect(asked).rejects.toMatchObject({ code: 'DATABASE_OUTSIDE_WINDOW' });
          const branch = { name: 'outside-copy', at, expiresAt: null };
          await expect(platform.branch(database, branch, new TestWork())).rejects.toMatchObject({
            code: 'DATABASE_OUTSIDE_WINDOW',
          });
        }
        const names = (await platform.branches(database)).map(({ name: branch }) => branch);
        expect(names.filter((branch) => branch.startsWith('outside-'))).toEqual([]);
      },
    );

    test.runIf(abilities.restorePoints)(
      'a restore point that is not there is named with a near one',
      async () => {
        const { platform } = under;
        const database = await made(under, 'plain');
        await keep(under, database, 'before-1');
        const target = { kind: 'restore-point', name: 'before-2' } as const;
        const asked = platform.restore(database, { target, preserveAs: 'plain-kept' }, new TestWork());
        await expect(asked).rejects.toMatchObject({
          code: 'DATABASE_UNKNOWN_RESTORE_POINT',
          hint: expect.stringContaining('before-1') as string,
        });
      },
    );

    test.runIf(abilities.branches)(
      'a branch is a copy that goes its own way, made once and removed once',
      async () => {
        const { platform } = under;
        const database = await made(under, 'source');
        await ask(under, database, "create table notes (note text); insert into notes values ('old')");
        const order = { name: 'copy', expiresAt: systemClock.now() + 3_600_000 };
        const first = await platform.branch(database, order, new TestWork());
        expect(first).toMatchObject({ name: 'copy', parent: database.platformName });
        await ask(under, database, "insert into notes values ('branch')", { branch: 'copy' });
        expect(await platform.branch(database, order, new TestWork())).toEqual(first);
        expect(await notes(under, database)).toEqual(['old']);
        expect(await notes(under, database, { branch: 'copy' })).toEqual(['old', 'branch']);
        const names = (await platform.branches(database)).map(({ name: branch }) => branch);
        expect(names).toEqual(expect.arrayContaining([database.platformName, 'copy']));
        await platform.deleteBranch(database, 'copy', new TestWork());
        await platform.deleteBranch(database, 'copy', new TestWork());
        await expect(platform.address(database, { use: 'app', branch: 'copy' })).rejects.toMatchObject({
          code: 'DATABASE_UNKNOWN_BRANCH',
        });
      },
    );

    test.runIf(canLeaveRows(abilities))(
      'a branch of the schema alone has the tables and no rows',
      async () => {
        const { platform } = under;
        const database = await made(under, 'schema');
        await ask(under, database, "create table notes (note text); insert into notes values ('old')");
        const order = { name: 'schema-copy', schemaOnly: true, expiresAt: null };
        await platform.branch(database, order, new TestWork());
        expect(await notes(under, database, { branch: 'schema-copy' })).toEqual([]);
      },
    );

    test.runIf(abilities.branches)('the branch of the environment itself is not removed as one', async () => {
      const database = await made(under, 'plain');
      const asked = under.platform.deleteBranch(database, database.platformName ?? '', new TestWork());
      await expect(asked).rejects.toMatchObject({ code: 'PROVIDER_CONFLICT' });
      expect(await under.platform.observe(database)).not.toBeNull();
    });

    test('what it cannot do is refused with what to do instead', async () => {
      const { platform } = under;
      const database = await made(under, 'plain');
      const work = new TestWork();
      const time = { kind: 'time', at: systemClock.now() } as const;
      const refused: Promise<unknown>[] = [
        ...(abilities.restorePoints
          ? []
          : [platform.createRestorePoint(database, { name: 'x', expiresAt: null }, work)]),
        ...(abilities.moments ? [] : [platform.restore(database, { target: time, preserveAs: 'x' }, work)]),
        ...(abilities.branches ? [] : [platform.branch(database, { name: 'x', expiresAt: null }, work)]),
        ...(canLeaveRows(abilities)
          ? []
          : [platform.branch(database, { name: 'x', schemaOnly: true, expiresAt: null }, work)]),
      ];
      for (const asked of refused) {
        await expect(asked).rejects.toMatchObject({
          code: 'PROVIDER_NOT_SUPPORTED',
          hint: expect.stringMatching(/\w/) as string,
        });
      }
      await platform.detach(database, 'shop-web', work);
    });
  });
}

function canLeaveRows({ branches, schemaOnly = branches }: Abilities): boolean {
  return schemaOnly;
}

async function made(under: PlatformUnderTest, name: string): Promise<ResolvedDatabase> {
  const database = await under.database(name);
  await under.platform.ensure(database, new TestWork());
  return database;
}

async function keep(
  { platform }: PlatformUnderTest,
  database: ResolvedDatabase,
  name: string,
  expiresAt: number | null = null,
): ReturnType<DatabasePlatform['createRestorePoint']> {
  return platform.createRestorePoint(database, { name, expiresAt }, new TestWork());
}

async function ask(
  { platform }: PlatformUnderTest,
  database: ResolvedDatabase,
  sql: string,
  purpose: Partial<ConnectionPurpose> = {},
): Promise<Record<string, unknown>[]> {
  const { url, outsideUrl } = await platform.address(database, { use: 'direct', ...purpose });
  return withPostgres(outsideUrl ?? url, {}, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  });
}

async function notes(
  under: PlatformUnderTest,
  database: ResolvedDatabase,
  purpose: Partial<ConnectionPurpose> = {},
): Promise<unknown[]> {
  const rows = await ask(under, database, 'select note from notes order by ctid', purpose);
  return rows.map((row) => row['note']);
}

/** A moment after everything that was written, and before everything that will be: by the server's own clock. */
async function momentAfter(under: PlatformUnderTest, database: ResolvedDatabase): Promise<number> {
  const now = async (): Promise<number> => {
    const [row] = await ask(under, database, 'select extract(epoch from clock_timestamp()) * 1000 as now');
    return Math.ceil(Number(row?.['now']));
  };
  const at = await now();
  // A commit in the same millisecond would belong to it.
  while ((await now()) <= at + 1);
  return at;
}
