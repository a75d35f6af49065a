import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areSameFiles, compareFiles, type RanFiles } from './compare-files.ts';

const release = (id: string, at: number, files: Record<string, string>): RanFiles => ({
  release: id,
  commit: id.repeat(7),
  at,
  files,
});

test('a file that ran and says something else now is edited, as of the release that last ran it', () => {
  const ran = [release('c', 3, { 'm/1.sql': 'x', 'm/2.sql': 'y' }), release('a', 1, { 'm/1.sql': 'x' })];
  expect(compareFiles({ 'm/1.sql': 'other', 'm/2.sql': 'y', 'm/3.sql': 'z' }, ran)).toEqual({
    edited: [{ path: 'm/1.sql', release: 'c', commit: 'ccccccc', at: 3 }],
    removed: [],
    renamed: [],
    added: ['m/3.sql'],
  });
});

test('a file that was taken away and comes back with other words is edited still', () => {
  const ran = [release('b', 2, {}), release('a', 1, { 'm/1.sql': 'x' })];
  expect(compareFiles({}, ran).removed.map((file) => file.path)).toEqual(['m/1.sql']);
  expect(compareFiles({ 'm/1.sql': 'y' }, ran).edited.map((file) => file.release)).toEqual(['a']);
});

test.each([
  ['m/2_slow.sql', 'm/2_slower.sql', true],
  ['m/2_slow.sql', 'm/3_slow.sql', true],
  ['prisma/migrations/2_slow/migration.sql', 'prisma/migrations/2_slower/migration.sql', true],
  ['db/migrate/2_slow.rb', 'db/migrate/3_slow.rb', true],
  // These the tool knows all the same.
  ['m/2_slow.sql', 'db/migrations/2_slow.sql', false],
  ['prisma/migrations/2_slow/migration.sql', 'db/migrations/2_slow/migration.sql', false],
  ['db/migrate/2_slow.rb', 'db/migrate/2_slower.rb', false],
  ['db/migration/V2__slow.sql', 'db/migration/V2__slower.sql', false],
])('%s that ran and is called %s now was renamed: %s', (before, after, isRenamed) => {
  const compared = compareFiles({ 'm/1.sql': 'x', [after]: 'y' }, [
    release('a', 1, { 'm/1.sql': 'x', [before]: 'y' }),
  ]);
  const ran = { path: before, release: 'a', commit: 'aaaaaaa', at: 1 };
  expect(compared.renamed).toEqual(isRenamed ? [{ ran, path: after }] : []);
  expect(compared.removed).toEqual(isRenamed ? [] : [ran]);
  expect(compared.added).toEqual(isRenamed ? [] : [after]);
});

test('a file that is there twice, or says something else, was not renamed', () => {
  const ran = [release('a', 1, { 'm/1.sql': 'x' })];
  expect(compareFiles({ 'm/1.sql': 'x', 'm/2.sql': 'x' }, ran)).toMatchObject({
    renamed: [],
    added: ['m/2.sql'],
  });
  expect(compareFiles({ 'm/2.sql': 'y' }, ran)).toMatchObject({ renamed: [], added: ['m/2.sql'] });
});

test('a repeatable migration may change', () => {
  const ran = [release('a', 1, { 'db/migration/R__views.sql': 'x' })];
  expect(compareFiles({ 'db/migration/R__views.sql': 'y' }, ran).edited).toEqual([]);
});

test('nothing is edited where every file is as it last ran, whatever ran before', () => {
  const files = fc.dictionary(fc.constantFrom('1.sql', '2.sql', '3.sql'), fc.constantFrom('x', 'y'));
  fc.assert(
    fc.property(files, fc.array(files), (now, before) => {
      const ran = [now, ...before].map((each, index) => release(String(index), -index, each));
      expect(compareFiles(now, ran).edited).toEqual([]);
      expect(compareFiles(now, ran).added).toEqual([]);
      expect(areSameFiles(now, { ...now })).toBe(true);
    }),
  );
});

test('files are the same only when all of them are there with the same words', () => {
  expect(areSameFiles({ a: '1' }, { a: '1', b: '2' })).toBe(false);
  expect(areSameFiles({ a: '1' }, { a: '2' })).toBe(false);
  expect(areSameFiles({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
});
