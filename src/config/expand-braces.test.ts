import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { ALTERNATIVES_MAX, expandBraces } from './expand-braces.ts';

test.each([
  ['a/b', ['a/b']],
  ['a/{b,c}', ['a/b', 'a/c']],
  ['{**/a,b}', ['**/a', 'b']],
  ['a/{b,c/{d,e}}/f', ['a/b/f', 'a/c/d/f', 'a/c/e/f']],
  ['{a,b}-{c,d}', ['a-c', 'a-d', 'b-c', 'b-d']],
  ['x{,.test}.ts', ['x.ts', 'x.test.ts']],
  ['{id}/page.ts', ['{id}/page.ts']],
  ['{1..3}', ['{1..3}']],
  ['{{a,b}}', ['{a}', '{b}']],
  ['{a,b', ['{a,b']],
  ['a}', ['a}']],
])('%s stands for %j', (glob, expected) => {
  expect(expandBraces(glob)).toEqual(expected);
});

test('what stands for very many is not carried through', () => {
  const found = expandBraces('{a,b,c,d}'.repeat(100));
  expect(found.length).toBeGreaterThan(ALTERNATIVES_MAX);
  expect(found.length).toBeLessThan(10 * ALTERNATIVES_MAX);
});

const name = fc.constantFrom('a', 'b', '*', 'a*');
const choice = fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/'));
const braces = fc.array(choice, { minLength: 2, maxLength: 3 }).map((choices) => `{${choices.join(',')}}`);
const glob = fc.array(fc.oneof(name, braces), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));

test('without ** what it stands for matches what picomatch matches with the braces', () => {
  fc.assert(
    fc.property(glob, path, (braced, file) => {
      expect(picomatch([...expandBraces(braced)])(file)).toBe(picomatch(braced)(file));
    }),
    { numRuns: 2_000 },
  );
});
