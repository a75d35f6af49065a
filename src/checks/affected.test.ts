import { expect, test } from 'vitest';
import { affected } from './affected.ts';
import { matchesGlob } from './matches-glob.ts';

const base = { kind: 'commit', sha: 'a'.repeat(40), words: 'main (aaaaaaa)' } as const;
const skip = ['docs/**', '**/*.md'];

test.each([
  [
    'docs alone',
    skip,
    ['docs/a.txt', 'README.md'],
    false,
    'All 2 files that differ from main (aaaaaaa) match ci.skip.',
  ],
  ['one document', skip, ['a/b.md'], false, 'The one file that differs from main (aaaaaaa) matches ci.skip.'],
  [
    'code among documents',
    skip,
    ['README.md', 'src/a.ts'],
    true,
    'src/a.ts differs from main (aaaaaaa), and ci.skip does not name it.',
  ],
  [
    'nothing to skip',
    [],
    ['README.md'],
    true,
    '1 of the files differ from main (aaaaaaa), and ci.skip names nothing.',
  ],
  [
    'an empty commit',
    skip,
    [],
    true,
    'No file differs from main (aaaaaaa): whoever asks anyway wants the checks.',
  ],
  [
    'what cannot be compared',
    skip,
    null,
    true,
    'main (aaaaaaa) cannot be compared with: everything is needed.',
  ],
] as const)('%s', (_, patterns, changed, isNeeded, reason) => {
  expect(affected(patterns, base, changed)).toEqual({ isNeeded, reason });
});

test('without anything to compare with everything is needed, and it says why', () => {
  expect(affected(skip, { kind: 'none', reason: 'The branch or tag is new' }, null)).toEqual({
    isNeeded: true,
    reason: 'The branch or tag is new: everything is needed.',
  });
});

test.each([
  ['docs/**', 'docs/a/b.txt', true],
  ['docs/**', 'src/docs/a.txt', false],
  ['docs/', 'docs/a.txt', true],
  ['./docs/*', 'docs/a.txt', true],
  ['docs/*', 'docs/a/b.txt', false],
  ['**/*.md', 'README.md', true],
  ['**/*.md', 'a/b/c.md', true],
  ['**/*.md', 'a/b/cxmd', false],
  ['*.md', 'a/b.md', false],
  ['a?.txt', 'ab.txt', true],
  ['a?.txt', 'a/.txt', false],
  ['a(b)+.txt', 'a(b)+.txt', true],
  ['{docs,notes}/**', 'notes/a/b.txt', true],
  ['{docs,notes}/**', 'src/a.txt', false],
  ['{id}.txt', '{id}.txt', true],
] as const)('%s matches %s: %s', (pattern, path, expected) => {
  expect(matchesGlob(pattern, path)).toBe(expected);
});
