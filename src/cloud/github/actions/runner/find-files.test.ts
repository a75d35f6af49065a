import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFiles, fixedPart, hashFiles } from './find-files.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-find-'));
  for (const file of ['a.txt', 'src/b.ts', 'src/deep/c.ts', 'src/.hidden/d.ts', 'lock/package-lock.json']) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), file);
  }
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

test.each([
  [['a.txt'], ['a.txt']],
  [['src'], ['src/.hidden/d.ts', 'src/b.ts', 'src/deep/c.ts']],
  [['src/*.ts'], ['src/b.ts']],
  [
    ['**/*.ts', '!src/deep'],
    ['src/.hidden/d.ts', 'src/b.ts'],
  ],
  [['**/package-lock.json'], ['lock/package-lock.json']],
  [['src/**'], ['src/.hidden/d.ts', 'src/b.ts', 'src/deep/c.ts']],
  [['src/d??p'], ['src/deep/c.ts']],
  [['src/[ab].ts', '# nothing', ''], ['src/b.ts']],
  [['~/a.txt'], ['a.txt']],
  [['none/*'], []],
])('%j finds %j', (patterns, found) => {
  expect(findFiles({ patterns, cwd: dir, home: dir }).map((file) => relative(dir, file))).toEqual(found);
});

test('a hash is of what is found and of its order by name, and empty of nothing', () => {
  expect(hashFiles(['**/*.ts'], dir)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashFiles(['src/**', 'src/deep/*'], dir)).toBe(hashFiles(['**/*.ts'], dir));
  expect(hashFiles(['none'], dir)).toBe('');
  expect(hashFiles(['/etc/passwd'], dir)).toBe('');
});

test('what is found is stored relative to what stands before the first wildcard', () => {
  expect([fixedPart('src/**/*.ts', '/w'), fixedPart('/a/b', '/w'), fixedPart('*', '/w')]).toEqual([
    '/w/src',
    '/a/b',
    '/w',
  ]);
});
