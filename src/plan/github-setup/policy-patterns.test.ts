import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesRefPattern } from '../ref-pattern.ts';
import { policyPatterns } from './policy-patterns.ts';

test.each([
  ['main', ['main']],
  ['v*', ['v*']],
  ['v[0-9]+.[0-9]+.[0-9]+', ['v[0-9]*.[0-9]*.[0-9]*']],
  ['release/**', ['release/**/*']],
  ['release-**', ['release-*', 'release-*/**/*']],
  ['**', ['**/*']],
  ['v1?', ['v*']],
  [String.raw`a\*`, [String.raw`a\*`]],
])('%s', (pattern, expected) => {
  expect(policyPatterns(pattern)).toEqual(expected);
});

test('whatever the config lets through, some pattern lets through', () => {
  const letters = fc.constantFrom('a', 'b', '1', '.', '-');
  const atom = fc.oneof(letters, fc.constantFrom('[ab]', '[0-9]'));
  const repeated = fc.tuple(atom, fc.constantFrom('', '', '+', '?')).map((both) => both.join(''));
  const words = fc.array(repeated, { maxLength: 3 }).map((parts) => parts.join(''));
  const segment = fc.tuple(words, fc.constantFrom('', '*', '**'), words).map((parts) => parts.join(''));
  const patterns = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  // Git has no refs with an empty part.
  const word = fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
  const names = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(patterns, names, (pattern, name) => {
      // After an asterisk they are themselves.
      fc.pre(!/\*[?+]/.test(pattern) && matchesRefPattern(pattern, name));
      expect(policyPatterns(pattern).some((each) => fnmatch(each, name))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

/** Ruby's File.fnmatch with FNM_PATHNAME, as its documentation has it. */
function fnmatch(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/\*\*\/|\*+|\?|\[[^\]]+\]|\\.|[^*?[\\]/gsu, (token) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token.startsWith('*')) return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[')) return token;
    return token.startsWith('\\') ? token : token.replace(/[.+^${}()|[\]\\/]/, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, 'u').test(name);
}
