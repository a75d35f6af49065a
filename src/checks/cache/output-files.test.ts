import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outputFiles, outputGlobs } from './output-files.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-outputs-'));
  const files = [
    'dist/a.js',
    'dist/.next/cache/x',
    'dist/[id]/page.js',
    'dist/node_modules/b/index.js',
    'packages/a/dist/a.js',
    'packages/b/dist/b.js',
    'packages/b/src/b.ts',
    'coverage.xml',
    '.git/config',
    'node_modules/c/dist/c.js',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  symlinkSync('../packages', join(root, 'dist/link'));
  symlinkSync('packages/a', join(root, 'linked'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  [['dist'], ['dist/.next/cache/x', 'dist/[id]/page.js', 'dist/a.js', 'dist/link']],
  [
    ['dist/**', '!dist/.next/cache/**'],
    ['dist/[id]/page.js', 'dist/a.js', 'dist/link'],
  ],
  [['dist/node_modules'], ['dist/node_modules/b/index.js']],
  [['dist/[id]/**'], ['dist/[id]/page.js']],
  [['packages/*/dist/**'], ['packages/a/dist/a.js', 'packages/b/dist/b.js']],
  [['packages/{a,b}/dist/*.js'], ['packages/a/dist/a.js', 'packages/b/dist/b.js']],
  [['coverage.xml', 'none/**'], ['coverage.xml']],
  [['**/*.js'], ['dist/[id]/page.js', 'dist/a.js', 'packages/a/dist/a.js', 'packages/b/dist/b.js']],
  // What lies behind a link is not the check's; the link itself may be.
  [['linked/**'], ['linked']],
  [['linked'], ['linked']],
  [[], []],
] as const)('%j', (globs, expected) => {
  expect(outputFiles(root, outputGlobs(globs))).toEqual(expected);
});
