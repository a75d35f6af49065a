import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createHistory } from './history.ts';
import { withStoreErrors } from './with-store-errors.ts';

test('a disk that is full is said when the tables are made, and when something is written to them', () => {
  const full = new DatabaseSync(':memory:');
  full.exec('create table filler (x); pragma max_page_count = 2');
  expect(() => withStoreErrors('state.db', () => createHistory(full))).toThrow(
    expect.objectContaining({ code: 'STORE_DISK_FULL' }),
  );
  const filling = new DatabaseSync(':memory:');
  const history = withStoreErrors('state.db', () => createHistory(filling));
  filling.exec('pragma max_page_count = 1');
  const release = { id: 'r', commit: 'c', ref: 'x'.repeat(20_000), digests: {} };
  expect(() => history.saveRelease(release, 1)).toThrow(expect.objectContaining({ code: 'STORE_DISK_FULL' }));
  expect(history.release('r')).toBeNull();
});
