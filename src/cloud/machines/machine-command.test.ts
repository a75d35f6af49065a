import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { machineCommand } from './machine-command.ts';

function image(): string {
  const rootDir = mkdtempSync(join(tmpdir(), 'glidepath-command-'));
  onTestFinished(() => rmSync(rootDir, { recursive: true }));
  mkdirSync(join(rootDir, 'app/bin'), { recursive: true });
  writeFileSync(join(rootDir, 'app/bin/migrate'), '');
  return rootDir;
}

test('the config replaces the command of the image, exec before entrypoint before cmd', () => {
  const base = { rootDir: image(), workDir: '/app', imageCommand: ['node', 'server.js'] };
  expect(machineCommand(base)).toEqual(['node', 'server.js']);
  expect(machineCommand({ ...base, cmd: ['run'] })).toEqual(['run']);
  expect(machineCommand({ ...base, cmd: ['b'], entrypoint: ['a'] })).toEqual(['a', 'b']);
  expect(machineCommand({ ...base, cmd: ['b'], entrypoint: ['a'], exec: ['c'] })).toEqual(['c']);
  expect(machineCommand({ ...base, exec: [] })).toEqual(['node', 'server.js']);
});

test('absolute paths are looked up in the image, and nothing outside of it by way of dots', () => {
  const rootDir = image();
  const base = { rootDir, workDir: '/app', imageCommand: [] };
  const migrate = join(rootDir, 'app/bin/migrate');
  expect(machineCommand({ ...base, cmd: ['/app/bin/migrate', 'up'] })).toEqual([migrate, 'up']);
  expect(machineCommand({ ...base, cmd: ['node', '/app/bin/migrate', '/tmp/x'] })).toEqual([
    'node',
    migrate,
    '/tmp/x',
  ]);
  expect(machineCommand({ ...base, cmd: ['/bin/sh'] })).toEqual(['/bin/sh']);
  expect(machineCommand({ ...base, cmd: ['/../../etc/passwd'] })).toEqual(['/../../etc/passwd']);
});
