import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { makeStateDir } from './make-state-dir.ts';
import { cloudDirOf, stateDirOf } from './open-project.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-state-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('git sees nothing of the state, also where the project says nothing of it', () => {
  expect(spawnSync('git', ['init', '--quiet'], { cwd: root }).status).toBe(0);
  for (const dir of [stateDirOf(root, true), cloudDirOf(root), stateDirOf(root, false)]) {
    makeStateDir(root, dir);
    writeFileSync(join(dir, 'state.db'), '');
    expect(existsSync(join(dir, 'state.db'))).toBe(true);
  }
  const { stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('a folder that cannot be made is named with what to do', () => {
  writeFileSync(join(root, '.glidepath'), '');
  const error = (() => {
    try {
      return makeStateDir(root, stateDirOf(root, true));
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({ code: 'STORE_UNREADABLE', hint: 'Make the project directory writable.' });
});
