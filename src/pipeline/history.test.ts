import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createHistory } from './history.ts';
import { releaseOf } from './release.ts';

const first = releaseOf('a'.repeat(40), 'main', { web: 'sha256:1' });
const second = releaseOf('b'.repeat(40), 'main', { web: 'sha256:2' });

function open() {
  const history = createHistory(new DatabaseSync(':memory:'));
  for (const [index, release] of [first, second].entries()) history.saveRelease(release, index + 1);
  return history;
}

test('nothing is live before the first record', () => {
  const history = open();
  expect(history.live('staging')).toBeNull();
  expect(history.passed('staging', first.commit)).toBeNull();
});

test('the newest record of an environment is live, and knows what was before it', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  expect(history.live('staging')?.release.id).toBe(second.id);
  expect(history.live('production')).toBeNull();
  expect(history.entries('staging', 10).map((entry) => [entry.release.id, entry.previous])).toEqual([
    [second.id, first.id],
    [first.id, null],
  ]);
});

test('recording twice for one run changes nothing: a resumed step records again', () => {
  const history = open();
  const entry = {
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  };
  history.record(entry);
  history.record(entry);
  expect(history.entries(null, 10)).toHaveLength(1);
});

test('a record taken back leaves what was live before', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  history.unrecord('run-2');
  expect(history.live('staging')?.release.id).toBe(first.id);
});

test('a commit has passed where its release was live, also after a newer one replaced it', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  expect(history.passed('staging', first.commit)?.id).toBe(first.id);
  expect(history.passed('production', first.commit)).toBeNull();
});

test('a history that an older version wrote is read, and goes on', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(`
    create table release (id text primary key, at integer not null, body text not null) strict;
    create table history (
      seq integer primary key, run text not null unique, environment text not null, release text not null,
      action text not null, previous text, at integer not null, by text not null) strict;
    insert into release values ('${first.id}', 1, '${JSON.stringify(first)}');
    insert into history values (1, 'run-1', 'staging', '${first.id}', 'deploy', null, 10, 'ada');
  `);
  for (const history of [createHistory(db), createHistory(db)])
    expect(history.entries('staging', 10)).toMatchObject([
      { release: first, restorePoints: [], migrations: null },
    ]);
  const history = createHistory(db);
  const restorePoints = [{ database: 'main', name: 'before-run-2', at: 15, expiresAt: 99 }];
  history.saveRelease(second, 20);
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
    restorePoints,
    migrations: { main: { 'migrations/1.sql': 'aa' } },
  });
  expect(history.entries('staging', 1)).toMatchObject([
    { runId: 'run-2', restorePoints, migrations: { main: { 'migrations/1.sql': 'aa' } } },
  ]);
});

test('a release that is saved again keeps its files, and gains those of a database that was not known', () => {
  const history = open();
  const migrations = { main: { 'migrations/1.sql': 'aa' } };
  history.saveRelease({ ...first, migrations }, 30);
  history.saveRelease({ ...first, migrations: { stats: { 'stats/1.sql': 'bb' } } }, 40);
  expect(history.release(first.id)?.migrations).toEqual({ ...migrations, stats: { 'stats/1.sql': 'bb' } });
  expect(history.releases(10).find(({ release }) => release.id === first.id)?.at).toBe(1);
});

test('a database that is made again is another one: it is not seeded, and nothing ran on it', () => {
  const history = open();
  const ran = (at: number): boolean => history.ranOnDatabase('review/pr-1', 'main')(at);
  expect([ran(1), history.seededBy('review/pr-1', 'main')]).toEqual([true, null]);
  history.recordSeed('review/pr-1', 'main', 'run-0', 5);
  expect(history.seededBy('review/pr-1', 'main')).toBe('run-0');
  expect(history.seededBy('review/pr-2', 'main')).toBeNull();
  history.newDatabase('review/pr-1', 'main', 'run-1', 10);
  expect([ran(9), ran(10), history.seededBy('review/pr-1', 'main')]).toEqual([false, true, null]);
  history.recordSeed('review/pr-1', 'main', 'run-1', 12);
  history.recordSeed('review/pr-1', 'main', 'run-2', 14);
  expect(history.seededBy('review/pr-1', 'main')).toBe('run-1');
});

test('what ran between a moment and the restore to it, did not run on the data that are there now', () => {
  const history = open();
  history.restoredDatabase('staging', 'main', 10, 20);
  const ran = history.ranOnDatabase('staging', 'main');
  expect([9, 10, 11, 20, 21].map(ran)).toEqual([true, true, false, false, true]);
  expect(history.ranOnDatabase('production', 'main')(15)).toBe(true);
});
