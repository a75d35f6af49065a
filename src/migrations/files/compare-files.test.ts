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
    added: ['m/3.sql'],
  });
});

test('a file that was taken away and comes back with other words is edited still', () => {
  const ran = [release('b', 2, {}), release('a', 1, { 'm/1.sql': 'x' })];
  expect(compareFiles({}, ran).removed.map((file) => file.path)).toEqual(['m/1.sql']);
  expect(compareFiles({ 'm/1.sql': 'y' }, ran).edited.map((file) => file.release)).toEqual(['a']);
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
