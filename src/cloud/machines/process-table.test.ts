import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { listProcesses, processIdentity, processTreeUsage } from './process-table.ts';

test('a process has one identity while it runs and none afterwards', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const identity = processIdentity(pid);
  expect(identity).not.toBeNull();
  expect(processIdentity(pid)).toBe(identity);
  expect(processIdentity(process.pid)).not.toBe(identity);
  child.kill();
  await once(child, 'exit');
  expect(processIdentity(pid)).toBeNull();
});

test('the usage of a tree covers its children', async () => {
  const script = `require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' }).once('spawn', () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(child.stdout, 'data');
  const usage = processTreeUsage(child.pid ?? 0);
  expect(usage.pids).toHaveLength(2);
  expect(usage.memoryBytes).toBeGreaterThan(5_000_000);
  expect(listProcesses().some((row) => row.pid === process.pid && !row.isZombie)).toBe(true);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await once(child, 'exit');
});
