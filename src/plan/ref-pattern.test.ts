import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesRefPattern } from './ref-pattern.ts';

// The first rows are the examples of GitHub's own filter pattern cheat sheet.
test.each([
  ['feature/*', 'feature/my-branch', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/beta-a/my-branch', true],
  ['releases/mona-the-cat', 'releases/mona-the-cat', true],
  ['main', 'main', true],
  ['main', 'mainline', false],
  ['*', 'main', true],
  ['*', 'all/the/branches', false],
  ['**', 'all/the/branches', true],
  ['*feature', 'mona-feature', true],
  ['*feature', 'feature-10', false],
  ['v2*', 'v2.0.9', true],
  ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
  ['v[12].[0-9]+.[0-9]+', 'v3.0.0', false],
  ['v1?', 'v', true],
  ['v1?', 'v1', true],
  ['v1?', 'v11', false],
  ['v*', 'v1.2.0', true],
  ['v*', 'version/1', false],
  ['v*', 'nightly', false],
  ['v1.2', 'v1x2', false],
  ['c++', 'c++', true],
  ['\\*', '*', true],
  ['\\*', 'main', false],
  ['a[z-a]', 'a-', true],
  ['[', '[', true],
  ['(main|dev)', 'main', false],
])('%s against %s: %s', (pattern, name, expected) => {
  expect(matchesRefPattern(pattern, name)).toBe(expected);
});

test('every string is a pattern that matches itself and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (pattern, name) => {
      expect(matchesRefPattern(pattern, pattern)).toBe(true);
      expect(typeof matchesRefPattern(pattern, name)).toBe('boolean');
    }),
  );
});
