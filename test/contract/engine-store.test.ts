import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { JournalStore } from '../../src/engine/journal-store.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { openStateDatabase, STATE_VERSION } from '../../src/engine/state-database.ts';
import { chain, openRig, tempDir } from '../support/engine-rig.ts';
import { describeJournalStore } from './engine-store.suite.ts';

describeJournalStore('an SQLite file', () => {
  const dir = tempDir();
  const file = join(dir.path, 'state.db');
  const store = openSqliteStore(file);
  return {
    store,
    reopen: (): JournalStore => openSqliteStore(file),
    async [Symbol.asyncDispose]() {
      await store.close();
      dir[Symbol.dispose]();
    },
  };
});

describeJournalStore('SQLite in memory', () => {
  const store = openSqliteStore(':memory:');
  return { store, reopen: null, [Symbol.asyncDispose]: () => store.close() };
});

describe('the state file', () => {
  test('is shared with the tables of others, and closed by who opened it', async () => {
    using dir = tempDir();
    const db = openStateDatabase(join(dir.path, 'state.db'));
    db.exec('create table history (id text)');
    const store = openSqliteStore(db);
    await store.close();
    expect(db.isOpen).toBe(true);
    db.close();
    const again = openStateDatabase(join(dir.path, 'state.db'));
    expect(again.prepare('select count(*) as n from history').get()?.['n']).toBe(0);
    again.close();
  });

  test('writes through to the disk with every transaction', () => {
    using dir = tempDir();
    const db = openStateDatabase(join(dir.path, 'state.db'));
    expect(db.prepare('pragma journal_mode').get()?.['journal_mode']).toBe('wal');
    expect(db.prepare('pragma synchronous').get()?.['synchronous']).toBe(2);
    expect(Number(db.prepare('pragma busy_timeout').get()?.['timeout'])).toBeGreaterThanOrEqual(1000);
    db.close();
  });

  test('of a newer version is refused with STORE_UNREADABLE', () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const db = openStateDatabase(file);
    db.exec(`pragma user_version = ${STATE_VERSION + 1}`);
    db.close();
    expect(() => openStateDatabase(file)).toThrow(
      expect.objectContaining({ code: 'STORE_UNREADABLE', hint: expect.stringContaining('Upgrade') }),
    );
  });

  test("that is another program's database is refused with STORE_UNREADABLE", () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const db = new DatabaseSync(file);
    db.exec('create table theirs (id text); pragma user_version = 1');
    db.close();
    expect(() => openStateDatabase(file)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }));
  });

  test.each([
    [
      'text instead of a database',
      (file: string) => writeFileSync(file, 'not a database, just text '.repeat(100)),
    ],
    ['a damaged file', damage],
  ])('with %s is refused with STORE_UNREADABLE', async (_name, spoil) => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    spoil(file);
    const open = async () => {
      const store = openSqliteStore(file);
      try {
        return await store.runs({ lockKey: null, statuses: null, limit: 10 });
      } finally {
        await store.close();
      }
    };
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_UNREADABLE',
      message: expect.stringContaining(file),
    });
  });

  test('in a directory that is not there is refused with STORE_UNREADABLE', () => {
    using dir = tempDir();
    const file = join(dir.path, 'none', 'state.db');
    expect(() => openStateDatabase(file)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }));
  });

  // Root may write everything.
  test.runIf(process.getuid?.() !== 0)(
    'that may not be written is refused with STORE_UNREADABLE',
    async () => {
      using dir = tempDir();
      const file = join(dir.path, 'state.db');
      await openSqliteStore(file).close();
      chmodSync(file, 0o400);
      chmodSync(dir.path, 0o500);
      expect(() => openStateDatabase(file)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }));
      chmodSync(dir.path, 0o700);
    },
  );

  test('that is locked for longer than the busy time-out says STORE_BUSY', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const holder = openStateDatabase(file);
    const db = openStateDatabase(file);
    db.exec('pragma busy_timeout = 20');
    const store = openSqliteStore(db);
    holder.exec('begin immediate');
    await expect(store.transact({ id: 'x' }, () => [])).rejects.toMatchObject({
      code: 'STORE_BUSY',
      retry: 'safe',
    });
    holder.exec('rollback');
    expect(await store.transact({ id: 'x' }, () => [])).toBeNull();
    holder.close();
    db.close();
  });

  test('on a full disk says STORE_DISK_FULL, and the run goes on once there is room', async () => {
    using dir = tempDir();
    const db = openStateDatabase(join(dir.path, 'state.db'));
    const fill = { done: false };
    await using rig = openRig({
      store: openSqliteStore(db),
      leaseMs: 50,
      act: async ({ stepId }) => {
        if (stepId === 'b' && !fill.done) {
          fill.done = true;
          const pages = Number(db.prepare('pragma page_count').get()?.['page_count']);
          db.exec(`pragma max_page_count = ${pages}`);
        }
        return 'x'.repeat(20_000);
      },
    });
    await rig.submit('r', chain('a', 'b', 'c'));
    await expect(rig.work('r')).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
    db.exec('pragma max_page_count = 1000000');
    expect((await rig.work('r')).status).toBe('succeeded');
    expect(rig.did).toEqual(['do a', 'do b', 'do b', 'do c']);
    await rig.engine.close();
    db.close();
  });
});

/** Keeps the header, so that the file opens, and overwrites the pages of its tables. */
function damage(file: string): void {
  const db = openStateDatabase(file);
  db.exec('pragma wal_checkpoint(truncate)');
  db.close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 100);
  writeFileSync(file, bytes);
}
