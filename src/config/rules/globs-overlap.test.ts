import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { globCovers, globsOverlap, isEverything } from './globs-overlap.ts';

test.each([
  ['dist', 'dist', true],
  ['dist', 'dist/a.js', true],
  ['dist/**', 'dist/a/b.js', true],
  ['dist/*.js', 'dist/*.css', false],
  ['dist/*.js', 'dist/a/*.js', false],
  ['dist', 'dist-web', false],
  ['app-*.tgz', 'app-1.*', true],
  ['app-*.tgz', 'web-*.tgz', false],
  ['**/*.sarif', 'reports/a.sarif', true],
  ['{dist,out}/**', 'out', true],
  ['{dist,out}/**', 'build', false],
  ['a/{b,c/{d,e}}/f', 'a/c/e/f', true],
  ['a/[0-9].log', 'a/7.log', true],
  ['a?', 'ab', true],
  ['a?', 'a', false],
  ['.', 'anything', true],
  ['packages/*/dist', 'packages/web/dist', true],
])('that %s and %s can match one file is %j', (one, other, expected) => {
  expect(globsOverlap(one, other)).toBe(expected);
  expect(globsOverlap(other, one)).toBe(expected);
});

const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '?', '**');
const glob = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'aab'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));

test('globs of which a file matches both always overlap', () => {
  fc.assert(
    fc.property(glob, glob, path, (one, other, file) => {
      const isBoth = picomatch(one)(file) && picomatch(other)(file);
      if (isBoth) expect(globsOverlap(one, other)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('what is covered overlaps with what covers it', () => {
  fc.assert(
    fc.property(glob, glob, (one, other) => {
      if (globCovers(one, other)) expect(globsOverlap(one, other)).toBe(true);
    }),
  );
  expect(globCovers('dist/**', 'dist/a/*.js')).toBe(true);
  expect(globCovers('dist', 'dist')).toBe(true);
  expect(globCovers('dist/*.js', 'dist/a.js')).toBe(false);
  expect(globCovers('dist', 'distance')).toBe(false);
});

test.each(['**', '*', '.', '**/*', '**/**', './', '{src,**}'])('%s is everything', (all) => {
  expect(isEverything(all.replace('./', '.'))).toBe(true);
});

test.each(['dist', 'src/**', '**/*.js', '*.tgz'])('%s is not everything', (some) => {
  expect(isEverything(some)).toBe(false);
});
