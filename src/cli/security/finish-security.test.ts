import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileIn } from './finish-security.ts';

test('git sees nothing of a report below .glidepath, also where nothing was there before', () => {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-sarif-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  spawnSync('git', ['init', '--quiet'], { cwd: root });
  const file = join(root, 'svc', '.glidepath/reports/audit/audit.sarif');
  writeFileIn(file, '{}');
  expect(readFileSync(file, 'utf8')).toBe('{}');
  expect(spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout).toBe('');
});
