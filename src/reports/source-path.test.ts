import { describe, expect, test } from 'vitest';
import { sourcePath } from './source-path.ts';

const FILES = new Set([
  '.glidepath/builds/5f56b4a/src/src/a.ts',
  '.glidepath/builds/5f56b4a/src/packages/api/lib/b.ex',
  'src/a.ts',
  'packages/api/src/a.ts',
  'packages/api/lib/b.ex',
  'a b.ts',
]);
const place = {
  root: '/home/ada/shop',
  directory: 'packages/api',
  exists: (path: string): boolean => FILES.has(path),
};

describe('the path of a source', () => {
  test.each([
    ['/home/ada/shop/src/a.ts', 'src/a.ts'],
    ['file:///home/ada/shop/a%20b.ts', 'a b.ts'],
    ['src/a.ts', 'packages/api/src/a.ts'],
    ['./lib/b.ex', 'packages/api/lib/b.ex'],
    ['../../src/a.ts', 'src/a.ts'],
    ['packages/api/lib/b.ex', 'packages/api/lib/b.ex'],
    ['packages\\api\\lib\\b.ex', 'packages/api/lib/b.ex'],
    ['/app/packages/api/lib/b.ex', 'packages/api/lib/b.ex'],
    ['/app/lib/b.ex', 'packages/api/lib/b.ex'],
    ['C:\\agent\\work\\src\\a.ts', 'src/a.ts'],
    ['src/gone.ts', 'packages/api/src/gone.ts'],
    ['/home/ada/shop/src/gone.ts', 'src/gone.ts'],
    // Another checkout, within this one.
    ['/home/ada/shop/.glidepath/builds/5f56b4a/src/src/a.ts', 'src/a.ts'],
    ['/home/ada/shop/.glidepath/builds/5f56b4a/src/packages/api/lib/b.ex', 'packages/api/lib/b.ex'],
    ['/home/ada/shop/.worktrees/fix/src/a.ts', 'src/a.ts'],
  ])('%s is %s', (written, path) => {
    expect(sourcePath(written, place)).toBe(path);
  });

  test.each([
    '',
    '/usr/lib/node.js',
    '../../../etc/passwd',
    'node:internal/test',
    'https://a.b/c.js',
    '/home/ada/shop/../x',
    'a\0b',
    '.',
  ])('%j is outside', (written) => {
    expect(sourcePath(written, { ...place, directory: '' })).toBeNull();
  });

  test('an address that cannot be decoded stays as it is', () => {
    expect(sourcePath('file:///home/ada/shop/100%.ts', place)).toBe('100%.ts');
  });
});
