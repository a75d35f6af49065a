import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatches } from './glob.ts';
import { filesGetThrough, listTakes, nameGetsThrough } from './pattern-list.ts';

// The rows are those of the docs: workflow-syntax, "Patterns to match branches and tags" and "… file paths".
describe('globMatches', () => {
  test.each([
    ['feature/*', ['feature/my-branch', 'feature/your-branch'], ['feature/a/b', 'feature', 'x/feature/a']],
    [
      'feature/**',
      ['feature/beta-a/my-branch', 'feature/your-branch', 'feature/mona/the/octocat'],
      ['feature'],
    ],
    ['main', ['main'], ['main2', 'a/main', 'Main']],
    ['*', ['main', 'releases'], ['a/b']],
    ['**', ['all/the/branches', 'every/tag', 'x'], []],
    ['*feature', ['mona-feature', 'feature', 'ver-10-feature'], ['a/feature']],
    ['v2*', ['v2', 'v2.0', 'v2.9'], ['v3', 'v2/0']],
    ['v[12].[0-9]+.[0-9]+', ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1.0', 'v1.0.0-rc']],
    ['v[0-9]+.[0-9]+.[0-9]+', ['v10.20.30'], ['v1.2', '1.2.3', 'v1x2x3']],
    ['*.jsx?', ['page.js', 'page.jsx'], ['page.jsxx', 'a/page.js']],
    ['*.js', ['app.js', 'index.js'], ['js/index.js']],
    ['**.js', ['index.js', 'js/index.js', 'src/js/app.js'], ['a.ts']],
    ['docs/*', ['docs/README.md', 'docs/file.txt'], ['docs/a/b.md', 'docs']],
    ['docs/**', ['docs/README.md', 'docs/mona/octocat.txt'], ['a/docs/x']],
    [
      'docs/**/*.md',
      ['docs/README.md', 'docs/mona/hello-world.md', 'docs/a/markdown/file.md'],
      ['docs/a.txt'],
    ],
    [
      '**/docs/**',
      ['docs/hello.md', 'dir/docs/my-file.txt', 'space/docs/plan/space.doc'],
      ['docs', 'xdocs/a'],
    ],
    ['**/README.md', ['README.md', 'js/README.md'], ['xREADME.md']],
    ['**/*src/**', ['a/src/app.js', 'my-src/code/js/app.js'], ['src']],
    ['**/*-post.md', ['my-post.md', 'path/their-post.md'], ['post.md']],
    ['**/migrate-*.sql', ['migrate-10909.sql', 'db/migrate-v1.0.sql', 'db/sept/migrate-v1.sql'], []],
    ['[CB]at', ['Cat', 'Bat'], ['Rat', 'at', 'CBat']],
    ['[1-2]00', ['100', '200'], ['300']],
    ['?x', ['?x'], ['x']],
    ['a+', ['a', 'aaa'], ['', 'b']],
    ['a\\*', ['a*'], ['ab']],
    ['a.b', ['a.b'], ['axb']],
    ['[', ['['], ['a']],
  ])('%s', (pattern, taken, left) => {
    expect(taken.filter((text) => !globMatches(pattern, text))).toEqual([]);
    expect(left.filter((text) => globMatches(pattern, text))).toEqual([]);
  });

  test('takes a name without special characters as itself, and nothing else', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9/._{}()^$| -]{1,12}$/);
    fc.assert(
      fc.property(name, name, (pattern, text) => globMatches(pattern, text) === (pattern === text)),
      { numRuns: 500 },
    );
  });

  test('a star never goes over a slash, two stars always do', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const path = words.join('/');
        expect(globMatches('*', path)).toBe(words.length === 1);
        expect(globMatches('**', path)).toBe(true);
        expect(globMatches(`**/${words.at(-1) ?? ''}`, path)).toBe(true);
        expect(globMatches(words.map(() => '*').join('/'), path)).toBe(true);
      }),
    );
  });

  test('never hangs and never throws, whatever is written', () => {
    const odd = fc.string({ unit: fc.constantFrom('*', '?', '+', '[', ']', '!', '\\', 'a', '/', 'é', '😀') });
    fc.assert(
      fc.property(odd, odd, (pattern, text) => typeof globMatches(pattern.slice(0, 8), text) === 'boolean'),
    );
  });
});

describe('lists of patterns', () => {
  test('the last that matches decides', () => {
    expect(listTakes(['releases/**', '!releases/**-alpha'], 'releases/10')).toBe(true);
    expect(listTakes(['releases/**', '!releases/**-alpha'], 'releases/beta/3-alpha')).toBe(false);
    expect(listTakes(['!releases/**-alpha', 'releases/**'], 'releases/3-alpha')).toBe(true);
    expect(listTakes(['a', '!a', 'a'], 'a')).toBe(true);
  });

  test('only negative ones take nothing', () => {
    expect(listTakes(['!main'], 'main')).toBe(false);
    expect(listTakes(['!main'], 'other')).toBe(false);
  });

  test('ignoring is the opposite', () => {
    expect(nameGetsThrough({ mode: 'ignore', patterns: ['mona/*'] }, 'mona/octocat')).toBe(false);
    expect(nameGetsThrough({ mode: 'ignore', patterns: ['mona/*'] }, 'main')).toBe(true);
    expect(nameGetsThrough(undefined, 'anything')).toBe(true);
  });

  test('one file that gets through is enough, none is not, and what cannot be told always is', () => {
    const ignore = { mode: 'ignore', patterns: ['docs/**'] } as const;
    expect(filesGetThrough(ignore, ['docs/a.md', 'docs/b/c.md'])).toBe(false);
    expect(filesGetThrough(ignore, ['docs/a.md', 'src/a.ts'])).toBe(true);
    expect(filesGetThrough({ mode: 'include', patterns: ['**.js'] }, ['a.ts'])).toBe(false);
    expect(filesGetThrough({ mode: 'include', patterns: ['**'] }, [])).toBe(false);
    expect(filesGetThrough(ignore, undefined)).toBe(true);
  });

  test('looks at the first 300 files only', () => {
    const files = [...Array.from({ length: 300 }, (_, at) => `docs/${at}.md`), 'src/a.ts'];
    expect(filesGetThrough({ mode: 'include', patterns: ['src/**'] }, files)).toBe(false);
    expect(filesGetThrough({ mode: 'include', patterns: ['src/**'] }, files.slice(1))).toBe(true);
  });
});
