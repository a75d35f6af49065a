import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmadeOutputs } from './unmade-outputs.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-unmade-'));
  for (const path of ['dist/a.js', 'dist/cache/b', 'version.txt']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  mkdirSync(join(root, 'empty'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each<readonly [readonly string[], readonly string[], boolean]>([
  [[], [], false],
  [['dist'], [], false],
  [['dist/**/*.js', 'version.txt'], [], false],
  [['dist', 'build/**'], ['build/**'], false],
  [['dits'], ['dits'], true],
  [['empty', '*.map'], ['empty', '*.map'], true],
  // What is left out again is not made.
  [['dist/cache/**', '!dist/cache'], ['dist/cache/**'], true],
])('of %j, %j was not made', (outputs, globs, isAll) => {
  expect(unmadeOutputs(root, { outputs })).toEqual({ globs, isAll });
});
